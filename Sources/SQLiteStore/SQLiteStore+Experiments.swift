import Determinism
import EventLog
import Foundation
import GRDB

/// Experiments, a row each.
extension SQLiteStore {
    public func add(_ experiment: StoredExperiment) throws(LogFailure) -> Int {
        try write("keep an experiment") { db in
            try db.execute(
                sql: """
                    INSERT INTO experiments
                    (time, name, from_offset, to_offset, spec_digest, state_digest, result_digest, payload,
                     payload_digest)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    experiment.time.microseconds, experiment.name, experiment.from, experiment.to,
                    Data(experiment.specDigest.bytes), Data(experiment.stateDigest.bytes),
                    Data(experiment.resultDigest.bytes), Data(experiment.payload),
                    Data(Digest(hashing: experiment.payload).bytes),
                ])
            let number = Int(db.lastInsertedRowID)
            try db.execute(
                sql: "DELETE FROM experiments WHERE number <= ?", arguments: [number - ExperimentLimit.keptMax])
            return number
        }
    }

    public func experiment(_ number: Int) throws(LogFailure) -> StoredExperiment? {
        let rows = try experimentRows("WHERE number = ?", [number])
        guard let (experiment, digest) = rows.first else { return nil }
        guard Digest(hashing: experiment.payload) == digest else {
            throw LogFailure(
                .damaged, "\(path): experiment \(number) is not what was written",
                hint: "Nothing was deleted, and the log is whole: run the back-test again.")
        }
        return experiment
    }

    public func experiments() throws(LogFailure) -> [StoredExperiment] {
        try experimentRows("ORDER BY number", []).map(\.0)
    }

    private func experimentRows(
        _ condition: String, _ arguments: StatementArguments
    ) throws(LogFailure) -> [(StoredExperiment, Digest?)] {
        try read("read the experiments") { db in
            // A file of format 1 that nobody has written to since knows none.
            guard try db.tableExists("experiments") else { return [] }
            let none = Digest(hashing: [])
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT number, time, name, from_offset, to_offset, spec_digest, state_digest, result_digest,
                           payload, payload_digest
                    FROM experiments \(condition)
                    """, arguments: arguments
            ).map { row in
                let experiment = StoredExperiment(
                    number: row[0], time: Timestamp(microseconds: row[1]), name: row[2], from: row[3], to: row[4],
                    specDigest: Digest(bytes: row[5] as Data) ?? none,
                    stateDigest: Digest(bytes: row[6] as Data) ?? none,
                    resultDigest: Digest(bytes: row[7] as Data) ?? none, payload: [UInt8](row[8] as Data))
                return (experiment, Digest(bytes: row[9] as Data))
            }
        }
    }
}
