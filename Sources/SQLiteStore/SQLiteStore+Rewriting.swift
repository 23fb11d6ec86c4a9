import Determinism
import EventLog
import Foundation
import GRDB
import Synchronization

/// Payloads are replaced, and what they were is removed to the last byte.
///
/// The transaction says in `heads` that the file is not scrubbed yet; scrubbing takes that back. A process that dies in
/// between leaves it to the next opening.
extension SQLiteStore: ForgettingLog {
    public func forget(
        _ rewriting: Rewriting, after tip: LogTip, _ replacement: (Block) throws -> [UInt8]?
    ) throws(LogFailure) -> (tip: LogTip, heads: Heads) {
        var written: (tip: LogTip, heads: Heads)?
        let stored = rewriting.snapshot.map { StoredSnapshot($0) }
        if let stored { try putRest(of: stored, "save the snapshot of @\(stored.snapshot.offset)") }
        defer {
            packs.withLock { $0.removeAll() }
            if let stored { named(stored) }
        }
        try writeAfter(tip, "rewrite events from \(rewriting.firstOffset)") { db in
            written = try self.rewriteRows(rewriting, stored, tip, replacement, db)
        } unless: { _ in
            false
        }
        guard let (end, heads) = written else { preconditionFailure("a rewriting that neither failed nor was done") }
        let isScrubbed = (try? scrubIfNeeded()) ?? false
        return (
            end,
            Heads(
                firstOffset: heads.firstOffset, endOffset: heads.endOffset, oldHead: heads.oldHead,
                newHead: heads.newHead, isScrubbed: isScrubbed)
        )
    }

    public var isScrubbed: Bool {
        get throws(LogFailure) { try heads().allSatisfy(\.isScrubbed) }
    }

    private func rewriteRows(
        _ rewriting: Rewriting, _ stored: StoredSnapshot?, _ old: LogTip,
        _ replacement: (Block) throws -> [UInt8]?, _ db: Database
    ) throws -> (tip: LogTip, heads: Heads) {
        var (offset, link) = try Self.beginning(rewriting.firstOffset, db)
        // The chain as it was, which is checked on the way.
        var oldLink = link
        let select = try db.makeStatement(
            sql: "SELECT \(StoredRow.columns) FROM blocks WHERE first_offset >= ? ORDER BY first_offset LIMIT 1")
        while let fetched = try Row.fetchOne(select, arguments: [offset]) {
            let row = try StoredRow(fetched)
            let (blocks, _) = try row.linked(after: oldLink, path, unpack)
            // What retention dropped is gone already; what is left carries the link that it had.
            if let sealed = Packing.link(ofSealed: row.block.payload) {
                (link, oldLink, offset) = (sealed, sealed, row.block.endOffset)
                continue
            }
            var links: [Digest] = []
            var isChanged = false
            let replaced = try blocks.map { block in
                var block = block
                if block.endOffset > rewriting.firstOffset, let payload = try replacement(block) {
                    isChanged = isChanged || payload != block.payload
                    block = block.replacing(payload)
                }
                link = block.chain(after: link)
                links.append(link)
                return block
            }
            if isChanged {
                try db.execute(sql: "DELETE FROM blocks WHERE first_offset = ?", arguments: [row.block.firstOffset])
                for (block, link) in zip(replaced, links) { try Self.insert(block, link, db) }
            } else if link != row.chain {
                try db.execute(
                    sql: "UPDATE blocks SET chain = ? WHERE first_offset = ?",
                    arguments: [Data(link.bytes), row.block.firstOffset])
            }
            oldLink = row.chain ?? oldLink
            offset = row.block.endOffset
        }
        for offset in rewriting.droppedSnapshots {
            try db.execute(sql: "DELETE FROM snapshots WHERE offset = ?", arguments: [offset])
        }
        try stored?.insert(db)
        try Self.dropLoosePieces(db)
        try db.execute(
            sql: """
                INSERT INTO heads (first_offset, end_offset, old_head, new_head, is_scrubbed) VALUES (?, ?, ?, ?, 0)
                """,
            arguments: [rewriting.firstOffset, old.endOffset, Data(old.link.bytes), Data(link.bytes)])
        let heads = Heads(
            firstOffset: rewriting.firstOffset, endOffset: old.endOffset, oldHead: old.link, newHead: link,
            isScrubbed: false)
        let tip = LogTip(position: old.position, endOffset: old.endOffset, link: link, term: old.term)
        let links = try rewriting.appended.links(after: tip)
        for (block, link) in zip(rewriting.appended, links) { try Self.insert(block, link, db) }
        return (try Self.tip(db), heads)
    }

    /// Where the row begins that holds an offset, and the link before it.
    private static func beginning(_ offset: Int, _ db: Database) throws -> (Int, Digest) {
        let first = try Int.fetchOne(
            db, sql: "SELECT first_offset FROM blocks WHERE first_offset <= ? ORDER BY first_offset DESC LIMIT 1",
            arguments: [offset])
        guard let first, first > 0 else { return (0, Block.chainStart) }
        guard let link = try chain(before: first, db) else {
            throw LogFailure(.damaged, "the chain before event \(first) is not there")
        }
        return (first, link)
    }

    public func heads() throws(LogFailure) -> [Heads] {
        try read("list the rewritings") { db in
            guard try db.tableExists("heads") else { return [] }
            return try Row.fetchAll(
                db, sql: "SELECT first_offset, end_offset, old_head, new_head, is_scrubbed FROM heads ORDER BY id"
            ).map { row in
                let none = Digest(hashing: [])
                return Heads(
                    firstOffset: try row.decode(atIndex: 0), endOffset: try row.decode(atIndex: 1),
                    oldHead: Digest(bytes: try row.decode(Data.self, atIndex: 2)) ?? none,
                    newHead: Digest(bytes: try row.decode(Data.self, atIndex: 3)) ?? none,
                    isScrubbed: try row.decode(atIndex: 4))
            }
        }
    }

    public func record(_ heads: [Heads]) throws(LogFailure) {
        try write("record rewritings") { db in
            for heads in heads {
                try db.execute(
                    sql: """
                        INSERT INTO heads (first_offset, end_offset, old_head, new_head, is_scrubbed)
                        VALUES (?, ?, ?, ?, 1)
                        """,
                    arguments: [
                        heads.firstOffset, heads.endOffset, Data(heads.oldHead.bytes), Data(heads.newHead.bytes),
                    ])
            }
        }
    }

    // MARK: Scrubbing

    /// Removes what was replaced from free pages, the rest of used ones and the -wal, where that has not been done.
    /// - Returns: false where a reader still holds the file as it was; then the next opening tries again.
    @discardableResult
    func scrubIfNeeded() throws(LogFailure) -> Bool {
        do {
            pool.releaseMemory()
            return try pool.writeWithoutTransaction { db in
                let waiting = try Int.fetchOne(db, sql: "SELECT count(*) FROM heads WHERE is_scrubbed = 0") ?? 0
                guard waiting > 0 else { return true }
                // Writes all that is in use into fresh pages; the checkpoint then puts them in the place of the old
                // ones, cuts the file where it was longer, and the -wal to nothing.
                try db.execute(sql: "VACUUM")
                let row = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                guard row?[0] == 0 else { return false }
                try db.execute(sql: "UPDATE heads SET is_scrubbed = 1")
                return true
            }
        } catch {
            throw Self.failure(error, .unavailable, "\(path): cannot remove what was replaced")
        }
    }
}
