import ModelLifecycle

/// Takes the notes that a witness is told where no candidate can: a fold of the present's label protocol that asks no
/// model. One thread at a time works on it, but what is settled may be read by others meanwhile.
final class ProtocolRun: @unchecked Sendable {
    private var rerun: Rerun
    /// Of the stretch folded last.
    private var notes: ProtocolNotes
    /// Of the stretch folded last when ``settle()`` was called.
    private(set) var settled: ProtocolNotes

    init(_ witness: Witness, on log: StoreAccess.Store, under amendments: Amendments) {
        (notes, settled) = (witness.emptyNotes, witness.emptyNotes)
        rerun = Rerun(
            witness.protocolState, log: log, under: amendments, recentRows: Backtest.recentRowsMax,
            readsFeatures: witness.readsFeatures)
    }

    func fold(_ stretch: EventStretch) throws {
        let base = stretch.firstOffset
        notes.removeAll()
        for batch in stretch.batches {
            let first = batch.firstOffset - base
            try rerun.fold(batch) { index, event, state, outcome in
                notes.add(first + index, event, state, outcome)
            }
        }
    }

    /// Puts the notes of the stretch folded last where they can be read while the next one is folded.
    func settle() {
        swap(&notes, &settled)
    }
}
