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

    func schedule(_ path: String, _ contract: Contract, _ data: DataMapping) throws -> EventSchedule {
        if events { return EventSchedule(try LoggedEvents(path: path, contract: contract), limit: limit ?? .max) }
        var source = try RowSource(path: path, contract: contract, data: data)
        if sort { try source.sortByTime() }
        return EventSchedule(source, data: data, limit: limit ?? .max)
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
