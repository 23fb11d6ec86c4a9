import OnlineLearning

/// How the past comes to count as another.
extension ApplicationState {
    /// Takes note of an amendment. What it excludes is known no more: a label that still comes finds no question.
    /// - Parameter isSigned: whether what it excludes is set aside, to come back with a withdrawal; an amendment that
    ///   programs wrote before, without a signature, removes it.
    mutating func amend(
        _ amendment: Amendment, isSigned: Bool, _ past: inout some PastEvents, _ outcome: inout Outcome
    ) throws(PastEventMissing) -> Decision {
        guard amendments.hasRoom(for: amendment) else { return .refused(.tooManyAmendments) }
        switch amendment {
        case .withdrawal(let target):
            if case .failure(let refusal) = try withdraw(target, &past) { return .refused(refusal) }
            if isSigned { marks.end(learned.lineage, at: offset) }
            outcome.notices.append(.withdrawn(target))
            return .amended
        case .exclusion(let offsets, isForgotten: false) where isSigned:
            setAside(ledger.entries(where: { offsets.contains(Int($0.offset)) }), &past)
            letGoOfAside(offsets, areForgotten: false)
        case .exclusion(let offsets, let isForgotten):
            if isForgotten { amendments.forget(offsets) }
            letGoOfAside(offsets, areForgotten: isForgotten)
            for entry in ledger.entries(where: { offsets.contains(Int($0.offset)) }) {
                past.forgetFeatures(at: Int(ledger.entry(entry).offset))
                ledger.remove(entry)
            }
            for entry in marks.ledger.entries(where: { offsets.contains(Int($0.offset)) }) {
                if isForgotten { marks.ledger.remove(entry) }
            }
        case .corrections(let corrections):
            ledger.counts.corrections += UInt64(corrections.count)
            for entry in ledger.entries(where: { $0.label != 0 && $0.status != .waiting }) {
                let question = Int(ledger.entry(entry).offset)
                guard let label = Self.label(of: question, in: corrections) else { continue }
                let hash = label.contentHash(contract.target)
                if ledger.label(of: entry) != hash { ledger.correct(entry, to: hash, at: offset) }
            }
        // What it opens again, its own event says.
        case .clock: break
        }
        if isSigned { marks.end(learned.lineage, at: offset) }
        amendments.append(amendment, at: offset)
        if let notice = Notice.amended(amendment) { outcome.notices.append(notice) }
        return .amended
    }

    private static func label(of question: Int, in corrections: [Amendment.Correction]) -> Label? {
        var (low, high) = (0, corrections.count)
        while low < high {
            let middle = (low + high) / 2
            if corrections[middle].question < question { low = middle + 1 } else { high = middle }
        }
        return low < corrections.count && corrections[low].question == question ? corrections[low].label : nil
    }

    // MARK: Folding under amendments

    /// Applies the next event of the log as it counts under amendments that may have been made after it.
    ///
    /// The state that comes out is that of a log in which what was excluded never happened and every corrected label
    /// was right from the beginning; only the offsets are those of the log.
    ///
    /// - Parameters:
    ///   - index: the amendments to fold under, all that lie before the events among them.
    ///   - derived: with an adoption that is not of a spec, the learned state of its recipe under the same amendments.
    public mutating func apply(
        _ event: borrowing Event, under index: inout AmendmentIndex, past: inout some PastEvents,
        derived: LearnedState? = nil, into outcome: inout Outcome
    ) throws(PastEventMissing) {
        guard case .adopted(let adoption) = event.payload, !index.isVoid(offset) else {
            return try take(event, under: &index, &past, &outcome)
        }
        outcome.begin(answering: learned.roles.champion)
        outcome.decision = adopt(adoption, derived, isAmended: true, &outcome)
        guard outcome.decision.isLogged else { return passOver(&outcome) }
        offset += 1
    }

    private mutating func take(
        _ event: borrowing Event, under index: inout AmendmentIndex, _ past: inout some PastEvents,
        _ outcome: inout Outcome
    ) throws(PastEventMissing) {
        if let latest = index.latestTime(at: offset), event.time > latest {
            var event = copy event
            event.time = latest
            return try takeInTime(event, under: &index, &past, &outcome)
        }
        try takeInTime(event, under: &index, &past, &outcome)
    }

    private mutating func takeInTime(
        _ event: borrowing Event, under index: inout AmendmentIndex, _ past: inout some PastEvents,
        _ outcome: inout Outcome
    ) throws(PastEventMissing) {
        if index.isVoid(offset) || Self.isAmendment(event, at: offset, index) {
            // What an amendment says has counted from the beginning; what is left is that it was said.
            for entry in index.amendments.entries(at: offset) { amendments.append(entry.amendment, at: offset) }
            return passOver(&outcome)
        }
        let label = correctedLabel(for: event, index)
        if event.kind != .prediction, let label {
            var corrected = copy event
            corrected.payload = event.payload.relabelled(label)
            try take(corrected, &past, label, &outcome)
        } else {
            try take(event, &past, label, &outcome)
        }
        if !outcome.decision.isLogged { passOver(&outcome) }
    }

    /// Whether an event says what the past counts as. A correction does, unless it gave a first label.
    private static func isAmendment(_ event: borrowing Event, at offset: Int, _ index: AmendmentIndex) -> Bool {
        switch event.payload {
        case .amended, .signed, .forgotten, .clock: true
        case .corrected: !index.amendments.entries(at: offset).isEmpty
        default: false
        }
    }

    /// Applies the next event of a log that was not written by this state's spec: what clients asked and taught only.
    public mutating func rerun(
        _ event: borrowing Event, under index: inout AmendmentIndex, past: inout some PastEvents,
        into outcome: inout Outcome
    ) throws(PastEventMissing) {
        switch event.payload {
        case .adopted, .named, .tick, .measured, .directed: passOver(&outcome)
        case .prediction, .label, .example, .corrected, .amended, .signed, .forgotten, .clock:
            try take(event, under: &index, &past, &outcome)
        }
    }

    private mutating func passOver(_ outcome: inout Outcome) {
        outcome.begin(answering: learned.roles.champion)
        outcome.decision = .void
        offset += 1
    }

    /// The label that the question should have had which an event asks or labels.
    private func correctedLabel(for event: borrowing Event, _ index: AmendmentIndex) -> Label? {
        guard index.hasCorrections else { return nil }
        var question = offset
        switch event.payload {
        case .prediction, .example: break
        case .label, .corrected:
            guard let known = findLabelled(event.id, at: max(ledger.time, event.time)) else { return nil }
            question = Int(ledger.entry(known.index).offset)
        default: return nil
        }
        return index.label(ofQuestion: question).flatMap { $0.fits(contract.target) ? $0 : nil }
    }
}
