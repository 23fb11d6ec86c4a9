import Determinism
import EventLog
import Foundation
import GRDB
import Synchronization

/// The log and the snapshots of one application in one SQLite file.
///
/// A committed block is one row, so the cost of a row vanishes in the block. Each row carries its link of a SHA-256
/// chain; reading a block checks it against the block before it. Adjacent blocks may be packed into one row, which
/// gives them back as they were. `docs/formats/store.md` describes the file.
///
/// Commits are durable when they return: `synchronous` is FULL, set and read back after opening, because opening a pool
/// sets it to NORMAL. After a commit that failed, whether it is on the disk is unknown, also to SQLite: close the store
/// and open the file anew.
public final class SQLiteStore: AppendOnlyLog, SnapshotStore, ExperimentStore {
    public static let fileExtension = "headrace"
    /// Pages of a file of format 1 that is written anew when it is upgraded; a larger one keeps its free pages.
    private static let upgradedPagesMax = 1 << 14

    public let path: String
    let pool: DatabasePool
    let unpack: Packing.Unpack
    let packs: Mutex<PackCache>
    /// Blobs that were put and that nothing names yet.
    let unnamed = Mutex<Set<Digest>>([])

    /// Opens a store that there is.
    /// - Parameter unpack: gives packed blocks back; without it none can be read.
    /// - Throws: `missing` where there is none; where the file was written by a newer version — it is not touched —, is
    ///   no store, or cannot be opened.
    public convenience init(
        path: String, readOnly: Bool = false, unpack: @escaping Packing.Unpack = SQLiteStore.cannotUnpack
    ) throws(LogFailure) {
        guard try StoreHeader.check(path) else {
            throw LogFailure(
                .missing, "there is no store \(path)",
                hint: "if there was one, something has removed it: bring it back before anything else is begun")
        }
        try self.init(checked: path, readOnly: readOnly, unpack: unpack)
    }

    /// Makes a store where there is none, with nothing in it.
    /// - Throws: `unavailable` where there is one already; it is not touched.
    public static func create(
        path: String, unpack: @escaping Packing.Unpack = SQLiteStore.cannotUnpack
    ) throws(LogFailure) -> SQLiteStore {
        guard try !StoreHeader.check(path) else {
            throw LogFailure(.unavailable, "there is a store \(path) already; it was not touched")
        }
        return try SQLiteStore(checked: path, readOnly: false, unpack: unpack)
    }

    private init(checked path: String, readOnly: Bool, unpack: @escaping Packing.Unpack) throws(LogFailure) {
        (self.path, self.unpack) = (path, unpack)
        packs = Mutex(PackCache(bytesMax: readOnly ? PackCache.readingBytesMax : PackCache.bytesMax))
        do {
            var configuration = Configuration()
            configuration.readonly = readOnly
            configuration.busyMode = .timeout(5)
            configuration.label = "headrace"
            configuration.maximumReaderCount = 3
            // So that packing gives pages back to the disk. It must be said before anything is written to the file; of
            // an older file it comes into force with the next VACUUM.
            configuration.prepareDatabase { db in
                guard !db.configuration.readonly else { return }
                try db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL")
            }
            pool = try DatabasePool(path: path, configuration: configuration)
            if !readOnly { try Self.prepare(pool) }
        } catch {
            throw Self.failure(error, .unavailable, "cannot open \(path)")
        }
        // Where there is no room for it, the next opening tries again; reading and writing go on.
        if !readOnly { _ = try? scrubIfNeeded() }
    }

    /// Closes the file; a clean close leaves nothing beside it.
    public func close() throws(LogFailure) {
        // The last connection to close tidies up the -wal, and only the writer may: the readers go before it.
        pool.invalidateReadOnlyConnections()
        do { try pool.close() } catch { throw Self.failure(error, .unavailable, "cannot close \(path)") }
    }

    /// Puts all that was committed into the file itself, so that nothing beside it counts any more. Closing does the
    /// same but keeps silent where it fails.
    func gather() throws(LogFailure) {
        do {
            try pool.writeWithoutTransaction { db in
                let row = try Row.fetchOne(db, sql: "PRAGMA wal_checkpoint(TRUNCATE)")
                guard row?[0] == 0 else { throw LogFailure(.unavailable, "\(path): somebody reads it") }
            }
        } catch {
            throw Self.failure(error, .unavailable, "\(path): cannot move the -wal into it")
        }
    }

    private static func prepare(_ pool: DatabasePool) throws {
        try pool.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA synchronous = FULL")
            let level = try Int.fetchOne(db, sql: "PRAGMA synchronous")
            precondition(level == 2, "SQLite runs with synchronous = \(level ?? -1), not FULL")
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            guard version < StoreHeader.formatVersion else {
                try settle(db)
                // What a process left that died while it stored a snapshot. Without room for it, the next opening does.
                try? dropLoosePieces(db)
                return
            }
            try db.inTransaction {
                try db.execute(sql: version == 0 ? StoreHeader.schema : StoreHeader.upgrade(from: version))
                try dropFormerNamesIfEmpty(db)
                return .commit
            }
            if version == 1, (try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0) <= upgradedPagesMax {
                // Without room for it the file stays as it is, and its free pages with it.
                try? db.execute(sql: "PRAGMA auto_vacuum = INCREMENTAL; VACUUM")
            }
            // The header must be in the file itself, where a newer or older program looks before it opens anything.
            try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)")
        }
    }

    /// Puts on the disk what the -wal holds before any of it is served again: after a flush that failed, or a process
    /// killed between its write and its flush, a commit may be in the page cache only. A checkpoint flushes the -wal,
    /// then writes its pages anew, which a second flush alone would not do after a first that failed.
    private static func settle(_ db: Database) throws {
        do {
            try db.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            // There is no room for the pages, but the -wal was flushed first: reading goes on.
        }
    }

    static func damaged(_ path: String, _ offset: Int) -> LogFailure {
        LogFailure(
            .damaged, "\(path): the block that begins at event \(offset) is not what was written",
            hint: blockHint(offset))
    }

    static func blockHint(_ offset: Int) -> String {
        "Nothing was deleted. Bring the file back from a backup; `headrace verify` says how far the log is whole, and "
            + "`headrace log --to @\(offset)` lists what is before it, for `headrace feed --events`."
    }

    // MARK: Access

    func read<T>(_ purpose: String, _ body: (Database) throws -> T) throws(LogFailure) -> T {
        do { return try pool.read(body) } catch {
            throw Self.failure(error, .unavailable, "\(path): cannot \(purpose)")
        }
    }

    @discardableResult
    func write<T>(_ purpose: String, _ body: (Database) throws -> T) throws(LogFailure) -> T {
        do { return try pool.write(body) } catch {
            throw Self.failure(error, .outcomeUnknown, "\(path): cannot \(purpose)")
        }
    }

    private static let backupHint =
        "Bring the file back from a backup; `headrace doctor` says what of it can be read."

    static func failure(_ error: any Error, _ kind: LogFailure.Kind, _ what: String) -> LogFailure {
        if let failure = error as? LogFailure { return failure }
        if error is RowDecodingError {
            return LogFailure(
                .damaged, "\(what): a row is not what was written", hint: "Nothing was deleted. \(backupHint)")
        }
        guard let error = error as? DatabaseError else { return LogFailure(kind, "\(what): \(error)") }
        switch error.resultCode {
        case .SQLITE_FULL: return LogFailure(kind, "\(what): the disk is full", hint: "make room; nothing was lost")
        case .SQLITE_CORRUPT, .SQLITE_NOTADB:
            return LogFailure(
                .damaged, "\(what): the file is damaged (\(error.message ?? "no detail"))",
                hint: "Nothing was deleted. \(backupHint)")
        default: return LogFailure(kind, "\(what): \(error.message ?? error.resultCode.description)")
        }
    }
}
