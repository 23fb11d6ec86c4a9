import ModelLifecycle

/// The witness of a back-test in which no candidate can tell it what it has to know: it has a fold of its own.
final class WitnessRun: @unchecked Sendable {
    // One thread at a time works on it.
    private(set) var witness: Witness
    private var rerun: Rerun
    private var notes: ProtocolNotes

    init(_ witness: Witness, on log: StoreAccess.Store, under amendments: Amendments) {
        (self.witness, notes) = (witness, witness.emptyNotes)
        rerun = Rerun(
            witness.protocolState, log: log, under: amendments, recentRows: Backtest.recentRowsMax,
            readsFeatures: witness.readsFeatures)
    }

    func fold(_ stretch: EventStretch) throws {
        let base = stretch.firstOffset
        notes.removeAll()
        for batch in stretch.batches {
            let first = batch.firstOffset - base
            try rerun.fold(batch) { index, event, state, decision in
                notes.add(first + index, event, state, decision)
            }
        }
        try witness.take(notes, of: stretch)
    }
}
