import Determinism
import EventLog
import Foundation
import GRDB
import Synchronization

/// Blobs lie in the table `pieces`. What a snapshot or an experiment names is found in their rows, too.
extension SQLiteStore: BlobStore {
    public func put(_ bytes: [UInt8]) throws(LogFailure) -> Digest {
        let digest = Digest(hashing: bytes)
        unnamed.withLock { _ = $0.insert(digest) }
        // What is named lies there whole.
        let isNamed = try read("look for a blob") { db in try Self.isNamed(digest, db) }
        guard !isNamed else { return digest }
        for piece in StoredSnapshot.pieces(of: bytes, digest) { try write("put a blob") { try piece.insert($0) } }
        return digest
    }

    public func get(_ digest: Digest) throws(LogFailure) -> [UInt8]? {
        let argument: StatementArguments = [Data(digest.bytes)]
        let found: [UInt8]? = try read("read a blob") { db in
            var bytes: [UInt8]?
            for table in ["snapshots", "experiments"] where try bytes == nil && db.tableExists(table) {
                let sql = "SELECT payload FROM \(table) WHERE payload_digest = ?"
                bytes = try Data.fetchOne(db, sql: sql, arguments: argument).map { [UInt8]($0) }
            }
            guard try db.tableExists("pieces") else { return bytes }
            let sql = "SELECT payload FROM pieces WHERE digest = ? AND number \(bytes == nil ? ">=" : ">") 0"
            let pieces = try Data.fetchCursor(db, sql: sql + " ORDER BY number", arguments: argument)
            while let piece = try pieces.next() { bytes = (bytes ?? []) + piece }
            return bytes
        }
        guard let found else { return nil }
        guard Digest(hashing: found) == digest else {
            throw LogFailure(.damaged, "\(path): the blob \(digest) is not what was written")
        }
        return found
    }

    public func drop(_ digests: [Digest]) throws(LogFailure) {
        unnamed.withLock { $0.subtract(digests) }
        try tidy()
    }

    private static func isNamed(_ digest: Digest, _ db: Database) throws -> Bool {
        try Int.fetchOne(
            db, sql: "SELECT 1 FROM snapshots WHERE payload_digest = ?", arguments: [Data(digest.bytes)]) != nil
    }
}
