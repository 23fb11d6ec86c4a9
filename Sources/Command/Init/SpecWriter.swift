import ModelLifecycle

/// Writes a `SpecDraft` as the YAML of a spec, with what was found in the data as comments.
///
/// Ranges and values are comments and never `min:`, `max:` or a list of categories: what one file happens to hold must
/// not make the server refuse tomorrow's rows.
package struct SpecWriter {
    /// The column at which comments begin, where the line leaves room.
    private static let commentColumn = 35
    private static let widthMax = 100
    /// Columns left out that are named one by one.
    private static let leftOutMax = 100

    private let draft: SpecDraft
    private var lines: [String] = []

    /// The text of the spec.
    package static func yaml(_ draft: SpecDraft) -> String {
        var writer = SpecWriter(draft: draft)
        writer.writeHead()
        writer.writeFeatures()
        writer.writeTarget()
        writer.writeData()
        writer.writeModel()
        return writer.lines.joined(separator: "\n") + "\n"
    }

    private init(draft: SpecDraft) {
        self.draft = draft
    }

    private mutating func write(_ line: String, comment: String = "") {
        guard !comment.isEmpty else {
            lines.append(line)
            return
        }
        let padding = String(repeating: " ", count: max(2, Self.commentColumn - line.count))
        lines.append(line + padding + "# " + comment)
    }

    private mutating func writeHead() {
        let file = draft.path == "-" ? "standard input" : draft.path.printable
        let rows = draft.rows.grouped
        write("# Written by 'headrace init' from \(rows) rows of \(file). Correct what it could not know.")
        if draft.refusedRows > 0 {
            let first = draft.firstRefusedRow.map { "; the first is row \($0.grouped)" } ?? ""
            let refused = draft.refusedRows.grouped
            write("# Left out: \(refused) rows with another number of fields than the header\(first).")
        }
        write("application: \(YAMLScalar.text(draft.application))")
        if draft.times.time != nil { write("clock: claimed", comment: "every event carries its time") }
    }

    private mutating func writeFeatures() {
        write("features:")
        for feature in draft.features {
            let type = feature.type.rawValue
            let value = ColumnNote.missing(feature) > 0 ? "{type: \(type), optional: true}" : type
            let name = YAMLScalar.text(feature.column.name)
            write("  \(name): \(value)", comment: ColumnNote.feature(feature, draft.rows))
        }
        for (column, why) in draft.leftOut.prefix(Self.leftOutMax) {
            // A line break in the name would end the comment.
            let name = YAMLScalar.text(ColumnNote.shortened(column.name, to: 60))
            write("  # \(name) is left out: \(ColumnNote.why(why))")
        }
        let more = draft.leftOut.count - Self.leftOutMax
        if more > 0 { write("  # \(more.grouped) more columns are left out.") }
    }

    private mutating func writeTarget() {
        let target = draft.target
        let name = YAMLScalar.text(target.column.name)
        let comment = ColumnNote.target(target, draft.rows)
        let horizon = target.horizonDays.map { ", horizon: \($0)d" } ?? ""
        defer { for remark in draft.remarks { write("# Mind: \(remark)") } }
        guard let classes = target.classes else {
            return write("target: {name: \(name), type: \(target.type.rawValue)\(horizon)}", comment: comment)
        }
        let order = target.type == .binary ? "\(ColumnNote.shortened(classes[classes.count - 1])) is positive" : ""
        let list = classes.map(YAMLScalar.text)
        let listed = list.joined(separator: ", ")
        let line = "target: {name: \(name), type: \(target.type.rawValue), classes: [\(listed)]\(horizon)}"
        if line.count <= Self.widthMax - 20 {
            write(line, comment: [comment, order].filter { !$0.isEmpty }.joined(separator: "; "))
        } else {
            write("target:", comment: comment)
            write("  name: \(name)")
            write("  type: \(target.type.rawValue)")
            if let days = target.horizonDays { write("  horizon: \(days)d") }
            writeList("  classes: ", list, comment: order)
        }
    }

    /// A flow list that goes on in further lines where one is not enough.
    private mutating func writeList(_ head: String, _ items: [String], comment: String = "") {
        var line = head + "["
        for (index, item) in items.enumerated() {
            let text = item + (index == items.count - 1 ? "]" : ",")
            if line.count + text.count + 1 > Self.widthMax, index > 0 {
                lines.append(line)
                line = String(repeating: " ", count: 6) + text
            } else {
                line += (index == 0 ? "" : " ") + text
            }
        }
        write(line, comment: comment)
    }

    private mutating func writeData() {
        let times = draft.times
        guard draft.id != nil || times.time != nil || times.unsorted != nil else { return }
        // A mapping of nothing but comments would be null.
        write(draft.id == nil && times.time == nil ? "# data:" : "data:")
        if let id = draft.id { write("  id: \(YAMLScalar.text(id.name))", comment: "another value in every row") }
        if let time = times.time {
            write(
                "  time: \(YAMLScalar.text(time.name))",
                comment: times.needsSorting ? "rows are in another order: needs --sort" : "never goes back")
        }
        if let labelTime = times.labelTime {
            write(
                "  label_time: \(YAMLScalar.text(labelTime.name))",
                comment: "never before the time: no label is learned before it")
        }
        if let time = times.unsorted {
            write("  # time: \(YAMLScalar.text(time.name))", comment: "rows are in another order: needs --sort")
        }
        if let time = times.unsortedLabel { write("  # label_time: \(YAMLScalar.text(time.name))") }
    }

    private mutating func writeModel() {
        write("model: auto", comment: "unlike experts; see 'headrace status'")
        switch draft.target.type {
        case .regression: write("metrics: [mae, rmse, r2]")
        case .binary: write("metrics: [log_loss, roc_auc, accuracy]")
        case .multiclass: write("metrics: [cross_entropy, accuracy]")
        }
    }
}
