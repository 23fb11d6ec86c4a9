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
        try experimentRows("ORDER BY number", []).map { experiment, digest in
            // Bytes that are not what was written are not shown as an experiment.
            Digest(hashing: experiment.payload) == digest ? experiment : experiment.withoutPayload
        }
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
                // A column that is not what was written fits nothing: one damaged row does not hide the others.
                func digest(_ index: Int) -> Digest? {
                    Data.fromDatabaseValue(row[index]).flatMap { Digest(bytes: $0) }
                }
                let experiment = StoredExperiment(
                    number: Int.fromDatabaseValue(row[0]) ?? 0,
                    time: Timestamp(microseconds: Int64.fromDatabaseValue(row[1]) ?? 0),
                    name: String.fromDatabaseValue(row[2]) ?? VersionName.damaged,
                    from: Int.fromDatabaseValue(row[3]) ?? 0, to: Int.fromDatabaseValue(row[4]) ?? 0,
                    specDigest: digest(5) ?? none, stateDigest: digest(6) ?? none, resultDigest: digest(7) ?? none,
                    payload: [UInt8](Data.fromDatabaseValue(row[8]) ?? Data()))
                return (experiment, digest(9))
            }
        }
    }
}
