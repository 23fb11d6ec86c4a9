import ArgumentParser
import Determinism
import Engine
import EventLog
import ModelLifecycle

struct VersionsVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "versions", abstract: "List what can be restored, or give a version a name.",
        discussion: "Every offset can be restored; listed are adoptions, snapshots, and what has a name.")

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption

    @Option(name: .long, help: "Give a version this name.")
    var name: String?

    @Option(name: .long, help: "The version to name: @OFFSET, a time or a name (default: the present one).")
    var at: String?

    mutating func validate() throws {
        if at != nil, name == nil { throw ValidationError("--at goes with --name") }
    }

    mutating func run() async throws {
        if let name { return try await setName(name) }
        let versions = try await Status.read(options)["versions"] ?? .array([])
        if format.isJSON { return format.print { versions.write(to: &$0) } }
        var table = TextTable([
            .init("version", .right), .init("log time"), .init("state_digest"), .init("why"), .init("names"),
        ])
        for version in versions.array ?? [] {
            table.add([
                version["offset"]?.integer.map { "@\($0)" } ?? "", version["time"]?.string ?? "–",
                version["state_digest"]?.string.map { String($0.prefix(16)) } ?? "–",
                (version["reason"]?.string ?? "") + Self.amendment(version),
                (version["names"]?.array ?? []).compactMap(\.string).joined(separator: ", "),
            ])
        }
        print(table.render(), terminator: "")
    }

    /// The amendment that led to a version.
    private static func amendment(_ version: JSONValue) -> String {
        guard let amendment = version["amendment"], let offset = amendment["offset"]?.integer else { return "" }
        return " by event \(offset)\(AmendmentText.remark(amendment))"
    }

    private func setName(_ name: String) async throws {
        let point = try at.map { try RestorePoint($0) }
        let named: Int
        if let client = try options.client() {
            var body = JSONWriter()
            body.object { json in
                json.member("name", name)
                if let at { json.member("at", at) }
            }
            let application = try await Status.name(options, client)
            let reply = try await client.post("/v1/applications/\(application)/versions", body.bytes)
            named = reply["offset"]?.integer ?? 0
        } else {
            named = try await OfflineApplication.run(options, verb: "headrace versions") {
                try await $0.setName(name, at: point)
            }
        }
        guard format.isJSON else { return print("@\(named) is '\(name)'") }
        format.print { json in
            json.object { json in
                json.member("name", name)
                json.member("offset", named)
            }
        }
    }
}

/// An application without a server, for verbs that write to a directory.
enum OfflineApplication {
    static func run<T>(
        _ options: ApplicationOptions, verb: String, _ body: (Application) async throws -> T
    ) async throws -> T {
        let stores = Engines.applications(in: options.directory)
        let name = try options.name(among: stores, in: options.directory)
        let directory = try HeldDirectory(options.directory, owner: verb)
        defer { directory.unlock() }
        let application = try Application(
            name: name, spec: nil, store: Engines.access(name, in: options.directory), clock: { .now() },
            tell: { Failure.say($0) },
            folds: WorkThreads("headrace fold", count: 1, waitingMax: 0, priority: .normal))
        do {
            let result = try await body(application)
            try await Application.stop([application])
            return result
        } catch {
            await application.stop()
            throw error
        }
    }
}
