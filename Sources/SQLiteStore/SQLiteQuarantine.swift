import Determinism
import EventLog
import Foundation
import GRDB

/// Refused events of one application, in a file beside its store. It comes into being with the first of them.
///
/// Nothing depends on it: it is not flushed, and where it is lost or damaged the application goes on.
/// `docs/formats/store.md` describes the file.
public final class SQLiteQuarantine: QuarantineStore, @unchecked Sendable {
    public static let fileExtension = "quarantine"
    static let formatVersion = 1

    private let path: String
    private let readOnly: Bool
    /// Guards ``queue``.
    private let lock = NSLock()
    private var queue: DatabaseQueue?

    public init(path: String, readOnly: Bool = false) {
        (self.path, self.readOnly) = (path, readOnly)
    }

    private static let schema = """
        PRAGMA user_version = \(formatVersion);
        CREATE TABLE IF NOT EXISTS events (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            time INTEGER NOT NULL,
            kind TEXT,
            source TEXT NOT NULL,
            problem TEXT NOT NULL,
            detail TEXT NOT NULL,
            hint TEXT,
            text BLOB NOT NULL
        );
        """

    // MARK: Keeping

    public func add(_ events: [QuarantinedEvent]) throws(LogFailure) {
        try use("keep what was refused", orElse: (), makesFile: true) { db in
            try db.inTransaction {
                for event in events where event.text.count <= QuarantineLimit.eventBytesMax {
                    try Self.insert(event, db)
                }
                try Self.dropOldest(db)
                return .commit
            }
        }
    }

    private static func insert(_ event: QuarantinedEvent, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO events (time, kind, source, problem, detail, hint, text) VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            event.time.microseconds, event.kind, event.source, event.problem, event.detail, event.hint,
            Data(event.text),
        ])
    }

    /// Complexity: O(events kept).
    private static func dropOldest(_ db: Database) throws {
        try db.execute(
            sql: """
                DELETE FROM events WHERE number IN (
                    SELECT number FROM (
                        SELECT number, row_number() OVER newest AS place, sum(length(text)) OVER newest AS bytes
                        FROM events WINDOW newest AS (ORDER BY number DESC))
                    WHERE place > ? OR bytes > ?)
                """, arguments: [QuarantineLimit.eventsMax, QuarantineLimit.bytesMax])
    }

    public func remove(_ number: Int) throws(LogFailure) -> Bool {
        try use("remove entry \(number)", orElse: false) { db in
            try db.execute(sql: "DELETE FROM events WHERE number = ?", arguments: [number])
            return db.changesCount > 0
        }
    }

    public func removeAll() throws(LogFailure) {
        try use("remove all entries", orElse: ()) { try $0.execute(sql: "DELETE FROM events") }
    }

    // MARK: Looking

    public func events(from number: Int, limit: Int) throws(LogFailure) -> [QuarantinedEvent] {
        try use("list what was refused", orElse: []) { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT number, time, kind, source, problem, detail, hint, text
                    FROM events WHERE number >= ? ORDER BY number LIMIT ?
                    """, arguments: [number, limit]
            ).map { row in
                QuarantinedEvent(
                    number: try row.decode(atIndex: 0), time: Timestamp(microseconds: try row.decode(atIndex: 1)),
                    kind: try row.decode(atIndex: 2), source: try row.decode(atIndex: 3),
                    problem: try row.decode(atIndex: 4), detail: try row.decode(atIndex: 5),
                    hint: try row.decode(atIndex: 6), text: [UInt8](try row.decode(Data.self, atIndex: 7)))
            }
        }
    }

    public var count: Int {
        get throws(LogFailure) {
            try use("count what was refused", orElse: 0) { db in
                try Int.fetchOne(db, sql: "SELECT count(*) FROM events") ?? 0
            }
        }
    }

    public func close() {
        lock.lock()
        defer { lock.unlock() }
        try? queue?.close()
        queue = nil
    }

    // MARK: The file

    /// Opens the file where that has not been done. Only keeping makes one; everything else finds nothing there.
    private func use<T>(
        _ purpose: String, orElse nothing: T, makesFile: Bool = false, _ body: (Database) throws -> T
    ) throws(LogFailure) -> T {
        lock.lock()
        defer { lock.unlock() }
        do {
            if queue == nil {
                guard makesFile || FileManager.default.fileExists(atPath: path) else { return nothing }
                queue = try connect()
            }
            guard let queue else { return nothing }
            return try queue.writeWithoutTransaction(body)
        } catch {
            throw SQLiteStore.failure(error, .unavailable, "\(path): cannot \(purpose)")
        }
    }

    private func connect() throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(5)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { db in
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            guard version <= Self.formatVersion else {
                throw LogFailure(.newerFormat, "\(path) was written by a newer Headrace")
            }
            guard !readOnly else { return }
            // Best effort: no answer waits for it, and no flush is worth it.
            try db.execute(sql: "PRAGMA synchronous = OFF")
            try db.execute(sql: Self.schema)
        }
        return queue
    }
}

extension DataDirectory {
    /// Where the refused events of an application lie.
    public static func quarantinePath(_ directory: String, _ application: String) -> String {
        "\(directory)/\(application).\(SQLiteQuarantine.fileExtension)"
    }
}
