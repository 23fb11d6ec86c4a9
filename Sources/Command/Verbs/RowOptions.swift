import ArgumentParser
import Engine
import Foundation
import ModelLifecycle
import Synchronization

/// How the rows of a file are read.
struct RowOptions: ParsableArguments {
    @Option(name: .long, help: "Rows to read at most.")
    var limit: Int?

    @Flag(name: .long, help: "Sort the rows by time, in memory.")
    var sort = false

    @Flag(name: .long, help: "The file is a log, as `headrace log` writes it: its rows are events, in their order.")
    var events = false

    mutating func validate() throws {
        if let limit, limit < 0 { throw ValidationError("--limit takes a number from 0") }
        if events, sort { throw ValidationError("--events takes the events as they stand; leave out --sort") }
    }

    /// The rows of a file whose events are folded here.
    func schedule(_ path: String, _ contract: Contract, _ data: DataMapping) throws -> EventSchedule {
        try schedule(path, contract, data, identified: false)
    }

    /// The rows of a file whose events are sent to a server.
    func sending(_ path: String, _ contract: Contract, _ data: DataMapping) throws -> EventSchedule {
        try schedule(path, contract, data, identified: true)
    }

    private func schedule(
        _ path: String, _ contract: Contract, _ data: DataMapping, identified: Bool
    ) throws -> EventSchedule {
        if events { return EventSchedule(try LoggedEvents(path: path, contract: contract), limit: limit ?? .max) }
        let source = try ByteSource(path: path)
        // Of a pipe before anything is read.
        let ids = identified && data.id == nil ? try FileIdentity.text(of: source) : ""
        var rows = try RowSource(source, contract: contract, data: data)
        if !ids.isEmpty {
            Failure.say(
                "\(path) has no column of ids: a row's id is made of the file's content and its number, like \(ids)-0. "
                    + "The same file sent again is a retry while its ids are known; a changed one is all new")
        }
        if sort { try rows.sortByTime() }
        return EventSchedule(rows, data: data, reading: identified ? .sent(ids: ids) : .answered, limit: limit ?? .max)
    }
}

/// Names the first rows that are refused, and counts all.
struct RefusedRows {
    static let namedMax = 10

    let path: String
    private(set) var count = 0

    init(path: String) {
        self.path = path
    }

    mutating func add(_ row: Int, _ line: Int, _ refusal: Refusal) {
        count += 1
        guard count <= Self.namedMax else { return }
        let place = line > 0 ? "\(path):\(line): row \(row)" : "\(path): row \(row)"
        Failure.say("\(place) refused: \(refusal)")
    }

    func finish() {
        if count > Self.namedMax { Failure.say("\((count - Self.namedMax).grouped) more rows refused") }
    }
}
