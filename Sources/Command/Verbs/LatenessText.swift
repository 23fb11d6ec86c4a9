import Foundation
import ModelLifecycle

/// `lateness` of a status, for people.
enum LatenessText {
    /// Empty where every label came at once.
    static func text(_ status: JSONValue) -> String {
        guard let lateness = status["lateness"], isLate(lateness) else { return "" }
        return lags(lateness) + "\n" + ages(lateness) + "\n" + days(lateness)
    }

    /// Whether a label came later than a minute, or a question is open.
    static func isLate(_ lateness: JSONValue) -> Bool {
        let isOpen = (lateness["ages"]?.array ?? []).contains { ($0["open"]?.integer ?? 0) > 0 }
        return isOpen || (lateness["lag_seconds"]?["max"]?.number ?? 0) > 60
    }

    private static func lags(_ lateness: JSONValue) -> String {
        let lag = lateness["lag_seconds"]
        guard let half = lag?["p50"]?.number, let ninth = lag?["p90"]?.number, let last = lag?["p99"]?.number,
            let longest = lag?["max"]?.number
        else { return "no label has come yet\n" }
        return "of the labels that came, half took \(span(half)) at most, 90 % \(span(ninth)), 99 % \(span(last)), "
            + "the longest \(span(longest))\n"
    }

    private static func ages(_ lateness: JSONValue) -> String {
        let rows = lateness["ages"]?.array ?? []
        func isMet(_ row: JSONValue) -> Bool { (row["labels"]?.integer ?? 0) + (row["open"]?.integer ?? 0) > 0 }
        guard let first = rows.firstIndex(where: isMet), let last = rows.lastIndex(where: isMet) else { return "" }
        let total = max(1, lateness["labels"]?.number ?? 1)
        var table = TextTable(
            [.init("age at the label")] + ["labels", "share"].map { .init($0, .right) } + columns(lateness)
                + ["open now", "still open after it"].map { .init($0, .right) })
        for index in first...last {
            let row = rows[index]
            table.add(
                [age(rows, index), count(row["labels"]), percent((row["labels"]?.number ?? 0) / total)] + cells(row)
                    + [count(row["open"]), row["still_open"]?.number.map { percent($0) } ?? "–"])
        }
        return table.render()
    }

    /// The age that a row is about: up to its end.
    static func age(_ rows: [JSONValue], _ index: Int) -> String {
        if let end = rows[index]["up_to_seconds"]?.number { return "≤ \(span(end))" }
        return index > 0 ? rows[index - 1]["up_to_seconds"]?.number.map { "> \(span($0))" } ?? "later" : "any"
    }

    private static func days(_ lateness: JSONValue) -> String {
        let all = lateness["days"]?.array ?? []
        var table = TextTable(
            [.init("day of the question")] + ["questions", "labels", "still open"].map { .init($0, .right) }
                + columns(lateness))
        for day in all.suffix(daysShownMax) {
            let (questions, open) = (day["questions"]?.number ?? 0, day["open"]?.number ?? 0)
            table.add(
                [day["day"]?.string ?? "", count(day["questions"]), count(day["labels"]),
                    percent(questions > 0 ? open / questions : 0)] + cells(day))
        }
        let more = all.count > daysShownMax ? "… and \((all.count - daysShownMax).grouped) days before\n" : ""
        let isPartial = all.suffix(daysShownMax).contains { ($0["open"]?.integer ?? 0) > 0 }
        let warning = isPartial
            ? "the figures of a day are of the labels that came: where many are still open, of the fast ones\n" : ""
        return table.render() + more + warning
    }

    private static let daysShownMax = 10

    private static func columns(_ lateness: JSONValue) -> [TextTable.Column] {
        [lateness["metric"]?.string ?? "", "baseline's", "mean answer", "mean label"].map { .init($0, .right) }
    }

    private static func cells(_ row: JSONValue) -> [String] {
        ["metric", "baseline", "mean_answer", "mean_label"].map { row[$0]?.number.map { Status.short($0) } ?? "–" }
    }

    private static func count(_ value: JSONValue?) -> String { value?.integer.map { $0.grouped } ?? "–" }

    private static func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }

    /// A length of time in the unit that suits it, with two or three digits.
    static func span(_ seconds: Double) -> String {
        let units: [(name: String, seconds: Double)] = [
            ("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1), ("ms", 1e-3),
        ]
        let unit = units.first { seconds >= $0.seconds } ?? ("ms", 1e-3)
        let value = seconds / unit.seconds
        let isWhole = value == value.rounded() || value >= 99.5
        return (isWhole ? String(format: "%.0f", value) : String(format: "%.1f", value)) + " \(unit.name)"
    }
}
