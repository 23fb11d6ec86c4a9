import Determinism

/// What the ledger knows of an id.
extension ApplicationState {
    /// An id that is known: its entry, and its status at a time.
    typealias KnownID = (index: Int, status: Ledger.Status)

    /// Finds the id of a label. Of a question that has expired it is known for as long as the ledger holds it, which is
    /// two horizons and then until log time passes: in a quiet application a label may be late by any time.
    func findLabelled(_ id: borrowing EventID, at time: Timestamp) -> KnownID? {
        if let known = find(id, at: time) { return known }
        guard let index = ledger.index(of: id.fingerprint), ledger.status(of: index) != .waiting else { return nil }
        let status = ledger.status(of: index)
        return (index, status == .pending ? .expired : status)
    }

    /// Finds an id as it will be known at `time`: entries that will have expired by then count as expired, though the
    /// ledger still holds them, because a refused event must not change anything.
    func find(_ id: borrowing EventID, at time: Timestamp) -> KnownID? {
        guard let index = ledger.index(of: id.fingerprint) else { return nil }
        var (status, since) = (ledger.status(of: index), ledger.time(of: index))
        if status == .pending, hasPassed(since, time) { (status, since) = (.expired, expiry(since)) }
        if status != .pending, hasPassed(since, time) { return nil }
        return (index, status)
    }

    /// The event that gave an id this label: the first label, whatever corrected it since, or the last correction.
    func offset(saying hash: UInt64, _ known: KnownID) -> Int? {
        if ledger.entry(known.index).label == hash { return firstLabelOffset(known) }
        guard let correction = ledger.correction(of: known.index), correction.label == hash else { return nil }
        return Int(correction.offset)
    }

    /// Of a label that a snapshot of format 2 told of, only the question is known.
    func firstLabelOffset(_ known: KnownID) -> Int {
        let entry = ledger.entry(known.index)
        return Int(entry.labelOffset < 0 ? entry.offset : entry.labelOffset)
    }
}
