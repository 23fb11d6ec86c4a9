import Determinism
import Engine
import EventLog
import EventLogChecks
import Foundation
import GRDB
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Testing

/// A store in a directory of its own that is gone when the test has ended.
final class StoreFixture: Sendable {
    let directory: String
    var path: String { directory + "/prices.headrace" }

    init() throws {
        directory = NSTemporaryDirectory() + "headrace-store-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    func open(readOnly: Bool = false) throws -> SQLiteStore {
        guard readOnly else { return try .begun(path) }
        return try SQLiteStore(path: path, readOnly: true, unpack: PackedBlocks.unpack)
    }

    /// The files as they are at this moment, as a crash would leave them.
    func crashed() throws -> StoreFixture {
        let copy = try StoreFixture()
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
            // Not `copyItem`: it never ends where the file is cut meanwhile.
            let bytes = try FileHandle(forReadingFrom: URL(filePath: path + suffix)).readToEnd() ?? Data()
            try bytes.write(to: URL(filePath: copy.path + suffix))
        }
        return copy
    }

    /// The same while the store is in use: nobody commits, or begins the -wal anew, between the two files.
    func crashedInUse() throws -> StoreFixture {
        var configuration = Configuration()
        configuration.busyMode = .timeout(60)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        var copy: StoreFixture?
        try queue.inTransaction(.immediate) { _ in
            copy = try crashed()
            return .rollback
        }
        try queue.close()
        return try #require(copy)
    }

    /// Every byte beside the lock: the file, its -wal, its -shm, and whatever else lies there.
    func bytes() throws -> Data {
        try FileManager.default.contentsOfDirectory(atPath: directory).reduce(into: Data()) { all, name in
            all += try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)"))
        }
    }

    /// Changes the file behind the store's back.
    func execute(_ sql: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    func query(_ sql: String) throws -> Int? {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { try Int.fetchOne($0, sql: sql) }
    }

    /// Somebody who reads the file as it is now, until told to end.
    func reading() throws -> Reading { try Reading(path) }

    final class Reading {
        private let queue: DatabaseQueue

        init(_ path: String) throws {
            var configuration = Configuration()
            configuration.readonly = true
            configuration.allowsUnsafeTransactions = true
            queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "BEGIN; SELECT count(*) FROM blocks")
            }
        }

        func end() throws {
            try queue.writeWithoutTransaction { try $0.execute(sql: "COMMIT") }
            try queue.close()
        }
    }

    static let spec = """
        {"application": "prices", "features": {"size": "number", "city": "category"},
         "target": {"name": "price", "type": "regression", "horizon": "1h"}, "model": [{"one_hot": ["city"]}, \
        "linear_regression"]}
        """

    /// Serves, and takes events in requests of a few each, so that blocks are small.
    func fill(
        _ name: String, count: Int, requests: Int, spec: Spec? = nil
    ) async throws {
        let spec = try spec ?? SpecText.spec(Self.spec)
        let application = try Application(name: "prices", spec: spec, store: access(), clock: Self.clock)
        for start in stride(from: 0, to: count, by: requests) {
            let events = (start..<min(start + requests, count)).map { index in
                var row = FeatureRow(spec.contract.layout)
                row.setNumber(Double(index % 91) / 10, at: 0)
                row.setString("\(name)-town-\(index % 7)", at: 0)
                return Event(
                    .example(.number(Double(index % 13))), time: .unclaimed, id: EventID("\(name)-\(index)"),
                    features: row)
            }
            for reply in try await application.submit(events) {
                guard case .accepted = reply else { Issue.record("\(reply)"); continue }
            }
        }
        await application.stop()
    }

    /// Gives versions names.
    func name(_ names: [(name: String, offset: Int)]) async throws {
        let application = try Application(name: "prices", spec: nil, store: access(), clock: Self.clock)
        for (name, offset) in names { _ = try await application.setName(name, at: .offset(offset)) }
        await application.stop()
    }

    func access() -> StoreAccess {
        let path = path
        return StoreAccess(
            open: { try SQLiteStore.begun(path) }, close: { try $0.close() })
    }

    static let clock: @Sendable () -> Timestamp = { Timestamp(microseconds: 1_400_000_000_000_000) }
}

extension SQLiteStore {
    /// A store that is there, or a new one.
    static func begun(_ path: String) throws -> SQLiteStore {
        FileManager.default.fileExists(atPath: path)
            ? try SQLiteStore(path: path, unpack: PackedBlocks.unpack)
            : try SQLiteStore.create(path: path, unpack: PackedBlocks.unpack)
    }
}

extension AppendOnlyLog {
    /// All blocks as they were committed.
    func allBlocks() throws -> [Block] {
        var blocks: [Block] = []
        while let block = try block(containing: blocks.last?.endOffset ?? 0) { blocks.append(block) }
        return blocks
    }
}

extension AppendOnlyLog where Self: SnapshotStore {
    /// Appends a block where the log ends now.
    func append(_ block: Block, snapshot: Snapshot? = nil) throws {
        let tip = try lastKnownTip()
        if let snapshot {
            _ = try append([block], with: snapshot, after: tip)
        } else {
            _ = try append([block], after: tip)
        }
    }
}

extension ForgettingLog {
    /// Forgets where the log ends now.
    func rewrite(_ rewriting: Rewriting, _ replacement: (Block) throws -> [UInt8]?) throws -> Heads {
        try forget(rewriting, after: lastKnownTip(), replacement).heads
    }
}

extension FaultyLog {
    static func access(_ fixture: StoreFixture, _ faults: Faults) -> StoreAccess {
        StoreAccess(open: { FaultyLog(try fixture.open(), faults) }, close: { try $0.close() })
    }
}
