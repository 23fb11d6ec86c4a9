import ArgumentParser
import Engine
import EventLog
import Foundation
import ModelLifecycle

/// How a log is listed.
enum LogFormat: String, ExpressibleByArgument, CaseIterable {
    case ndjson, json, csv
}

struct LogVerb: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show what happened: events with what was answered, one JSON object a line.",
        discussion: """
            A listing can be played again: `headrace feed --events --data FILE`, and `evaluate` likewise. A time means \
            after the last event at or before it, as for `restore`. `--notices` lists what the log tells the world \
            instead: what was adopted and amended, which model failed.
            """)

    @OptionGroup var options: ApplicationOptions

    @Option(name: .long, help: "ndjson: an object a line; json: one array; csv: a table, a row an event.")
    var format = LogFormat.ndjson

    @Option(name: .long, help: "Where to begin: @OFFSET, a time, or the name of a version.")
    var from: String?

    @Option(name: .long, help: "Where to end, that event not included: @OFFSET, a time, or the name of a version.")
    var to: String?

    @Option(name: .long, help: "How many events to show at most, or notices.")
    var limit: Int?

    @Flag(name: .long, help: "Notices instead of events.")
    var notices = false

    mutating func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit takes a number from 0") }
        if options.url != nil, format == .csv {
            throw ValidationError("csv is written from the files: --data-dir DIR, also beside a server")
        }
        if notices, format == .csv { throw ValidationError("notices are listed as ndjson or json") }
    }

    mutating func run() async throws {
        let (first, last) = (try from.map { try RestorePoint($0) }, try to.map { try RestorePoint($0) })
        let output = StandardOutput()
        if let client = try options.client() {
            try await list(client, output)
        } else {
            let store = try options.openForReading()
            defer { try? store.close() }
            var range = try LogRange.resolve(from: first, to: last, in: store)
            if notices {
                let name = try options.name(
                    among: Engines.applications(in: options.directory), in: options.directory)
                var lines = JSONLines(isArray: format == .json)
                _ = try NoticeListing.write(range, limit: limit ?? .max, of: name, in: store) { notice in
                    try lines.add(notice, output)
                }
                return try lines.finish(output)
            }
            range = range.lowerBound..<min(range.upperBound, range.lowerBound + (limit ?? range.count))
            if format == .csv {
                var table = try EventTable(store, range: range)
                _ = try table.write(range) { try output.write($0) }
            } else {
                var lines = JSONLines(isArray: format == .json)
                _ = try EventListing.write(from: range.lowerBound, limit: range.count, in: store) { event in
                    try lines.add(event, output)
                }
                try lines.finish(output)
            }
        }
    }

    private func list(_ client: Client, _ output: StandardOutput) async throws {
        let application = try await Status.name(options, client)
        var query = [("from", from), ("to", to)].compactMap { name, value in
            value.map { "&\(name)=\(HTTPRequest.escaped($0.utf8))" }
        }.joined()
        var left = limit ?? Int.max / 4
        var lines = JSONLines(isArray: format == .json)
        let what = notices ? "notices" : "events"
        while left > 0 {
            let page = try await client.get(
                "/v1/applications/\(application)/\(what)?limit=\(min(left, 1_000))\(query)")
            let items = page[what]?.array ?? []
            for item in items { try lines.add({ item.write(to: &$0) }, output) }
            left -= items.count
            // A page without any notice may have others after it.
            guard let next = page["next"]?.integer, let end = page["to"]?.integer, notices || !items.isEmpty else {
                break
            }
            // What a time or a name meant is known now, and stays.
            query = "&from=\(next)" + (to == nil ? "" : "&to=\(end)")
        }
        try lines.finish(output)
    }
}

/// Events or notices as JSON, a line each, or as the elements of one array.
private struct JSONLines {
    let isArray: Bool
    private var text: [UInt8] = []
    private var json = JSONWriter()
    private var count = 0

    init(isArray: Bool) {
        self.isArray = isArray
    }

    mutating func add(_ item: (inout JSONWriter) -> Void, _ output: StandardOutput) throws {
        json.removeAll()
        item(&json)
        if isArray { text.append(UInt8(ascii: count == 0 ? "[" : ",")) }
        text.append(contentsOf: json.bytes)
        text.append(UInt8(ascii: "\n"))
        count += 1
        guard text.count > 1 << 16 else { return }
        try output.write(text)
        text.removeAll(keepingCapacity: true)
    }

    mutating func finish(_ output: StandardOutput) throws {
        if isArray { text.append(contentsOf: (count == 0 ? "[]\n" : "]\n").utf8) }
        try output.write(text)
        text = []
    }
}
