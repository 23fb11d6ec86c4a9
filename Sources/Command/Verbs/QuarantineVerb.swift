import ArgumentParser
import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle

struct QuarantineVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "List events that the contract refused and labels set aside; correct and send them again.",
        discussion: """
            `list` shows what was refused and why, `show N` one entry, `send N` sends it again: as it was, or as the \
            corrected event in --with FILE ('-' is standard input). What is taken leaves the quarantine. `drop N` \
            removes an entry, `drop` alone all of them. `labels` shows labels that were set aside because they lie far \
            outside the range learned before, and what became of each.
            """)

    enum Action: String, ExpressibleByArgument, CaseIterable {
        case list, show, send, drop, labels
    }

    @Argument(help: "list, show, send, drop or labels.")
    var action = Action.list

    @Argument(help: "The number of an entry.")
    var number: Int?

    @Option(name: .long, help: "A file with the corrected event as JSON; '-' is standard input.")
    var with: String?

    @OptionGroup var options: ApplicationOptions
    @OptionGroup var format: FormatOption

    mutating func validate() throws {
        if [.show, .send].contains(action), number == nil {
            throw ValidationError("\(action.rawValue) which? Give its number")
        }
        if [.list, .labels].contains(action), number != nil {
            throw ValidationError("\(action.rawValue) takes no number; show does")
        }
        if with != nil, action != .send { throw ValidationError("--with goes with send") }
    }

    mutating func run() async throws {
        switch action {
        case .list: try await list()
        case .show:
            let entry = try await entry(number ?? 0)
            format.isJSON ? format.print { entry.write(to: &$0) } : print(QuarantineEntries.page(entry), terminator: "")
        case .send: try await send(number ?? 0)
        case .drop: try await drop()
        case .labels:
            let labels = try await LabelsSetAside.read(options)
            if format.isJSON { return format.print { labels.write(to: &$0) } }
            print(LabelsSetAside.text(labels), terminator: "")
        }
    }

    private func list() async throws {
        let entries = try await QuarantineEntries.read(options)
        if format.isJSON { return format.print { JSONValue.array(entries).write(to: &$0) } }
        print(QuarantineEntries.table(entries), terminator: "")
    }

    private func entry(_ number: Int) async throws -> JSONValue {
        let entry = try await QuarantineEntries.read(options, from: number, limit: 1).first
        guard let entry, entry["number"]?.integer == number else {
            throw Refusal(
                .unknownQuestion, "there is no entry \(number) in quarantine",
                hint: "`headrace quarantine list` lists them")
        }
        return entry
    }

    private func send(_ number: Int) async throws {
        let corrected = try with.map { path in
            path == "-" ? Array(FileHandle.standardInput.readDataToEndOfFile()) : try Self.bytes(path)
        }
        let reply: JSONValue
        if let client = try options.client() {
            let application = try await Status.name(options, client)
            let path = "/v1/applications/\(application)/quarantine/\(number)/send"
            reply = try await client.post(path, corrected ?? [])
        } else {
            let options = options
            let acceptance = try await OfflineApplication.run(options, verb: "headrace quarantine") { application in
                let quarantine = try QuarantineEntries.open(options)
                defer { quarantine.close() }
                return try await quarantine.send(number, corrected: corrected, to: application)
            }
            var json = JSONWriter()
            acceptance.write(to: &json)
            reply = try JSONValue(parsing: json.bytes)
        }
        if format.isJSON { return format.print { reply.write(to: &$0) } }
        let (id, outcome) = (reply["id"]?.string ?? "", reply["outcome"]?.string ?? "")
        print("entry \(number) was sent: \(id) \(outcome) (event @\(reply["offset"]?.integer ?? 0))")
    }

    private static func bytes(_ path: String) throws -> [UInt8] {
        do { return Array(try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
            throw LogFailure(.unavailable, "\(path) cannot be read: \(error.localizedDescription)")
        }
    }

    private func drop() async throws {
        var numbers = number.map { [$0] } ?? []
        if number == nil {
            numbers = try await QuarantineEntries.read(options).compactMap { $0["number"]?.integer }
        }
        if let client = try options.client() {
            let application = try await Status.name(options, client)
            for number in numbers { try await client.delete("/v1/applications/\(application)/quarantine/\(number)") }
        } else {
            let directory = try HeldDirectory(options.directory, owner: "headrace quarantine")
            defer { directory.unlock() }
            let quarantine = try QuarantineEntries.open(options)
            defer { quarantine.close() }
            for number in numbers { try await quarantine.remove(number) }
        }
        if format.isJSON {
            format.print { json in json.object { $0.member("dropped", numbers.count) } }
        } else {
            print("\(numbers.count) \(numbers.count == 1 ? "entry" : "entries") dropped")
        }
    }
}

/// The entries of a quarantine as JSON, from a server or from a directory.
enum QuarantineEntries {
    static func open(_ options: ApplicationOptions, readOnly: Bool = false) throws -> Quarantine {
        let name = try options.name(among: Engines.applications(in: options.directory), in: options.directory)
        let store = Engines.quarantine(name, in: options.directory, readOnly: readOnly)
        return Quarantine(store, clock: { .now() })
    }

    static func read(
        _ options: ApplicationOptions, from first: Int = 0, limit: Int = .max
    ) async throws -> [JSONValue] {
        guard let client = try options.client() else {
            let quarantine = try open(options, readOnly: true)
            defer { quarantine.close() }
            return try await quarantine.events(from: first, limit: limit).map { entry in
                var json = JSONWriter()
                entry.write(to: &json)
                return try JSONValue(parsing: json.bytes)
            }
        }
        let path = "/v1/applications/\(try await Status.name(options, client))/quarantine"
        var (entries, next): ([JSONValue], Int?) = ([], first)
        while let from = next, entries.count < limit {
            let page = try await client.get("\(path)?from=\(from)&limit=\(min(100, limit - entries.count))")
            entries += page["entries"]?.array ?? []
            next = page["next"]?.integer
        }
        return entries
    }

    static func table(_ entries: [JSONValue]) -> String {
        var table = TextTable([.init("", .right), .init("refused"), .init("source"), .init("why")])
        for entry in entries {
            table.add([
                "\(entry["number"]?.integer ?? 0)", String((entry["time"]?.string ?? "").prefix(19)),
                (entry["source"]?.string ?? "").printable, (entry["detail"]?.string ?? "").printable,
            ])
        }
        return table.render()
    }

    static func page(_ entry: JSONValue) -> String {
        var json = JSONWriter()
        (entry["event"] ?? .null).write(to: &json)
        var lines = ["entry \(entry["number"]?.integer ?? 0), refused \(entry["time"]?.string ?? "")"]
        lines.append("source  \((entry["source"]?.string ?? "").printable)")
        if let kind = entry["kind"]?.string { lines.append("kind    \(kind)") }
        lines.append("why     \((entry["detail"]?.string ?? "").printable)")
        if let hint = entry["hint"]?.string { lines.append("hint    \(hint.printable)") }
        return lines.joined(separator: "\n") + "\n\(json.text)\n"
    }
}

/// Labels that were set aside, as JSON, from a server or from a directory.
enum LabelsSetAside {
    static func read(_ options: ApplicationOptions) async throws -> JSONValue {
        if let client = try options.client() {
            return try await client.get(
                "/v1/applications/\(try await Status.name(options, client))/quarantine/labels")
        }
        let store = try options.openForReading()
        defer { try? store.close() }
        var json = JSONWriter()
        try AsideListing(reading: store).write(to: &json)
        return try JSONValue(parsing: json.bytes)
    }

    static func text(_ labels: JSONValue) -> String {
        let labels = labels["labels"]?.array ?? []
        guard !labels.isEmpty else { return "no label was set aside\n" }
        var table = TextTable([.init("id"), .init("came"), .init("label", .right), .init("what became of it")])
        for label in labels {
            let number = label["label"]?.number ?? 0
            table.add([
                (label["id"]?.string ?? "").printable, String((label["time"]?.string ?? "").prefix(19)), "\(number)",
                word(label["fate"]?.string ?? ""),
            ])
        }
        return table.render()
    }

    private static func word(_ fate: String) -> String {
        switch fate {
        case "waiting": "waits for others like it"
        case "learned": "learned: others like it came"
        case "dropped": "left out: no others like it came"
        case "corrected": "learned as a correction says"
        case "passed_over": "a restore or an exclusion has passed over it"
        default: fate
        }
    }
}
