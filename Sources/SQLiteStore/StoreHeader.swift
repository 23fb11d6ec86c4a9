import EventLog
import Foundation

/// What says that a file is a store, and of which format.
enum StoreHeader {
    /// Raised with every change of the schema or of what the columns mean.
    static let formatVersion = 3
    /// `HdRc`, in SQLite's `application_id`.
    static let applicationID = 0x4864_5263

    static let schema = """
        PRAGMA application_id = \(applicationID);
        PRAGMA user_version = \(formatVersion);
        CREATE TABLE blocks (
            first_offset INTEGER PRIMARY KEY,
            event_count INTEGER NOT NULL,
            first_time INTEGER NOT NULL,
            last_time INTEGER NOT NULL,
            chain BLOB NOT NULL,
            payload BLOB NOT NULL
        );
        CREATE INDEX blocks_by_time ON blocks (first_time);
        CREATE TABLE snapshots (
            offset INTEGER PRIMARY KEY,
            reason INTEGER NOT NULL,
            restored_offset INTEGER,
            state_digest BLOB NOT NULL,
            ledger_digest BLOB NOT NULL,
            time INTEGER NOT NULL,
            payload BLOB NOT NULL,
            payload_digest BLOB NOT NULL
        );
        \(addedBy2)
        \(addedBy3)
        """

    /// What format 2 added; payloads that are packed came with it.
    private static let addedBy2 = """
        CREATE TABLE heads (
            id INTEGER PRIMARY KEY,
            first_offset INTEGER NOT NULL,
            end_offset INTEGER NOT NULL,
            old_head BLOB NOT NULL,
            new_head BLOB NOT NULL,
            is_scrubbed INTEGER NOT NULL
        );
        CREATE TABLE experiments (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            time INTEGER NOT NULL,
            name TEXT NOT NULL,
            from_offset INTEGER NOT NULL,
            to_offset INTEGER NOT NULL,
            spec_digest BLOB NOT NULL,
            state_digest BLOB NOT NULL,
            result_digest BLOB NOT NULL,
            payload BLOB NOT NULL,
            payload_digest BLOB NOT NULL
        );
        """

    /// What format 3 added.
    private static let addedBy3 = """
        CREATE TABLE pieces (
            digest BLOB NOT NULL,
            number INTEGER NOT NULL,
            payload BLOB NOT NULL,
            PRIMARY KEY (digest, number)
        );
        """

    /// Makes a store of an earlier format one of the present format, but for the table of names: it goes when they have
    /// become events.
    static func upgrade(from version: Int) -> String {
        "PRAGMA user_version = \(formatVersion);" + (version < 2 ? addedBy2 : "") + addedBy3
    }

    /// Looks at a file's first hundred bytes without SQLite, so that a file that is not ours is not touched at all.
    /// - Returns: false where there is no file, or nothing in it: then its making was broken off.
    static func check(_ path: String) throws(LogFailure) -> Bool {
        guard let handle = FileHandle(forReadingAtPath: path) else {
            // One that is there and may not be read is SQLite's to complain of.
            return FileManager.default.fileExists(atPath: path)
        }
        defer { try? handle.close() }
        // What is no file at all is SQLite's, too.
        guard let header = try? handle.read(upToCount: 100) ?? Data() else { return true }
        guard !header.isEmpty else { return false }
        guard header.count == 100, header.starts(with: Data("SQLite format 3\0".utf8)) else {
            throw LogFailure(.damaged, "\(path) is no Headrace store: its first bytes are not those of one",
                hint: "name another --data-dir; if it was a store, bring the file back from a backup")
        }
        let version = integer(header, at: 60)
        let id = integer(header, at: 68)
        guard id == applicationID || (id == 0 && version == 0) else {
            throw LogFailure(.damaged, "\(path) is an SQLite file of another program", hint: "name another --data-dir")
        }
        guard version <= formatVersion else {
            throw LogFailure(
                .newerFormat,
                "\(path) was written by a newer Headrace (format \(version); this one reads up to \(formatVersion))",
                hint: "use the newer version; the file was not touched")
        }
        return true
    }

    private static func integer(_ header: Data, at offset: Int) -> Int {
        header[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
    }
}
