import EventLog
import ModelLifecycle

/// What becomes of snapshots that are not as they should be.
package enum SnapshotRepair {
    /// A snapshot as it should be: as it is stored, with the digests of what it holds; an adoption's that is damaged is
    /// derived again.
    ///
    /// - Returns: nil where it is damaged and the log makes up for it, with more folding.
    /// - Throws: `damaged` where an adoption's cannot be derived: its events were forgotten or cannot be read.
    package static func mended(_ snapshot: Snapshot, in log: StoreAccess.Store) throws -> Snapshot? {
        do throws(LogFailure) {
            let state = try log.state(of: snapshot)
            guard let whole = try log.snapshot(atOrBefore: snapshot.offset) else { return nil }
            return Snapshot(
                offset: snapshot.offset, reason: snapshot.reason, restoredOffset: snapshot.restoredOffset,
                stateDigest: state.stateDigest, ledgerDigest: state.ledgerDigest, time: state.ledger.time,
                payload: whole.payload)
        } catch {
            guard error.kind == .damaged else { throw error }
        }
        return snapshot.reason == .adoption ? try derived(snapshot, in: log) : nil
    }

    private static func derived(_ snapshot: Snapshot, in log: StoreAccess.Store) throws -> Snapshot {
        do {
            var replay = try Replay(log, atOrBefore: snapshot.offset - 1)
            try replay.run(to: snapshot.offset)
            guard let state = replay.state, state.offset == snapshot.offset else { throw StatusReport.emptyLog }
            return state.snapshot(.adoption, restoredOffset: snapshot.restoredOffset)
        } catch {
            throw LogFailure(
                .damaged, "the snapshot of the adoption, event \(snapshot.offset - 1), is damaged and cannot be "
                    + "derived again: \((error as? LogFailure)?.message ?? "\(error)")",
                hint: "Nothing was deleted. Bring the file back from a backup.")
        }
    }
}

extension SnapshotDamage {
    /// `{"offset", "reason"}`.
    package func write(to json: inout JSONWriter) {
        json.object { json in
            if let offset { json.member("offset", offset) }
            json.member("reason", reason)
        }
    }
}
