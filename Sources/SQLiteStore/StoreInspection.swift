import EventLog
import Foundation
import GRDB

/// What a store's file is like, apart from what is in it.
public struct StoreInspection: Sendable {
    /// Of the file.
    public let formatVersion: Int
    public let fileBytes: Int
    /// What lies beside the file and belongs to it: more than nothing while somebody serves, or where a process was
    /// killed.
    public let walBytes: Int
    public let snapshotBytes: Int
    /// Events that lie there as they were committed, not packed.
    public let looseEventCount: Int
    /// What SQLite finds wrong with its pages; empty where nothing is.
    public let pageDamage: [String]
}

extension SQLiteStore {
    /// Looks at every page of the file. Complexity: O(file).
    public func inspection() throws(LogFailure) -> StoreInspection {
        let (file, wal) = (Self.byteCount(path), Self.byteCount(path + "-wal"))
        return try read("look at the file") { db in
            let pages = try String.fetchAll(db, sql: "PRAGMA quick_check(20)").filter { $0 != "ok" }
            func number(_ sql: String) throws -> Int { try Int.fetchOne(db, sql: sql) ?? 0 }
            return StoreInspection(
                formatVersion: try number("PRAGMA user_version"), fileBytes: file, walBytes: wal,
                snapshotBytes: try number("SELECT sum(length(payload)) FROM snapshots")
                    + (db.tableExists("pieces") ? number("SELECT sum(length(payload)) FROM pieces") : 0),
                looseEventCount: try number("SELECT sum(event_count) FROM blocks WHERE substr(payload, 1, 1) < x'80'"),
                pageDamage: pages)
        }
    }

    private static func byteCount(_ path: String) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return (attributes?[.size] as? NSNumber)?.intValue ?? 0
    }
}
