import Determinism
import EventLog
import Foundation
import GRDB
import Synchronization

/// Many rows become one.
extension SQLiteStore: PackingLog {
    /// For stores opened by who has nothing to unpack with.
    public static let cannotUnpack: Packing.Unpack = { (_) throws(LogFailure) in
        throw LogFailure(.newerFormat, "packed blocks cannot be read here")
    }

    private static let notPacked = LogFailure(.refused, "the payload does not say that it is packed")

    /// Pages given back to the disk in one step, so that no commit waits long for it.
    static let freedPages = 256

    public func looseBlocks(from offset: Int, eventsMax: Int) throws(LogFailure) -> [Block] {
        let found: (rows: [StoredRow], previous: Digest?) = try read("read the blocks from event \(offset)") { db in
            // Blobs compare as bytes: what begins with less than the mark is not packed.
            let cursor = try Row.fetchCursor(
                db,
                sql: """
                    SELECT \(StoredRow.columns) FROM blocks WHERE first_offset >= (
                        SELECT first_offset FROM blocks WHERE first_offset >= ? AND substr(payload, 1, 1) < x'80'
                        ORDER BY first_offset LIMIT 1)
                    ORDER BY first_offset
                    """, arguments: [offset])
            var (rows, count): ([StoredRow], Int) = ([], 0)
            while let row = try cursor.next() {
                let stored = try StoredRow(row)
                count += stored.block.count
                guard !stored.isPacked, rows.isEmpty || count <= eventsMax else { break }
                rows.append(stored)
            }
            return (rows, try rows.first.flatMap { try Self.chain(before: $0.block.firstOffset, db) })
        }
        var previous = found.previous
        for row in found.rows {
            // What is damaged must not be packed, and thereby hidden.
            _ = try row.linked(after: previous, path, unpack)
            previous = row.chain
        }
        return found.rows.map(\.block)
    }

    public func pack(_ blocks: [Block], as payload: [UInt8]) throws(LogFailure) {
        guard let first = blocks.first, let last = blocks.last else { return }
        guard Packing.isPacked(payload) else { throw Self.notPacked }
        do {
            try pool.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    let range: StatementArguments = [first.firstOffset, last.firstOffset]
                    let rows = try Row.fetchOne(
                        db, sql: "SELECT count(*), sum(event_count) FROM blocks WHERE first_offset BETWEEN ? AND ?",
                        arguments: range)
                    let previous = try Self.chain(before: first.firstOffset, db)
                    let stored = try Self.chain(before: last.endOffset, db)
                    let chain = previous.map { blocks.reduce($0) { $1.chain(after: $0) } }
                    guard rows?[0] == blocks.count, rows?[1] == last.endOffset - first.firstOffset, let chain,
                        chain == stored
                    else { throw Self.damaged(path, first.firstOffset) }
                    try db.execute(sql: "DELETE FROM blocks WHERE first_offset BETWEEN ? AND ?", arguments: range)
                    let packed = Block(
                        firstOffset: first.firstOffset, count: last.endOffset - first.firstOffset,
                        firstTime: first.firstTime, lastTime: last.lastTime, payload: payload)
                    try Self.insert(packed, chain, db)
                    return .commit
                }
                // Each row it hands out is a page freed.
                let freed = try Row.fetchCursor(db, sql: "PRAGMA incremental_vacuum(\(Self.freedPages))")
                while try freed.next() != nil {}
            }
        } catch {
            throw Self.failure(error, .outcomeUnknown, "cannot pack the blocks from event \(first.firstOffset)")
        }
    }

    public func append(
        _ blocks: [Block], packedAs payload: [UInt8], after tip: LogTip
    ) throws(LogFailure) -> LogTip {
        guard Packing.isPacked(payload) else { throw Self.notPacked }
        // One block alone lies there as it is: it may be the adoption that others look for.
        let isLoose = blocks.count == 1 && !Packing.isSealed(payload)
        return try append(blocks, packedAs: isLoose ? nil : payload, after: tip) { _ in }
    }
}
