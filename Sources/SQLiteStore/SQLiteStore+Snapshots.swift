import Determinism
import EventLog
import Foundation
import GRDB
import Synchronization

/// Snapshots, whose payloads lie in pieces: a row holds the first, the table `pieces` the others, under the digest of
/// the whole. A piece is stored in a transaction of its own, so that no commit waits for all of a large snapshot; the
/// row comes last, and what has no row is no snapshot.
extension SQLiteStore {
    /// Bytes of a piece.
    static let pieceBytesMax = 1 << 20
    /// Pieces that are dropped in one transaction.
    private static let droppedPieces = 4

    public func save(_ snapshot: Snapshot, dropping offsets: [Int]) throws(LogFailure) {
        let purpose = "save the snapshot of @\(snapshot.offset)"
        let stored = StoredSnapshot(snapshot)
        try putRest(of: stored, purpose)
        defer { named(stored) }
        try write(purpose) { db in
            try Self.drop(offsets, db)
            try stored.insert(db)
        }
        try tidy()
    }

    public func append(
        _ blocks: [Block], with snapshot: Snapshot, after tip: LogTip
    ) throws(LogFailure) -> LogTip {
        let stored = StoredSnapshot(snapshot)
        try putRest(of: stored, "save the snapshot of @\(snapshot.offset)")
        defer { named(stored) }
        return try append(blocks, after: tip) { try stored.insert($0) }
    }

    /// Puts all but the first piece of a snapshot: nobody drops them until it has been named or given up.
    func putRest(of stored: StoredSnapshot, _ purpose: String) throws(LogFailure) {
        unnamed.withLock { _ = $0.insert(stored.digest) }
        for piece in stored.pieces { try write(purpose) { try piece.insert($0) } }
    }

    /// A snapshot has its row, or was given up.
    func named(_ stored: StoredSnapshot) {
        unnamed.withLock { _ = $0.remove(stored.digest) }
    }

    public func dropSnapshots(at offsets: [Int]) throws(LogFailure) {
        guard !offsets.isEmpty else { return }
        try write("drop snapshots") { try Self.drop(offsets, $0) }
        try tidy()
    }

    public func snapshot(atOrBefore offset: Int) throws(LogFailure) -> Snapshot? {
        let purpose = "read a snapshot at or before @\(offset)"
        let found: (Snapshot, payload: Data?, digest: Data?)? = try read(purpose) { db in
            guard
                let row = try Row.fetchOne(
                    db,
                    sql: """
                        SELECT offset, reason, restored_offset, state_digest, ledger_digest, time, payload,
                               payload_digest
                        FROM snapshots WHERE offset <= ? ORDER BY offset DESC LIMIT 1
                        """, arguments: [offset])
            else { return nil }
            let digest = Data.fromDatabaseValue(row[7])
            return (Self.snapshot(row), try Self.payload(row[6], digest, db), digest)
        }
        guard let found else { return nil }
        guard let payload = found.payload.map({ [UInt8]($0) }),
            let digest = found.digest.flatMap({ Digest(bytes: $0) }),
            Digest(hashing: payload) == digest
        else {
            throw LogFailure(
                .damaged, "\(path): the snapshot at @\(found.0.offset) is not what was written",
                hint: "Nothing was deleted. The snapshot before it and the events since serve; "
                    + "`headrace doctor --repair` puts it right.")
        }
        return found.0.holding(payload)
    }

    public func snapshots() throws(LogFailure) -> [Snapshot] {
        try read("list the snapshots") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT offset, reason, restored_offset, state_digest, ledger_digest, time
                    FROM snapshots ORDER BY offset
                    """
            ).map { Self.snapshot($0) }
        }
    }

    public func sizes() throws(LogFailure) -> StoreSizes {
        try read("measure the store") { db in
            let logBytes = try Int.fetchOne(db, sql: "SELECT sum(length(payload)) FROM blocks") ?? 0
            // A store of an older format that is only read has no pieces.
            let rest = try db.tableExists("pieces")
                ? "ifnull((SELECT sum(length(pieces.payload)) FROM pieces WHERE digest = payload_digest), 0)" : "0"
            let rows = try Row.fetchAll(
                db, sql: "SELECT offset, length(payload) + \(rest) FROM snapshots ORDER BY offset")
            return StoreSizes(
                logBytes: logBytes,
                snapshots: rows.map { (Int.fromDatabaseValue($0[0]) ?? -1, Int.fromDatabaseValue($0[1]) ?? 0) })
        }
    }

    /// Drops every piece that belongs to no snapshot, as a part of a transaction.
    static func dropLoosePieces(_ db: Database) throws {
        try db.execute(sql: "DELETE FROM pieces WHERE \(looseCondition)")
    }

    private static let looseCondition = "digest NOT IN (SELECT payload_digest FROM snapshots)"

    private static func drop(_ offsets: [Int], _ db: Database) throws {
        for offset in offsets {
            try db.execute(sql: "DELETE FROM snapshots WHERE offset = ?", arguments: [offset])
        }
    }

    /// Drops pieces that belong to no snapshot, and gives pages back to the disk, in steps for which no commit waits
    /// long.
    func tidy() throws(LogFailure) {
        var goesOn = true
        while goesOn {
            // Others are being put while this goes on: what they have put is not named yet.
            let unnamed = unnamed.withLock { $0.map { "x'\($0)'" }.joined(separator: ", ") }
            goesOn = try write("drop what belongs to no snapshot") { db in
                try db.execute(
                    sql: """
                        DELETE FROM pieces WHERE rowid IN (
                            SELECT rowid FROM pieces WHERE \(Self.looseCondition) AND digest NOT IN (\(unnamed))
                            LIMIT \(Self.droppedPieces))
                        """)
                return db.changesCount > 0
            }
        }
        goesOn = true
        while goesOn {
            goesOn = try write("give pages back to the disk") { db in
                let before = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
                let freed = try Row.fetchCursor(db, sql: "PRAGMA incremental_vacuum(\(Self.freedPages))")
                while try freed.next() != nil {}
                let after = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
                return after > 0 && after < before
            }
        }
    }

    /// The whole payload: what the row holds, and the pieces that belong to it.
    private static func payload(_ first: DatabaseValue, _ digest: Data?, _ db: Database) throws -> Data? {
        guard var payload = Data.fromDatabaseValue(first) else { return nil }
        // A store of an older format that is only read has no pieces.
        guard payload.count == pieceBytesMax, try db.tableExists("pieces") else { return payload }
        let rest = try Row.fetchCursor(
            db, sql: "SELECT payload FROM pieces WHERE digest = ? AND number > 0 ORDER BY number",
            arguments: [digest])
        while let row = try rest.next() {
            guard let piece = Data.fromDatabaseValue(row[0]) else { return nil }
            payload.append(piece)
        }
        return payload
    }

    /// What is said of a snapshot. A column that is not what was written is replaced by what fits nothing, so that one
    /// damaged row does not hide the others; `verify` compares it.
    private static func snapshot(_ row: Row) -> Snapshot {
        func digest(_ index: Int) -> Digest {
            Data.fromDatabaseValue(row[index]).flatMap { Digest(bytes: $0) } ?? Digest(hashing: [])
        }
        return Snapshot(
            offset: Int.fromDatabaseValue(row[0]) ?? -1,
            reason: Int.fromDatabaseValue(row[1]).flatMap { Snapshot.Reason(rawValue: $0) } ?? .growth,
            restoredOffset: Int.fromDatabaseValue(row[2]), stateDigest: digest(3), ledgerDigest: digest(4),
            time: Timestamp(microseconds: Int64.fromDatabaseValue(row[5]) ?? 0), payload: [])
    }
}

/// A snapshot as it goes into the file: hashed and cut in pieces before any transaction begins.
struct StoredSnapshot {
    /// A part of a payload after the first.
    struct Piece {
        let digest: Data
        let number: Int
        let bytes: ArraySlice<UInt8>

        func insert(_ db: Database) throws {
            try db.execute(
                sql: "INSERT OR REPLACE INTO pieces (digest, number, payload) VALUES (?, ?, ?)",
                arguments: [digest, number, Data(bytes)])
        }
    }

    let snapshot: Snapshot
    let digest: Digest
    let first: Data
    let pieces: ArraySlice<Piece>

    init(_ snapshot: Snapshot) {
        (self.snapshot, digest) = (snapshot, Digest(hashing: snapshot.payload))
        first = Data(snapshot.payload.prefix(SQLiteStore.pieceBytesMax))
        pieces = Self.pieces(of: snapshot.payload, digest).dropFirst()
    }

    /// All pieces of a blob, from number 0.
    static func pieces(of payload: [UInt8], _ digest: Digest) -> [Piece] {
        let digest = Data(digest.bytes)
        let starts = stride(from: 0, to: max(1, payload.count), by: SQLiteStore.pieceBytesMax)
        return starts.enumerated().map { number, start in
            Piece(
                digest: digest, number: number,
                bytes: payload[start..<min(start + SQLiteStore.pieceBytesMax, payload.count)])
        }
    }

    /// Names it: the first piece lies in the row.
    func insert(_ db: Database) throws {
        let digest = Data(digest.bytes)
        try db.execute(sql: "DELETE FROM pieces WHERE digest = ? AND number = 0", arguments: [digest])
        try db.execute(
            sql: """
                INSERT OR REPLACE INTO snapshots
                (offset, reason, restored_offset, state_digest, ledger_digest, time, payload, payload_digest)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                snapshot.offset, snapshot.reason.rawValue, snapshot.restoredOffset,
                Data(snapshot.stateDigest.bytes), Data(snapshot.ledgerDigest.bytes), snapshot.time.microseconds, first,
                digest,
            ])
    }
}
