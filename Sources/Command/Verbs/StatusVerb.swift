import ArgumentParser
import Engine
import EventLog
import Foundation
import ModelLifecycle

struct StatusVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Say where an application stands.")

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var plotting: LatenessPlotOptions
    @OptionGroup var format: FormatOption

    @Flag(name: .long, help: "The spec in force, as YAML that `headrace check` takes.")
    var spec = false

    mutating func run() async throws {
        try plotting.check(reading: [])
        if spec { return try await printSpec() }
        let status = try await Status.read(options)
        try plotting.writeSVG(status)
        if format.isJSON {
            format.print { status.write(to: &$0) }
        } else {
            print(Status.text(status), terminator: "")
        }
    }

    private func printSpec() async throws {
        let node: SpecNode
        if let client = try options.client() {
            node = SpecNode(try await client.get("/v1/applications/\(try await Status.name(options, client))/spec"))
        } else {
            let name = try options.name(among: Engines.applications(in: options.directory), in: options.directory)
            let store = try options.openForReading()
            defer { try? store.close() }
            node = SpecNode(describing: try Spec.inForce(in: store, named: name))
        }
        if format.isJSON { format.print { node.write(to: &$0) } } else { print(node.yaml, terminator: "") }
    }
}

/// The status of an application as JSON, from a server or from a directory, and as text.
enum Status {
    static func read(_ options: ApplicationOptions) async throws -> JSONValue {
        if let client = try options.client() {
            return try await client.get("/v1/applications/\(try await name(options, client))")
        }
        let store = try options.openForReading()
        defer { try? store.close() }
        var json = JSONWriter()
        var report = try StatusReport(reading: store)
        let path = try options.path()
        for damage in report.damage { Failure.say("\(path): \(damage.description)") }
        let quarantine = try QuarantineEntries.open(options, readOnly: true)
        defer { quarantine.close() }
        report.quarantineCount = try? await quarantine.count()
        report.write(to: &json)
        return try JSONValue(parsing: json.bytes)
    }

    /// The application meant, among those of a server.
    static func name(_ options: ApplicationOptions, _ client: Client) async throws -> String {
        if let application = options.application { return application }
        let list = try await client.get("/v1/applications")["applications"]?.array ?? []
        return try options.name(among: list.compactMap(\.string), in: client.base)
    }

    static func text(_ status: JSONValue) -> String {
        var lines: [String] = []
        func line(_ name: String, _ value: String?) {
            if let value { lines.append("\(name.padding(toLength: 16, withPad: " ", startingAt: 0)) \(value)") }
        }
        line("application", status["application"]?.string)
        line("version", status["offset"]?.integer.map { "@\($0)" })
        line("log time", status["log_time"]?.string)
        line("adopted by", status["version"]?.integer.map { "event \($0)" })
        line("state_digest", status["state_digest"]?.string)
        line("ledger_digest", status["ledger_digest"]?.string)
        for (name, key) in [
            ("predictions", "predictions"), ("labels", "labels"), ("awaiting label", "awaiting_label"),
            ("provisional", "learned_provisionally"),
            ("late labels", "late_labels"), ("unmatched", "unmatched_labels"), ("expired", "expired_predictions"),
            ("in quarantine", "quarantined"),
        ] { line(name, status[key]?.integer.map { $0.grouped }) }
        if let labels = status["set_aside_labels"], let total = labels["total"]?.integer, total > 0 {
            let counts = ["waiting", "learned", "dropped"].map { "\(labels[$0]?.integer ?? 0) \($0)" }
            let verb = "`headrace quarantine labels`"
            line("set aside", "\(total.grouped) labels: \(counts.joined(separator: ", ")); \(verb)")
        }
        if let oldest = status["oldest"], let offset = oldest["offset"]?.integer {
            line("oldest", "@\(offset), \(oldest["time"]?.string ?? ""): what came before was dropped by retention")
        }
        if let bytes = status["snapshots_bytes"]?.integer, let most = status["snapshots_bytes_max"]?.integer {
            let pruned = status["recovery"]?["snapshots_pruned"]?.integer ?? 0
            line(
                "snapshots", "\(bytes.grouped) of at most \(most.grouped) bytes"
                    + (pruned > 0 ? "; \(pruned.grouped) pruned since the start" : ""))
        }
        for damage in status["damaged_snapshots"]?.array ?? [] {
            let what = damage["offset"]?.integer.map { "the snapshot at @\($0)" } ?? "the list of snapshots"
            line("damaged", "\(what): \(damage["reason"]?.string ?? "")")
        }
        let lateness = LatenessText.text(status)
        return lines.joined(separator: "\n") + "\n\n" + metrics(status) + experts(status)
            + (lateness.isEmpty ? "" : "\n" + lateness)
    }

    /// How much the experts of each model that has any weighed after so many examples, and weigh now, in percent.
    static func experts(_ status: JSONValue) -> String {
        var text = ""
        for (model, report) in status["experts"]?.members ?? [] {
            guard let now = report["weights"]?.members, let history = report["history"]?.array else { continue }
            // Six moments, the last and earlier ones evenly spread.
            let moments = history.indices.filter { ($0 + 1) * 6 / history.count > $0 * 6 / history.count }
            let heads = moments.map { "after \(history[$0]["examples"]?.integer ?? 0)" }
            var table = TextTable([.init("\(model)'s experts")] + (heads + ["now"]).map { .init($0, .right) })
            for (index, (name, weight)) in now.enumerated() {
                let earlier = moments.map { history[$0]["weights"]?.array?[index].number }
                table.add([name] + (earlier + [weight.number]).map { String(format: "%.1f %%", 100 * ($0 ?? 0)) })
            }
            text += "\n" + table.render()
        }
        return text
    }

    /// Metrics by role, a role a row.
    static func metrics(_ status: JSONValue) -> String {
        let names = (status["metrics"]?.members ?? []).filter { $0.value.members == nil }.map(\.key)
        var table = TextTable([.init("")] + names.map { .init($0, .right) })
        func row(_ role: String, _ metrics: JSONValue?) {
            table.add([role] + names.map { name in metrics?[name]?.number.map { Self.short($0) } ?? "–" })
        }
        row("champion", status["metrics"])
        // Until something is adopted over what served, it is the champion's.
        if let served = status["served"], served != status["metrics"] { row("served", served) }
        row("baseline", status["baseline"])
        for (name, metrics) in status["challengers"]?.members ?? [] { row(name, metrics) }
        return table.render() + slices(status)
    }

    /// Sliced metrics, a table each: a slice a row, a role a column.
    private static func slices(_ status: JSONValue) -> String {
        let challengers = status["challengers"]?.members ?? []
        let roles = [("champion", status["metrics"]), ("baseline", status["baseline"])]
            + challengers.map { ($0.key, Optional($0.value)) }
        return (status["metrics"]?.members ?? []).compactMap { metric, slices -> String? in
            guard let names = slices.members?.map(\.key) else { return nil }
            var table = TextTable([.init(metric)] + roles.map { .init($0.0, .right) })
            for name in names.prefix(slicesShownMax) {
                table.add([name] + roles.map { $0.1?[metric]?[name]?.number.map { Self.short($0) } ?? "–" })
            }
            let more = names.count > slicesShownMax ? "… and \(names.count - slicesShownMax) more slices\n" : ""
            return "\n" + table.render() + more
        }.joined()
    }

    private static let slicesShownMax = 20

    /// A metric with five digits that count.
    static func short(_ value: Double) -> String {
        guard value != 0, value.isFinite else { return "\(value)" }
        let magnitude = value.magnitude
        if magnitude >= 1e7 || magnitude < 1e-4 { return String(format: "%.4e", value) }
        let decimals = max(0, min(7, magnitude >= 1 ? 5 - String(Int(magnitude)).count : 5))
        return String(format: "%.\(decimals)f", value)
    }
}
