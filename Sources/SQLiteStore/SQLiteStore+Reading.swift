import Determinism
import EventLog
import Foundation
import GRDB
import Synchronization

/// Reading in order, some rows a query; and looking back.
extension SQLiteStore {
    /// Bytes that are read ahead at first, and at most.
    private static let aheadBytesMin = 64 << 10
    private static let aheadBytesMax = 1 << 20
    /// What a row counts for beside its payload, so that small ones are bounded, too.
    private static let rowBytes = 256

    // MARK: In order

    public func read(after tip: LogTip, _ body: (LogEntry, LogTip) throws -> Bool) throws -> LogTip {
        var (tip, bytesMax) = (tip, Self.aheadBytesMin)
        while true {
            let (next, goesOn) = try hand(out: try stretch(from: tip.endOffset, bytesMax, term: tip.term), tip, body)
            guard goesOn, next != tip else { return next }
            (tip, bytesMax) = (next, min(2 * bytesMax, Self.aheadBytesMax))
        }
    }

    /// Adjacent rows as they lie there, with what checks them.
    private struct Stretch {
        /// The first may begin before what was asked for.
        var rows: [StoredRow] = []
        /// The link before the first.
        var previous: Digest?
        /// Whether the log was rewritten at or before what was asked for, or events of the first row were dropped, so
        /// that a link known before may be another.
        var wasRewritten = false
        /// Claims after a term, in their order.
        var claims: [(writer: UInt64, term: UInt64, end: Int)] = []
    }

    private func stretch(from offset: Int, _ bytesMax: Int, term: UInt64? = nil) throws(LogFailure) -> Stretch {
        try read("read the log from event \(offset)") { db in
            var (stretch, bytes) = (Stretch(), 0)
            let statement = try db.cachedStatement(
                sql: """
                    SELECT \(StoredRow.columns) FROM blocks WHERE first_offset >= coalesce(
                        (SELECT max(first_offset) FROM blocks WHERE first_offset <= ?), 0)
                    ORDER BY first_offset
                    """)
            let cursor = try Row.fetchCursor(statement, arguments: [offset])
            while bytes < bytesMax, let fetched = try cursor.next() {
                let row = try StoredRow(fetched)
                guard row.block.endOffset > offset else { continue }
                stretch.rows.append(row)
                bytes += row.block.payload.count + Self.rowBytes
            }
            if let first = stretch.rows.first {
                stretch.previous = try Self.chain(before: first.block.firstOffset, db)
                stretch.wasRewritten = try Packing.isSealed(first.block.payload) || db.tableExists("heads")
                    && Int.fetchOne(db, sql: "SELECT 1 FROM heads WHERE first_offset < ?", arguments: [offset]) != nil
            }
            guard let term, try Self.hasClaims(db) else { return stretch }
            stretch.claims = try Row.fetchAll(
                db, sql: "SELECT writer, term, end_offset FROM claims WHERE term > ? ORDER BY term",
                arguments: [Int64(bitPattern: term)]
            ).map { row in
                (
                    UInt64(bitPattern: try row.decode(atIndex: 0)), UInt64(bitPattern: try row.decode(atIndex: 1)),
                    try row.decode(atIndex: 2)
                )
            }
            return stretch
        }
    }

    /// Hands out what lies in a stretch after a tip.
    private func hand(
        out stretch: Stretch, _ tip: LogTip, _ body: (LogEntry, LogTip) throws -> Bool
    ) throws -> (LogTip, goesOn: Bool) {
        var tip = tip
        var claims = stretch.claims[...]
        /// Hands out the claims that lie before an event.
        func handClaims(before offset: Int) throws -> Bool {
            while let claim = claims.first, claim.end <= offset {
                claims.removeFirst()
                guard claim.end == tip.endOffset, claim.term == tip.term + 1 else {
                    throw Self.damaged(path, claim.end)
                }
                tip = LogTip(
                    position: tip.position + 1, endOffset: tip.endOffset, link: tip.link, term: claim.term)
                guard try body(.claim(writer: claim.writer, term: claim.term), tip) else { return false }
            }
            return true
        }
        var previous = stretch.previous
        for row in stretch.rows {
            let (blocks, links) = try linked(row, after: previous)
            for (index, (block, link)) in zip(blocks, links).enumerated() where block.endOffset > tip.endOffset {
                // A hole, or a beginning that is none.
                guard block.firstOffset == tip.endOffset else { throw Self.damaged(path, tip.endOffset) }
                let before = index == 0 ? previous : links[index - 1]
                guard before == tip.link || stretch.wasRewritten else { throw Self.damaged(path, block.firstOffset) }
                guard try handClaims(before: block.firstOffset) else { return (tip, false) }
                tip = LogTip(
                    position: tip.position + UInt64(block.count), endOffset: block.endOffset, link: link,
                    term: tip.term)
                guard try body(.block(block), tip) else { return (tip, false) }
            }
            previous = row.chain
        }
        // Where the rows ended, what is claimed there follows; where the stretch was cut, the next one has it.
        return (tip, try handClaims(before: tip.endOffset))
    }

    // MARK: Places

    public func tip(before offset: Int) throws(LogFailure) -> LogTip {
        let found = try found("first_offset <= ?", offset, "read event \(offset)")
        guard let found, offset < found.row.block.endOffset else {
            return offset < 0 ? .start : try lastKnownTip()
        }
        // Of a row that holds one block, what is in it need not be looked at.
        guard found.row.isPacked else { return try tip(found.row.block.firstOffset, found.previous, found.terms) }
        let (blocks, links) = try linked(found.row, after: found.previous)
        return try tip(before: blocks.firstIndex { offset < $0.endOffset } ?? 0, blocks, links, found)
    }

    public func tip(before time: Timestamp) throws(LogFailure) -> LogTip {
        let found = try found("first_time <= ?", time.microseconds, "read the log at \(time)")
        guard let found else { return .start }
        let (blocks, links) = try linked(found.row, after: found.previous)
        return try tip(before: blocks.lastIndex { $0.firstTime <= time } ?? 0, blocks, links, found)
    }

    private func tip(
        before index: Int, _ blocks: [Block], _ links: [Digest], _ found: Found
    ) throws(LogFailure) -> LogTip {
        try tip(blocks[index].firstOffset, index == 0 ? found.previous : links[index - 1], found.terms)
    }

    private func tip(_ offset: Int, _ link: Digest?, _ terms: [Int]) throws(LogFailure) -> LogTip {
        guard let link else { throw Self.damaged(path, offset) }
        let term = UInt64(terms.count { $0 <= offset })
        return LogTip(position: UInt64(offset) + term, endOffset: offset, link: link, term: term)
    }

    public func block(containing offset: Int) throws(LogFailure) -> Block? {
        if let block = packs.withLock({ $0.block(containing: offset) }) { return block }
        guard let (row, previous, _) = try found("first_offset <= ?", offset, "read event \(offset)") else {
            return nil
        }
        let (blocks, _) = try linked(row, after: previous)
        return blocks.last { $0.firstOffset <= offset }.flatMap { $0.endOffset > offset ? $0 : nil }
    }

    /// The blocks in a row and their links; what is packed is unpacked once, as long as it is remembered.
    private func linked(
        _ row: StoredRow, after previous: Digest?
    ) throws(LogFailure) -> (blocks: [Block], links: [Digest]) {
        if row.isPacked, let pack = packs.withLock({ $0.pack(of: row) }) { return pack }
        let (blocks, links) = try row.linked(after: previous, path, unpack)
        if row.isPacked { packs.withLock { $0.add(blocks, links) } }
        return (blocks, links)
    }

    public func rows(from offset: Int, bytesMax: Int) throws(LogFailure) -> [Block] {
        let stretch = try stretch(from: offset, bytesMax)
        var (rows, previous): ([Block], Digest?) = ([], stretch.previous)
        for row in stretch.rows {
            do throws(LogFailure) {
                let (first, end) = (row.block.firstOffset, rows.last?.endOffset)
                guard end.map({ first == $0 }) ?? (first <= offset) else { throw Self.damaged(path, end ?? offset) }
                if !row.isPacked { _ = try row.linked(after: previous, path, unpack) }
            } catch {
                guard rows.isEmpty else { break }
                throw error
            }
            rows.append(row.block)
            previous = row.chain
        }
        return rows
    }

    /// A row, the link before it, and where claims were made in the log.
    private typealias Found = (row: StoredRow, previous: Digest?, terms: [Int])

    /// The last row that fulfils a condition; nil where there is no such row.
    private func found(
        _ condition: String, _ argument: some DatabaseValueConvertible, _ purpose: String
    ) throws(LogFailure) -> Found? {
        try read(purpose) { db in
            guard let row = try Self.row(condition, argument, db) else { return nil }
            let previous = try Self.chain(before: row.block.firstOffset, db)
            guard try Self.hasClaims(db) else { return (row, previous, []) }
            return (row, previous, try Int.fetchAll(db, sql: "SELECT end_offset FROM claims ORDER BY term"))
        }
    }

    static func row(
        _ condition: String, _ argument: some DatabaseValueConvertible, _ db: Database
    ) throws -> StoredRow? {
        let statement = try db.cachedStatement(
            sql: "SELECT \(StoredRow.columns) FROM blocks WHERE \(condition) ORDER BY first_offset DESC LIMIT 1")
        return try Row.fetchOne(statement, arguments: [argument]).map { try StoredRow($0) }
    }

    /// The chain's link before an offset; nil where the block that should carry it is not there.
    static func chain(before offset: Int, _ db: Database) throws -> Digest? {
        guard offset > 0 else { return Block.chainStart }
        let statement = try db.cachedStatement(
            sql: "SELECT chain FROM blocks WHERE first_offset < ? ORDER BY first_offset DESC LIMIT 1")
        guard let row = try Row.fetchOne(statement, arguments: [offset]) else { return nil }
        return Digest(bytes: try row.decode(Data.self, atIndex: 0))
    }
}
