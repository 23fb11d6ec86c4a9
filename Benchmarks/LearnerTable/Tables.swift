import BundledStreams
import OnlineLearning

/// Every learner of a task on one stream.
struct StreamTable {
    let stream: BundledStream
    let rowCount: Int
    private(set) var measurements: [(learner: String, of: Measurement)] = []

    init(_ stream: BundledStream, rowCount: Int) {
        (self.stream, self.rowCount) = (stream, rowCount)
    }

    mutating func add(_ learner: String, _ measurement: Measurement) {
        measurements.append((learner, measurement))
    }

    private static let titles = [
        "mae": "MAE", "rmse": "RMSE", "log_loss": "log loss", "accuracy": "accuracy", "roc_auc": "AUC",
    ]

    var text: String {
        let names = Measurement.metrics(of: stream.task)
        var text = "### \(stream): \(stream.task.name), \(rowCount) events\n\n"
        text += "| learner | \(names.map { Self.titles[$0] ?? $0 }.joined(separator: " | ")) | events/s | bytes |\n"
        text += "|---|\(String(repeating: "---:|", count: names.count + 2))\n"
        for (learner, found) in measurements {
            let cells = names.map { found.metric($0).map(number) ?? "—" }
            text += "| \(code(learner)) | \(cells.joined(separator: " | ")) | "
            text += "\(rounded(found.eventsPerSecond)) | \(found.byteCount) |\n"
        }
        return text
    }
}

/// The first metric of each learner on each stream.
struct Overview {
    private let names: [String]
    private var tables: [StreamTable] = []

    init(names: [String]) { self.names = names }

    mutating func add(_ table: StreamTable) { tables.append(table) }

    var text: String {
        let streams = tables.map { "\($0.stream)".replacing("_", with: " ") }
        var text = "| learner | \(streams.joined(separator: " | ")) |\n"
        text += "|---|\(String(repeating: "---:|", count: streams.count))\n"
        for name in names {
            let cells = tables.map { table -> String in
                guard let found = table.measurements.first(where: { $0.learner == name })?.of else { return "—" }
                return found.metrics.first.map { number($0.value) } ?? "—"
            }
            text += "| \(code(name)) | \(cells.joined(separator: " | ")) |\n"
        }
        return text
    }
}

/// The learner's name as code, its members after it.
func code(_ learner: String) -> String {
    let parts = learner.split(separator: " ", maxSplits: 1)
    return "`\(parts[0])`" + (parts.count > 1 ? " \(parts[1])" : "")
}

/// Four digits that matter.
func number(_ value: Double) -> String {
    guard value.isFinite else { return "—" }
    if value == 0 { return "0" }
    var (scale, digits) = (1.0, 0)
    while (value * scale).magnitude < 1000, digits < 8 { (scale, digits) = (scale * 10, digits + 1) }
    guard value.magnitude < 1e9 else { return "\(value)" }
    return fixed(value, digits: digits)
}

/// Two digits that matter.
func rounded(_ value: Double) -> String {
    var scale = 1.0
    while value / scale >= 100 { scale *= 10 }
    return "\(Int((value / scale).rounded() * scale))"
}

/// So many digits after the point.
func fixed(_ value: Double, digits: Int) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return "—" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let whole = Int((value * scale).rounded())
    guard digits > 0 else { return "\(whole)" }
    let text = "\(whole.magnitude)"
    let padded = String(repeating: "0", count: max(0, digits + 1 - text.count)) + text
    return (whole < 0 ? "−" : "") + padded.dropLast(digits) + "." + padded.suffix(digits)
}
