import Determinism
import EventLog
import Foundation
import GRDB

/// The end of the log, and what is put there.
///
/// A position is the offset of the next event and the number of claims before it, so packing moves none. Where the log
/// ends is asked in the transaction that appends, of the file itself: another store of the same file is as good as this
/// one.
extension SQLiteStore {
    public func lastKnownTip() throws(LogFailure) -> LogTip {
        try read("read the end of the log") { try Self.tip($0) }
    }

    public func append(_ blocks: [Block], after tip: LogTip) throws(LogFailure) -> LogTip {
        try append(blocks, after: tip) { _ in }
    }

    /// Appends blocks, and does something else in the same transaction.
    /// - Parameter payload: takes the place of the blocks' own; they lie there packed.
    func append(
        _ blocks: [Block], packedAs payload: [UInt8]? = nil, after tip: LogTip, with more: (Database) throws -> Void
    ) throws(LogFailure) -> LogTip {
        var links = try blocks.links(after: tip)
        // What was dropped was chained as well; what is left says to which link.
        if let sealed = payload.flatMap(Packing.link(ofSealed:)) { links[links.count - 1] = sealed }
        guard let last = blocks.last, let link = links.last else { return tip }
        let next = LogTip(
            position: tip.position + UInt64(last.endOffset - tip.endOffset), endOffset: last.endOffset, link: link,
            term: tip.term)
        try writeAfter(tip, "commit events from \(tip.endOffset)") { db in
            if let payload {
                let row = Block(
                    firstOffset: tip.endOffset, count: last.endOffset - tip.endOffset, firstTime: blocks[0].firstTime,
                    lastTime: last.lastTime, payload: payload)
                try Self.insert(row, link, db)
            } else {
                for (block, link) in zip(blocks, links) { try Self.insert(block, link, db) }
            }
            try more(db)
        } unless: { db in
            // The same blocks after the same tip: their last link says that of all of them.
            try Self.claims(before: last.endOffset, db) == tip.term
                && self.link(at: last.endOffset, db) == link
        }
        return next
    }

    public func claim(after tip: LogTip, writer: UInt64) throws(LogFailure) -> LogTip {
        let next = LogTip(position: tip.position + 1, endOffset: tip.endOffset, link: tip.link, term: tip.term + 1)
        let (term, writer) = (Int64(bitPattern: next.term), Int64(bitPattern: writer))
        try writeAfter(tip, "claim the log at @\(tip.endOffset)") { db in
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS claims (
                        term INTEGER PRIMARY KEY, end_offset INTEGER NOT NULL, writer INTEGER NOT NULL)
                    """)
            try db.execute(
                sql: "INSERT INTO claims (term, end_offset, writer) VALUES (?, ?, ?)",
                arguments: [term, tip.endOffset, writer])
        } unless: { db in
            guard try Self.hasClaims(db) else { return false }
            let row = try Row.fetchOne(
                db, sql: "SELECT end_offset, writer FROM claims WHERE term = ?", arguments: [term])
            return try row?[0] == tip.endOffset && row?[1] == writer && self.link(at: tip.endOffset, db) == tip.link
        }
        return next
    }

    /// Writes in one transaction, if the log ends at a tip.
    /// - Parameter isDone: whether the very same has been written after the tip before.
    /// - Throws: `superseded` where the log ends elsewhere and it has not.
    func writeAfter(
        _ tip: LogTip, _ purpose: String, _ body: (Database) throws -> Void,
        unless isDone: (Database) throws -> Bool
    ) throws(LogFailure) {
        do {
            try pool.writeWithoutTransaction { db in
                try db.inTransaction(.immediate) {
                    let end = try Self.tip(db)
                    guard end == tip else {
                        if try isDone(db) { return .rollback }
                        throw LogFailure.superseded(tip, by: end)
                    }
                    try body(db)
                    return .commit
                }
            }
        } catch {
            throw Self.failure(error, .outcomeUnknown, "cannot \(purpose)")
        }
    }

    static func insert(_ block: Block, _ chain: Digest, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO blocks (first_offset, event_count, first_time, last_time, chain, payload)
                VALUES (?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            block.firstOffset, block.count, block.firstTime.microseconds, block.lastTime.microseconds,
            Data(chain.bytes), Data(block.payload),
        ])
    }

    // MARK: Where it ends

    static func tip(_ db: Database) throws -> LogTip {
        let statement = try db.cachedStatement(
            sql: "SELECT first_offset + event_count, chain FROM blocks ORDER BY first_offset DESC LIMIT 1")
        let term = try claims(before: nil, db)
        guard let row = try Row.fetchOne(statement) else {
            return LogTip(position: term, endOffset: 0, link: Block.chainStart, term: term)
        }
        let end = try row.decode(Int.self, atIndex: 0)
        guard end > 0 else { throw LogFailure(.damaged, "the log says that it ends at @\(end)", hint: blockHint(0)) }
        let link = Digest(bytes: try row.decode(Data.self, atIndex: 1)) ?? Block.chainStart
        return LogTip(position: UInt64(end) + term, endOffset: end, link: link, term: term)
    }

    /// How many claims lie before the block that ends at an offset; nil for all. They are numbered, so it is a term.
    static func claims(before end: Int?, _ db: Database) throws -> UInt64 {
        guard try hasClaims(db) else { return 0 }
        let count = try Int.fetchOne(
            db.cachedStatement(sql: "SELECT count(*) FROM claims WHERE end_offset < ?"), arguments: [end ?? .max])
        return UInt64(count ?? 0)
    }

    /// Asked of the file every time, because another store of it may have made the table.
    static func hasClaims(_ db: Database) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'claims'")
        return try Int.fetchOne(statement) != nil
    }

    /// The chain's link at the end of a block; nil where none ends there.
    private func link(at end: Int, _ db: Database) throws -> Digest? {
        guard end > 0 else { return Block.chainStart }
        guard let row = try Self.row("first_offset < ?", end, db) else { return nil }
        if row.block.endOffset == end { return row.chain }
        guard row.block.endOffset > end else { return nil }
        let (blocks, links) = try row.linked(after: Self.chain(before: row.block.firstOffset, db), path, unpack)
        return blocks.firstIndex { $0.endOffset == end }.map { links[$0] }
    }
}
