import Determinism
import EventLog
import GRDB

/// What the store remembers of the server's clock: a table that is made when it is first needed, so that stores of
/// before stay as they are.
extension SQLiteStore {
    public func firstReading() throws(LogFailure) -> Timestamp? {
        try read("read what stamped the log") { db in
            guard try db.tableExists("clock") else { return nil }
            return try Int64.fetchOne(db, sql: "SELECT first_reading FROM clock").map { Timestamp(microseconds: $0) }
        }
    }

    public func noteFirstReading(_ time: Timestamp) throws(LogFailure) {
        try write("note what stamps the log") { db in
            try db.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS clock (id INTEGER PRIMARY KEY, first_reading INTEGER NOT NULL);
                    INSERT OR IGNORE INTO clock (id, first_reading) VALUES (1, \(time.microseconds))
                    """)
        }
    }
}
