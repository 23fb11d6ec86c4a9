import ArgumentParser
import Engine
import EventLog
import ModelLifecycle

struct DiffVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Say what changed between two versions: spec, metrics, the events between.",
        discussion: """
            Metrics are shown of all answers up to each of the two, and in the last column of those alone whose label \
            came between them. A version is @OFFSET, a name or a time: 2013-01-16T10:00:00Z, 2013-01-16, now, today, \
            yesterday, '7d ago' (UTC).
            """)

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption

    @ArgumentParser.Argument(help: "A version: @OFFSET, a time or a name.")
    var first: String

    @ArgumentParser.Argument(help: "Another.")
    var second: String

    mutating func run() async throws {
        let (from, to) = (try RestorePoint(first), try RestorePoint(second))
        let diff: JSONValue
        if let client = try options.client() {
            let application = try await Status.name(options, client)
            let query = "from=\(HTTPRequest.escaped(first.utf8))&to=\(HTTPRequest.escaped(second.utf8))"
            diff = try await client.get("/v1/applications/\(application)/diff?\(query)")
        } else {
            let store = try options.openForReading()
            defer { try? store.close() }
            var json = JSONWriter()
            try VersionDiff(from, to, in: store).write(to: &json)
            diff = try JSONValue(parsing: json.bytes)
        }
        if format.isJSON { return format.print { diff.write(to: &$0) } }
        print(Self.text(diff), terminator: "")
    }

    private static func text(_ diff: JSONValue) -> String {
        var lines: [String] = []
        for (sign, side) in [("-", diff["from"]), ("+", diff["to"])] {
            let time = side?["time"]?.string.map { ", \($0)" } ?? ""
            lines.append("\(sign) @\(side?["offset"]?.integer ?? 0)\(time)  state_digest \(digest(side))")
        }
        let events = (diff["events"]?.members ?? []).map { "\(($0.value.integer ?? 0).grouped) \($0.key)" }
        lines.append("\nbetween: \(events.isEmpty ? "no event" : events.joined(separator: ", "))")
        for change in diff["changes"]?.array ?? [] {
            lines.append("  event \(change["offset"]?.integer ?? 0): \(change["what"]?.string ?? "")")
        }
        let (removed, added) = (diff["spec_removed"]?.array ?? [], diff["spec_added"]?.array ?? [])
        lines.append(removed.isEmpty && added.isEmpty ? "\nthe same spec" : "")
        lines += removed.map { "- \($0.string ?? "")" } + added.map { "+ \($0.string ?? "")" }
        return lines.joined(separator: "\n") + "\n\n" + metrics(diff)
    }

    private static func digest(_ side: JSONValue?) -> String {
        String((side?["state_digest"]?.string ?? "").prefix(16))
    }

    /// A row for each role and metric that both have.
    private static func metrics(_ diff: JSONValue) -> String {
        var table = TextTable(
            [.init("")] + ["from", "to", "change", "between"].map { .init($0, .right) })
        for (role, metrics) in diff["to"]?["metrics"]?.members ?? [] {
            for (name, value) in metrics.members ?? [] {
                let before = diff["from"]?["metrics"]?[role]?[name]?.number
                let change = before.flatMap { before in value.number.map { $0 - before } }
                let period = diff["period"]?["metrics"]?[role]?[name]?.number
                table.add(
                    ["\(role) \(name)"]
                        + [before, value.number, change, period].map { $0.map { Status.short($0) } ?? "–" })
            }
        }
        return table.render()
    }
}
