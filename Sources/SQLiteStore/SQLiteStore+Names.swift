import EventLog
import GRDB

/// The names of versions, which a store of format 2 kept in a table; since then they are events.
extension SQLiteStore {
    public func formerNames() throws(LogFailure) -> [(name: String, offset: Int)] {
        try read("list the names") { db in
            guard try db.tableExists("names") else { return [] }
            return try Row.fetchAll(db, sql: "SELECT name, offset FROM names ORDER BY offset, name").map { row in
                // What is no name or no offset any more is said, and takes nothing else with it.
                (String.fromDatabaseValue(row[0]) ?? VersionName.damaged, Int.fromDatabaseValue(row[1]) ?? -1)
            }
        }
    }

    public func keep(formerNames: [(name: String, offset: Int)]) throws(LogFailure) {
        guard !formerNames.isEmpty else { return }
        try write("keep names") { db in
            try db.execute(sql: "CREATE TABLE IF NOT EXISTS names (name TEXT PRIMARY KEY, offset INTEGER NOT NULL)")
            for (name, offset) in formerNames {
                try db.execute(sql: "INSERT INTO names (name, offset) VALUES (?, ?)", arguments: [name, offset])
            }
        }
    }

    public func appendNames(_ blocks: [Block], after tip: LogTip) throws(LogFailure) -> LogTip {
        try append(blocks, after: tip) { db in try db.execute(sql: "DROP TABLE IF EXISTS names") }
    }

    static func dropFormerNamesIfEmpty(_ db: Database) throws {
        guard try db.tableExists("names"), try Int.fetchOne(db, sql: "SELECT count(*) FROM names") == 0 else { return }
        try db.execute(sql: "DROP TABLE names")
    }
}
