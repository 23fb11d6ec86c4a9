import EventLog
import Foundation
import GRDB

extension SQLiteStore: InspectableLog {
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
