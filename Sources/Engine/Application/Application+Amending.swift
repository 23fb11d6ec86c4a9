import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Correcting, forgetting and withdrawing: the past counts as another, and the models become what they would be.
extension Application {
    /// Rebuilds the models as if the questions that fulfil a condition had never been asked nor labelled.
    public func exclude(_ condition: String) async throws -> AmendmentReport { try await amend(.exclude(condition)) }

    /// Rebuilds the models as if these labels had been given in place of those that were.
    /// - Parameter texts: the labels as a file spells them.
    public func correct(_ texts: [(id: String, label: String)]) async throws -> AmendmentReport {
        try await amend(.correct(texts))
    }

    /// Rebuilds the models as if the questions that fulfil a condition had never been asked, and removes what they and
    /// their labels said from the log, the snapshots and the free room of the store.
    public func forget(where condition: String) async throws -> AmendmentReport {
        try await amend(.forgetWhere(condition))
    }

    /// The same of these ids: the questions asked under them, and every label and correction.
    public func forget(ids: [String]) async throws -> AmendmentReport { try await amend(.forgetIDs(ids)) }

    /// Rebuilds the models as if the amendment of the event at an offset had never been made. What it excluded is known
    /// again, open questions included; what was forgotten is gone.
    public func withdraw(_ offset: Int) async throws -> AmendmentReport { try await amend(.withdraw(offset)) }

    /// Amends the past, and adopts the models that were rebuilt under it.
    /// - Parameter remark: who wants it and why.
    /// - Throws: a `Refusal` where nothing would be amended or it cannot be; nothing has changed then.
    public func amend(_ request: AmendmentRequest, _ remark: Remark = .none) async throws -> AmendmentReport {
        let wish = try AmendmentWish(request, spec.contract, now: clock.time())
        let (adopted, proposed) = try await adopting { amendments, log in
            let proposed = try wish.propose(log, amendments)
            let (derivation, replay) = try Self.rebuild(under: amendments, and: proposed.amendment, in: log)
            var rebuild = replay
            return Proposal(proposed) { serving in
                try NotDerived.catching { try derivation.run(&rebuild) }
                guard let learned = rebuild.state?.learned else { throw Overtaken() }
                let signed = SignedAmendment(proposed.amendment, remark, questionCount: proposed.counts.questions)
                return try serving.adopt(
                    .restore(offset: serving.state.offset + 1), learned,
                    after: [(.signed(signed), serving.state.ledger.time)], forgetting: proposed.forgetting)
            }
        }
        return AmendmentReport(adopted: adopted, counts: proposed.counts)
    }

    /// What an amendment would change: found and derived as ``amend(_:_:)`` does, beside whoever answers, and thrown
    /// away.
    public func previewAmending(_ request: AmendmentRequest) async throws -> AmendmentPreview {
        let start = ContinuousClock.now
        let wish = try AmendmentWish(request, spec.contract, now: clock.time())
        let live = try await inspect { (offset: $0.offset, amendments: $0.amendments, shown: ModelsShown($0.learned)) }
        let (proposed, learned) = try await folding { log in
            let proposed = try wish.propose(log, live.amendments)
            var (derivation, replay) = try Self.rebuild(
                under: live.amendments, and: proposed.amendment, in: log, to: live.offset)
            try derivation.run(&replay, to: live.offset)
            guard let learned = replay.state?.learned else { throw Overtaken() }
            return (proposed, learned)
        }
        let (open, after) = try await inspect { state in
            (
                state.openQuestions(touchedBy: proposed.amendment),
                ModelsShown(state.keepingRoles(learned, .restore(offset: state.offset)))
            )
        }
        return AmendmentPreview(
            offset: live.offset, counts: proposed.counts, openCount: open, before: live.shown, after: after,
            elapsed: ContinuousClock.now - start)
    }

    /// A page of the amendments, in the order of the log.
    public func amendments(from offset: Int = 0, limit: Int = .max) async throws -> AmendmentListing {
        let amendments = try await inspect { $0.amendments }
        return try await withLog { try AmendmentListing(amendments, from: offset, limit: limit, in: $0) }
    }

    /// Derives the present under amendments and one more, until next to nothing is left to be folded.
    static func rebuild(
        under amendments: Amendments, and amendment: Amendment, in log: StoreAccess.Store, to end: Int = .max
    ) throws -> (Derivation, Replay) {
        var all = amendments
        all.append(amendment, at: Int.max)
        let derivation = Derivation(log, under: all)
        var replay = try derivation.replay(atOrBefore: min(end, try log.endOffset))
        var pursuit = Pursuit()
        while try pursuit.goesOn(from: replay.offset, to: min(end, log.endOffset)) {
            try derivation.run(&replay, to: end)
        }
        return (derivation, replay)
    }
}
