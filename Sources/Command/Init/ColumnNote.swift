import Foundation

/// What the data holds in a column, as one line for people: the comments of the spec that `headrace init` writes.
enum ColumnNote {
    private static let valuesShown = 5
    private static let valueLengthMax = 16

    static func feature(_ feature: SpecDraft.Feature, _ rows: Int) -> String {
        let column = feature.column
        var parts: [String] = []
        switch feature.type {
        case .number: parts.append(range(column))
        case .category: parts.append(values(column))
        case .boolean: parts.append(shares(column))
        case .text: parts.append("\(Int(column.lengthMean.rounded())) bytes on average")
        }
        if column.missing > 0 { parts.append("\(column.missing.grouped) of \(rows.grouped) missing") }
        if column.overflowCount > 0 { parts.append("\(column.overflowCount.grouped) too large, will be refused") }
        if column.hasInvalidUTF8 { parts.append("not all UTF-8, will be refused") }
        if feature.type == .number, column.countsRows, column.missing == 0, rows >= SpecDraft.identifierRowsMin {
            parts.append("counts the rows: leave it out?")
        }
        if feature.type == .category, let note = nearlyNumbers(column) { parts.append(note) }
        return parts.joined(separator: "; ")
    }

    static func target(_ target: SpecDraft.Target, _ rows: Int) -> String {
        let column = target.column
        var parts = [target.type == .regression ? range(column) : shares(column)]
        if column.missing > 0 { parts.append("\(column.missing.grouped) of \(rows.grouped) rows carry no label") }
        return parts.joined(separator: "; ")
    }

    /// Says so where a few words keep a column from being a number, such as `NA`.
    static func nearlyNumbers(_ column: ColumnProfile) -> String? {
        guard !column.allNumbers, column.isNearlyNumbers, let other = column.firstNonNumber else { return nil }
        let others = column.count - column.numberCount
        return "\(column.numberCount.grouped) numbers and \(others.grouped) other, "
            + "first \(shortened(other.text)) in row \(other.row.grouped): for a number leave those cells empty"
    }

    private static func range(_ column: ColumnProfile) -> String {
        guard column.numberMin <= column.numberMax else { return "" }
        if column.numberMin == column.numberMax { return "always \(number(column.numberMin))" }
        let kind = column.allIntegral ? ", whole numbers" : ""
        return "\(number(column.numberMin)) to \(number(column.numberMax))\(kind)"
    }

    private static func values(_ column: ColumnProfile) -> String {
        let values = column.distinct.values
        if values.count == 1 { return "always \(shortened(values[0].text))" }
        let shown = values.prefix(valuesShown).map { shortened($0.text) }.joined(separator: ", ")
        let count = column.distinct.count.map(\.grouped) ?? "more than \(DistinctValues.countMax.grouped)"
        return "\(count) values: \(shown)\(values.count > valuesShown ? ", …" : "")"
    }

    /// The values with their shares of the rows that have one.
    private static func shares(_ column: ColumnProfile) -> String {
        guard let count = column.distinct.count, count <= valuesShown else { return values(column) }
        return column.distinct.values.map { value in
            let percent = 100 * Double(value.count) / Double(column.count)
            return "\(shortened(value.text)) \(String(format: percent < 1 ? "%.2g" : "%.0f", percent)) %"
        }.joined(separator: ", ")
    }

    /// Short enough for a comment, and without what would end it or move a cursor.
    static func shortened(_ text: String) -> String {
        let text = text.printable
        return text.count <= valueLengthMax ? text : text.prefix(valueLengthMax - 1) + "…"
    }

    private static func number(_ value: Double) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
