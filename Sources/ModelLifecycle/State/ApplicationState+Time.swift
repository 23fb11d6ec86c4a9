import Determinism
import OnlineLearning

/// What the passing of log time does: horizons end, ids are forgotten.
extension ApplicationState {
    /// Whether an entry that came into its queue at `since` has waited longer than the horizon.
    func hasPassed(_ since: Timestamp, _ time: Timestamp) -> Bool {
        let (waited, overflow) = time.microseconds.subtractingReportingOverflow(since.microseconds)
        return overflow || waited > horizonMicroseconds
    }

    /// When a prediction asked at `since` counts as expired: at its deadline, but never before what has already
    /// happened, so that a horizon made shorter leaves the queues in order.
    func expiry(_ since: Timestamp) -> Timestamp {
        max(ledger.time, Timestamp(microseconds: since.microseconds &+ horizonMicroseconds))
    }

    /// Moves log time forward. Whatever must be read from the past is read first, so that a failure changes nothing.
    /// - Parameters:
    ///   - kept: an entry that is known from now on for another horizon.
    ///   - labelled: a question whose label is here.
    mutating func pass(
        to time: Timestamp, keeping kept: Int? = nil, labelling labelled: Int? = nil, _ past: inout some PastEvents,
        _ outcome: inout Outcome
    ) throws(PastEventMissing) {
        if let provisional = provisionalMicroseconds {
            try passProvisionally(to: time, after: provisional, labelling: labelled, &past, &outcome)
        } else if let oldest = ledger.oldest(.pending), hasPassed(ledger.time(of: oldest), time) {
            try expirePredictions(at: time, &past, &outcome)
        }
        if !marks.ledger.isEmpty {
            countLabelsOfMarks(expiringAt: time)
            passMarksProvisionally(to: time)
        }
        while let oldest = ledger.oldest(.labelled), hasPassed(ledger.time(of: oldest), time) {
            if oldest == kept { ledger.move(oldest, to: .expired, at: time) } else { ledger.remove(oldest) }
        }
        while let oldest = ledger.oldest(.waiting), hasPassed(ledger.time(of: oldest), time) {
            if !belongsToMarked(ledger.entry(oldest)) { ledger.counts.unmatchedLabels += 1 }
            ledger.remove(oldest)
        }
        ledger.time = time
        if !learned.outliers.aside.isEmpty { passAside(at: time, &outcome) }
    }

    private mutating func expirePredictions(
        at time: Timestamp, _ past: inout some PastEvents, _ outcome: inout Outcome
    ) throws(PastEventMissing) {
        var rows: [FeatureRow] = []
        if case .label = contract.target.unlabelled {
            var next = ledger.oldest(.pending)
            while let index = next, hasPassed(ledger.time(of: index), time) {
                var row = FeatureRow(contract.layout)
                try past.takeFeatures(at: Int(ledger.entry(index).offset), into: &row)
                rows.append(row)
                next = ledger.next(after: index)
            }
        }
        var position = 0
        while let index = ledger.oldest(.pending), hasPassed(ledger.time(of: index), time) {
            let entry = ledger.entry(index)
            ledger.counts.expiredPredictions += 1
            if keepsLateness { lateness.expire(after: horizonMicroseconds) }
            switch spec.contract.target.unlabelled {
            case .drop:
                ledger.move(index, to: .expired, at: expiry(entry.time))
                past.forgetFeatures(at: Int(entry.offset))
            case .label(let label):
                let target = target(learning: label)
                // What was said is not kept with a question that is open no more.
                let labelsSince = recall(index, &outcome)
                ledger.move(index, to: .expired, at: expiry(entry.time))
                train(rows[position], target, at: time, labelsSince: labelsSince, of: entry.id, &outcome)
                position += 1
            }
        }
    }

    /// Forgets the oldest ids while the ledger takes more than its budget: first those that are done with, then labels
    /// that wait, then questions.
    /// What is set aside goes before all of it, and is not counted.
    @inline(__always)
    mutating func keepWithinBudget(_ past: inout some PastEvents) {
        keepVoicesWithinBudget()
        if ledger.byteCount > spec.limits.idBytes || !marks.ledger.isEmpty { forgetOldest(&past) }
    }

    @inline(never)
    private mutating func forgetOldest(_ past: inout some PastEvents) {
        while !marks.ledger.isEmpty, ledger.byteCount + marks.ledger.byteCount > spec.limits.idBytes,
            let oldest = marks.ledger.oldest(.labelled) ?? marks.ledger.oldest(.pending)
        { marks.ledger.remove(oldest) }
        while ledger.byteCount > spec.limits.idBytes {
            guard let oldest = ledger.oldest(.labelled) ?? ledger.oldest(.waiting) ?? ledger.oldest(.pending)
            else { return }
            ledger.counts.droppedIDs += 1
            past.forgetFeatures(at: Int(ledger.entry(oldest).offset))
            ledger.remove(oldest)
        }
    }
}
