import ArgumentParser
import Determinism
import Engine
import EventLog
import ModelLifecycle

struct ExperimentsVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "experiments", abstract: "List the back-tests that were run, or compare some of them.",
        discussion: """
            An experiment is a candidate on a range of the log: what went in determines what comes out, to the digest. \
            `headrace backtest --rerun N` proves it.
            """)

    @ArgumentParser.Argument(help: "The numbers of experiments to compare; none lists all.")
    var numbers: [Int] = []

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption

    mutating func run() async throws {
        let all = try await Experiments.read(options)
        let shown = try numbers.isEmpty ? all : numbers.map { number in
            guard let found = all.first(where: { $0["experiment"]?.integer == number }) else {
                throw Refusal(
                    .impossibleBacktest, "there is no experiment \(number)",
                    hint: "`headrace experiments` lists them")
            }
            return found
        }
        if format.isJSON {
            return format.print { json in json.array { json in for one in shown { one.write(to: &json) } } }
        }
        if shown.isEmpty { return print("no experiment yet: `headrace backtest SPEC` runs one") }
        print(numbers.isEmpty ? Experiments.list(shown) : Experiments.comparison(shown), terminator: "")
    }
}

/// The experiments of an application, from a server or from a directory.
enum Experiments {
    private static let pageSize = 100

    static func read(_ options: ApplicationOptions) async throws -> [JSONValue] {
        if let client = try options.client() {
            let path = "/v1/applications/\(try await Status.name(options, client))/experiments"
            var (all, next): ([JSONValue], Int?) = ([], 0)
            while let from = next {
                let page = try await client.get("\(path)?from=\(from)&limit=\(pageSize)")
                all += page["experiments"]?.array ?? []
                next = page["next"]?.integer
            }
            return all
        }
        let store = try options.openForReading()
        defer { try? store.close() }
        var json = JSONWriter()
        var failure: (any Error)?
        json.array { json in
            do { _ = try ExperimentListing.write(from: 0, limit: .max, in: store, to: &json) } catch { failure = error }
        }
        if let failure { throw failure }
        return try JSONValue(parsing: json.bytes).array ?? []
    }

    /// Keeps what was run: in the file, or by way of the server that holds it.
    /// - Parameter paths: the spec files that they are of.
    static func keep(
        _ experiments: [Experiment], _ paths: [String], _ options: ApplicationOptions
    ) async throws -> [StoredExperiment] {
        let name = try options.name(among: Engines.applications(in: options.directory), in: options.directory)
        let stored = experiments.map { $0.stored(at: .now()) }
        do {
            let directory = try HeldDirectory(options.directory, owner: "headrace backtest")
            defer { directory.unlock() }
            let store = try Engines.open(name, in: options.directory)
            defer { try? store.close() }
            return try stored.map { $0.numbered(try store.add($0)) }
        } catch let failure as LogFailure where failure.kind == .locked {
            guard let url = Engines.holder(of: options.directory), url.hasPrefix("http") else { throw failure }
            let client = try Client(url)
            let trees = try paths.map { try SpecFile.tree(path: $0) }
            var body = JSONWriter()
            body.object { json in
                json.member("time", stored[0].time.description)
                json.member("records", array: { json in
                    for (experiment, tree) in zip(stored, trees) {
                        json.object { json in
                            json.member("record", Hexadecimal.text(experiment.payload))
                            json.key("spec")
                            tree.write(to: &json)
                        }
                    }
                })
            }
            let reply = try await client.post("/v1/applications/\(name)/experiments", body.bytes)
            let numbers = (reply["experiments"]?.array ?? []).compactMap(\.integer)
            return zip(stored, numbers).map { $0.numbered($1) }
        }
    }

    static func list(_ experiments: [JSONValue]) -> String {
        var table = TextTable([
            .init("", .right), .init("run"), .init("candidate"), .init("range"), .init("first metric", .right),
            .init("beside the champion", .right), .init("state_digest"),
        ])
        for one in experiments {
            let metric = one["metrics"]?.members?.first { $0.value.number != nil }
            table.add([
                "\(one["experiment"]?.integer ?? 0)", String((one["time"]?.string ?? "").prefix(19)),
                one["name"]?.string ?? "", "@\(one["from"]?.integer ?? 0)..@\(one["to"]?.integer ?? 0)",
                metric.map { "\($0.key) \(Status.short($0.value.number ?? 0))" } ?? "", difference(one),
                String((one["state_digest"]?.string ?? "").prefix(12)),
            ])
        }
        return table.render()
    }

    /// What can be compared, an experiment a column.
    static func comparison(_ experiments: [JSONValue]) -> String {
        var table = TextTable([.init("")] + experiments.map { .init("\($0["experiment"]?.integer ?? 0)", .right) })
        func row(_ name: String, _ cell: (JSONValue) -> String) { table.add([name] + experiments.map(cell)) }
        row("candidate") { $0["name"]?.string ?? "" }
        row("range") { "@\($0["from"]?.integer ?? 0)..@\($0["to"]?.integer ?? 0)" }
        row("amendments") { "\($0["amendments"]?.integer ?? 0)" }
        row("labels") { ($0["labels"]?.integer ?? 0).grouped }
        var names: [String] = []
        for (name, value) in experiments.flatMap({ $0["metrics"]?.members ?? [] })
        where value.number != nil && !names.contains(name) { names.append(name) }
        for name in names {
            row(name) { $0["metrics"]?[name]?.number.map { Status.short($0) } ?? "–" }
            row("  champion's") { $0["champion"]?[name]?.number.map { Status.short($0) } ?? "–" }
        }
        row("beside the champion", difference)
        row("ns/event") { Int($0["nanoseconds_per_event"]?.number ?? 0).grouped }
        row("bytes") { ($0["state_bytes"]?.integer ?? 0).grouped }
        for digest in ["spec_digest", "state_digest", "result_digest"] {
            row(digest) { String(($0[digest]?.string ?? "").prefix(12)) }
        }
        let ranges = experiments.map { [$0["from"]?.integer, $0["to"]?.integer, $0["amendments"]?.integer] }
        let warning = ranges.allSatisfy { $0 == ranges[0] }
            ? "" : "they saw different pasts: the metrics do not compare, the differences do\n"
        return table.render() + warning
    }

    private static func difference(_ one: JSONValue) -> String {
        guard let difference = one["difference"], let mean = difference["mean"]?.number else { return "–" }
        let upper = difference["upper"]?.number.map { " ± \(Status.short($0 - mean))" } ?? ""
        return "\(difference["loss"]?.string ?? "") \(Status.short(mean))\(upper)"
    }
}
