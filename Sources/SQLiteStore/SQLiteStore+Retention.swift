import Determinism
import EventLog
import Foundation
import GRDB
import Synchronization

/// What the oldest rows held is dropped; what is left of them carries the links that they had.
extension SQLiteStore: RetainingLog {
    public var sealedEnd: Int {
        get throws(LogFailure) {
            try read("see what of the log was dropped") { db in
                // Sealed rows come first: the first other one says it all.
                let first = try Int.fetchOne(
                    db,
                    sql: """
                        SELECT first_offset FROM blocks WHERE substr(payload, 1, 1) <> ? ORDER BY first_offset LIMIT 1
                        """, arguments: [Data([Packing.sealed])])
                return try first ?? Self.tip(db).endOffset
            }
        }
    }

    public func seal(_ row: Block, as payload: [UInt8]) throws(LogFailure) {
        precondition(Packing.isSealed(payload), "the payload does not say that it is sealed")
        do {
            try pool.writeWithoutTransaction { db in
                // What a row held is overwritten where it lay.
                try db.execute(sql: "PRAGMA secure_delete = ON")
                try db.inTransaction(.immediate) {
                    try db.execute(
                        sql: "UPDATE blocks SET payload = ? WHERE first_offset = ? AND event_count = ? AND chain = ?",
                        arguments: [
                            Data(payload), row.firstOffset, row.count,
                            Packing.link(ofSealed: payload).map { Data($0.bytes) },
                        ])
                    guard db.changesCount == 1 else { throw Self.damaged(path, row.firstOffset) }
                    return .commit
                }
                let freed = try Row.fetchCursor(db, sql: "PRAGMA incremental_vacuum(\(Self.freedPages))")
                while try freed.next() != nil {}
                // Where somebody reads the file as it was, the next one does it, or the closing.
                _ = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
            }
        } catch {
            throw Self.failure(error, .outcomeUnknown, "cannot drop the events from \(row.firstOffset) on")
        }
        packs.withLock { $0.removeAll() }
    }

    /// The chain's link after the row that holds an offset.
    public func link(after offset: Int) throws(LogFailure) -> Digest? {
        try read("read a link") { db in
            let statement = try db.cachedStatement(
                sql: "SELECT chain FROM blocks WHERE first_offset <= ? ORDER BY first_offset DESC LIMIT 1")
            guard let row = try Row.fetchOne(statement, arguments: [offset]) else { return nil }
            return Digest(bytes: try row.decode(Data.self, atIndex: 0))
        }
    }
}
