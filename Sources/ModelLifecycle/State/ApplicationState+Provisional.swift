import Determinism
import OnlineLearning

/// Questions that are learned provisionally as the stated class, and put right when another label comes
/// (`docs/decisions/0037`).
extension ApplicationState {
    /// How many questions a step learns provisionally at most; the next step goes on with those left.
    static let provisionalMax = 1_024

    /// The most that a label counts which comes after its question was learned as another class.
    static let correctionWeightMax = 4.0

    // MARK: As time passes

    /// What the passing of log time does to open questions: those whose horizon ends are scored with the stated label,
    /// which is final then, and those old enough are learned with it.
    ///
    /// A question is learned provisionally once, in the order of asking, and not at all where its label is here.
    /// Whatever must be read from the past is read first, so that a failure changes nothing.
    mutating func passProvisionally(
        to time: Timestamp, after age: Int64, labelling labelled: Int?, _ past: inout some PastEvents,
        _ outcome: inout Outcome
    ) throws(PastEventMissing) {
        guard let oldest = ledger.oldest(.pending) else { return }
        let hasExpired = hasPassed(ledger.time(of: oldest), time)
        guard hasExpired || isDue(ledger.oldestFresh, at: time, age), let label = contract.target.provisionalLabel
        else { return }
        var count = 0
        var next = hasExpired ? oldest : nil
        while let index = next, hasPassed(ledger.time(of: index), time) {
            layOut(&outcome.rows[outcome.row(count)])
            try past.takeFeatures(at: Int(ledger.entry(index).offset), into: &outcome.rows[count])
            count += 1
            next = ledger.next(after: index)
        }
        let expiredCount = count
        next = ledger.oldestFresh
        while let index = next, count - expiredCount < Self.provisionalMax, isDue(index, at: time, age) {
            next = ledger.nextFresh(after: index)
            if index == labelled || hasPassed(ledger.time(of: index), time) { continue }
            layOut(&outcome.rows[outcome.row(count)])
            try past.copyFeatures(at: Int(ledger.entry(index).offset), into: &outcome.rows[count])
            count += 1
        }
        for place in 0..<expiredCount {
            if let index = ledger.oldest(.pending) { conclude(index, label, place, at: time, &outcome) }
        }
        var place = expiredCount
        next = ledger.oldestFresh
        while let index = next, place < count {
            next = ledger.nextFresh(after: index)
            if index == labelled { continue }
            teach(index, label, place, at: time, &outcome)
            place += 1
        }
    }

    private func isDue(_ index: Int?, at time: Timestamp, _ age: Int64) -> Bool {
        guard let index else { return false }
        let (waited, overflow) = time.microseconds.subtractingReportingOverflow(ledger.time(of: index).microseconds)
        return overflow || waited > age
    }

    /// Learns a question provisionally.
    ///
    /// What the models had said of it stays with the question: it is still open.
    /// - Parameter place: of its features among those of the outcome.
    private mutating func teach(
        _ index: Int, _ label: Label, _ place: Int, at time: Timestamp, _ outcome: inout Outcome
    ) {
        let target = target(learning: label)
        // Taken out of the outcome while it teaches, because the outcome changes meanwhile.
        var row = FeatureRow(numberCount: 0, stringCount: 0, timestampCount: 0)
        swap(&row, &outcome.rows[place])
        let id = ledger.entry(index).id
        train(row, target, at: time, labelsSince: recall(index, &outcome), of: id, &outcome)
        swap(&row, &outcome.rows[place])
        ledger.markProvisional(index, at: offset)
    }

    /// The horizon of a question ends: the stated label is final, and scores. It was learned already, unless so many
    /// were due that its turn did not come.
    /// - Parameter place: of its features among those of the outcome.
    private mutating func conclude(
        _ index: Int, _ label: Label, _ place: Int, at time: Timestamp, _ outcome: inout Outcome
    ) {
        let (entry, target) = (ledger.entry(index), target(learning: label))
        var row = FeatureRow(numberCount: 0, stringCount: 0, timestampCount: 0)
        swap(&row, &outcome.rows[place])
        let labelsSince = recall(index, &outcome)
        score(index, label, target, row, at: time, &outcome)
        if keepsLateness {
            noteLabel(label, target, of: index, askedAt: entry.time, entry.place, outcome, at: expiry(entry.time))
        }
        outcome.concludeScored(Int(entry.offset), row: place)
        if !entry.isProvisional {
            train(row, target, at: time, labelsSince: labelsSince, of: entry.id, &outcome)
        }
        swap(&row, &outcome.rows[place])
        ledger.counts.expiredPredictions += 1
        ledger.move(index, to: .expired, at: expiry(entry.time))
    }

    /// What is set aside is learned by nobody, but where it comes back, the models will be those that had learned it.
    mutating func passMarksProvisionally(to time: Timestamp) {
        guard let age = provisionalMicroseconds else { return }
        var next = marks.ledger.oldestFresh
        while let index = next {
            let asked = marks.ledger.time(of: index)
            let waited = time.microseconds.subtractingReportingOverflow(asked.microseconds)
            guard waited.overflow || waited.partialValue > age else { return }
            next = marks.ledger.nextFresh(after: index)
            // The label of one whose horizon ends is final.
            if hasPassed(asked, time) { continue }
            marks.ledger.markProvisional(index, at: offset)
            if ledger.voices.areKept { ledger.voices.count(labels: 1) }
        }
    }

    // MARK: When the label comes

    /// Lets every model learn the label of a question. What a model has learned provisionally is not learned again, or
    /// put right where it was another class.
    mutating func teach(
        _ row: borrowing FeatureRow, _ target: Target, of index: Int, at time: Timestamp, labelsSince: Double?,
        _ outcome: inout Outcome
    ) {
        guard let moment = ledger.entry(index).provisionalOffset, learned.taught.contains(moment),
            let label = contract.target.provisionalLabel
        else {
            return train(row, target, at: time, labelsSince: labelsSince, of: ledger.entry(index).id, &outcome)
        }
        let stated = self.target(learning: label)
        workspace.time = time.microseconds
        for model in learned.models.indices {
            if moment < learned.models[model].since {
                train(model, row, target, weight: 1, labelsSince: labelsSince, &outcome)
            } else if target != stated {
                let weight = correctionWeight(model, row, stated)
                train(model, row, target, weight: weight, labelsSince: labelsSince, &outcome)
            }
        }
        if target != stated { learned.baseline.learn(target, insteadOf: stated) }
    }

    /// How much a label counts for a model that has learned its question as the stated class: 1 / p, where p is what
    /// the model says now of the stated class. Every question was learned as that class; so the classes weigh as in
    /// truth. For a descent on the log loss of two classes it takes the step towards the wrong one back, to the first
    /// order.
    private mutating func correctionWeight(_ model: Int, _ row: borrowing FeatureRow, _ stated: Target) -> Double {
        guard case .label(let slot) = stated else { return 1 }
        said.removeAll(keepingCapacity: true)
        learned.models[model].pipeline.predictInPlace(row, into: &said, workspace: &workspace)
        let isBinary = contract.target.task == .binary
        guard let p = isBinary ? said.first.map({ slot == 1 ? $0 : 1 - $0 }) : slot < said.count ? said[slot] : nil,
            p.isFinite
        else { return 1 }
        return 1 / min(1, max(p, 1 / Self.correctionWeightMax))
    }

    // MARK: Other states, other times

    /// Which of what was learned provisionally a derived state has learned, too: that of the events which it was folded
    /// from, by itself or another fold of the same events.
    func taught(of derived: LearnedState, _ recipe: Adoption.Recipe) -> Lineage {
        switch recipe {
        case .spec, .upgrade: return learned.taught
        case .restore(let target):
            // A state that was stored with the adoption knows of it.
            return derived.taught.begins(at: offset)
                ? derived.taught : derived.taught.adopted(at: offset, endingBefore: target)
        case .candidate(let spec, _):
            let isSame = spec.contract.target.provisionalLabel == contract.target.provisionalLabel
            return isSame ? derived.taught : Lineage(from: offset)
        }
    }

    /// After an adoption: what was learned as another class than the contract states now counts as not learned.
    mutating func provisionalLabelChanged(from old: Label?) {
        guard let label = contract.target.provisionalLabel else {
            learned.forgetTaught()
            return unmarkAll()
        }
        if let old, old != label { unmarkAll() }
    }

    /// After the adoption of a candidate: it has learned nothing of questions that were asked before it began. They are
    /// learned provisionally as if they had come to be due now.
    mutating func unmarkProvisional(askedBefore start: Int) {
        ledger.unmarkProvisional { $0.offset < start }
        if !marks.ledger.isEmpty { marks.ledger.unmarkProvisional { $0.offset < start } }
    }

    private mutating func unmarkAll() {
        ledger.unmarkProvisional { _ in true }
        if !marks.ledger.isEmpty { marks.ledger.unmarkProvisional { _ in true } }
    }

    /// Log time went back. Models that are derived from here on have learned provisionally what is old enough at this
    /// time, and nothing else.
    /// - Parameter reopened: the questions that are open again.
    mutating func setProvisionalBack(reopened: [PastQuestion]) {
        guard let age = provisionalMicroseconds else { return }
        let now = ledger.time.microseconds
        func isYoung(_ time: Timestamp) -> Bool {
            let (waited, overflow) = now.subtractingReportingOverflow(time.microseconds)
            return !overflow && waited <= age
        }
        ledger.unmarkProvisional { isYoung($0.time) }
        if !marks.ledger.isEmpty { marks.ledger.unmarkProvisional { isYoung($0.time) } }
        for question in reopened {
            guard let index = ledger.index(of: question.id) else { continue }
            let entry = ledger.entry(index)
            guard entry.status == .pending, !entry.isProvisional, !isYoung(entry.time) else { continue }
            ledger.markProvisional(index, at: offset)
        }
    }
}

extension Ledger {
    /// Lets open questions that fulfil a condition count as not learned provisionally.
    /// Complexity: O(open questions).
    fileprivate mutating func unmarkProvisional(where isMeant: (Entry) -> Bool) {
        var next = oldest(.pending)
        while let index = next {
            next = self.next(after: index)
            if entry(index).isProvisional, isMeant(entry(index)) { unmarkProvisional(index) }
        }
        findOldestFresh()
    }
}

extension LearnedState {
    /// Where nothing is learned provisionally, there is nothing to tell of it.
    fileprivate mutating func forgetTaught() {
        taught = Lineage(from: 0)
        for index in models.indices { models[index].since = 0 }
    }

    /// For a snapshot: the events by which questions were learned provisionally.
    func encodeTaught(to encoder: inout CanonicalEncoder) {
        taught.encode(to: &encoder)
        for model in models { encoder.count(model.since) }
    }

    mutating func decodeTaught(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        taught = try Lineage(from: &decoder, hasAmendments: true)
        for index in models.indices { models[index].since = try decoder.natural() }
    }
}
