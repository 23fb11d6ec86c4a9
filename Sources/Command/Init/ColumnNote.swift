import Foundation

/// What the data holds in a column, as one line for people: the comments of the spec that `headrace init` writes.
enum ColumnNote {
    private static let valuesShown = 5
    static let valueLengthMax = 16

    static func feature(_ feature: SpecDraft.Feature, _ rows: Int) -> String {
        let column = feature.column
        var parts: [String] = []
        switch feature.type {
        case .number: parts.append(range(column))
        case .category: parts.append(values(column))
        case .boolean: parts.append(shares(column))
        case .text: parts.append("\(Int(column.lengthMean.rounded())) bytes on average")
        case .timestamp: parts.append("its hour, weekday and the like teach")
        }
        if missing(feature) > 0 {
            let word = column.firstMissingWord.map { ", some as \(shortened($0.text))" } ?? ""
            parts.append("\(missing(feature).grouped) of \(rows.grouped) missing\(isStrings(feature) ? "" : word)")
        }
        if feature.type == .category, column.allNumbers {
            let isHuge = column.exceedsDouble
            parts.append(isHuge ? "whole numbers beyond 2^53 are names" : "leading zeros make names of numbers")
        }
        if feature.type == .number, column.countsRows, column.missing == 0, rows >= SpecDraft.identifierRowsMin {
            parts.append("counts the rows: leave it out?")
        }
        if feature.type == .category, let note = nearlyNumbers(column) { parts.append(note) }
        return parts.joined(separator: "; ")
    }

    /// Rows in which a feature is missing: an empty string and a word for none are values of a category and of a text.
    static func missing(_ feature: SpecDraft.Feature) -> Int {
        isStrings(feature) ? feature.column.missing : feature.column.gaps
    }

    private static func isStrings(_ feature: SpecDraft.Feature) -> Bool {
        feature.type == .category || feature.type == .text
    }

    /// Why a column is no feature.
    static func why(_ why: SpecDraft.Exclusion) -> String {
        switch why {
        case .empty: "no row has a value"
        case .time: "a time; as a feature it would be 'timestamp'"
        case .identifier: "another value in every row"
        case .invalidUTF8: "not all of it is UTF-8: convert the file"
        case .nested: "some rows hold an object or a list: bring its values up, one column each"
        case .mixed: "a number or a boolean in some rows, a text in others: write null where there is none"
        case .tooLong: "a value has more than 65,536 bytes"
        case .longName: "its name has more than 1,024 bytes"
        case .copy: "it says what the target says"
        case .beyondLimit: "a spec has at most 10,000 features"
        case .reserved(let text, let row): "'\(text)' in row \(row.grouped) is a name of the program's own"
        case .overflow(let text, let row):
            "\(shortened(text)) in row \(row.grouped) is beyond the range of a double"
        case .lookalike(let kind, let text, let row): "'\(shortened(text))' in row \(row.grouped): \(kind.advice)"
        }
    }

    static func target(_ target: SpecDraft.Target, _ rows: Int) -> String {
        let column = target.column
        var parts = [target.type == .regression ? range(column) : shares(column)]
        if column.gaps > 0 { parts.append("\(column.gaps.grouped) of \(rows.grouped) rows carry no label") }
        return parts.joined(separator: "; ")
    }

    /// Says so where a few words keep a column from being a number, such as `NA`.
    static func nearlyNumbers(_ column: ColumnProfile) -> String? {
        guard !column.allNumbers, column.isNearlyNumbers, let other = column.firstNonNumber else { return nil }
        let others = column.valueCount - column.numberCount
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
    static func shortened(_ text: String, to length: Int = valueLengthMax) -> String {
        let text = text.printable
        return text.count <= length ? text : text.prefix(length - 1) + "…"
    }

    private static func number(_ value: Double) -> String {
        let text = "\(value)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
