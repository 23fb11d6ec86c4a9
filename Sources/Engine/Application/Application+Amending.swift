import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Correcting and forgetting: the past counts as another, and the models become what they would be.
extension Application {
    /// Rebuilds the models as if the questions that fulfil a condition had never been asked nor labelled.
    public func exclude(_ condition: String) async throws -> AmendmentReport {
        let selection = try Selection(condition, contract: spec.contract, now: clock.time())
        return try await amending { log, amendments in
            let search = try QuestionSearch(selection, in: log, under: amendments)
            try Self.check(search, try LogFloor(log))
            return Proposed(
                [.exclusion(search.offsets, isForgotten: false)], questions: search.questions.count,
                times: search.times)
        }
    }

    /// Rebuilds the models as if these labels had been given in place of those that were.
    /// - Parameter texts: the labels as a file spells them.
    public func correct(_ texts: [(id: String, label: String)]) async throws -> AmendmentReport {
        guard !texts.isEmpty else {
            throw Refusal(.missingField, "there is no label to correct", hint: "name at least one id with its label")
        }
        let target = spec.contract.target
        let labels = try LabelSearch.read(texts, target)
        return try await amending { log, amendments in
            let corrections = try LabelSearch.corrections(labels, in: log, under: amendments)
            return Proposed([.corrections(corrections)], questions: corrections.count, times: nil)
        }
    }

    /// Rebuilds the models as if the questions that fulfil a condition had never been asked, and removes what they and
    /// their labels said from the log, the snapshots and the free room of the store.
    public func forget(where condition: String) async throws -> AmendmentReport {
        try await forget(Selection(condition, contract: spec.contract, now: clock.time()), ids: [])
    }

    /// The same of these ids: the questions asked under them, and every label and correction.
    public func forget(ids: [String]) async throws -> AmendmentReport {
        guard !ids.isEmpty else { throw Refusal(.missingField, "there is no id to forget") }
        return try await forget(Selection(ids: ids), ids: Set(ids.map { EventID($0).fingerprint }))
    }

    private func forget(_ selection: Selection, ids: Set<Fingerprint>) async throws -> AmendmentReport {
        try await amending { log, amendments in
            // What was excluded before can be forgotten still: only what is forgotten already is passed over.
            let search = try QuestionSearch(selection, ids: ids, in: log, under: amendments.onlyForgetting)
            try Self.check(search, try LogFloor(log))
            return Proposed(
                [.exclusion(search.offsets, isForgotten: true)], questions: search.questions.count,
                times: search.times, forgetting: Forgetting(offsets: search.offsets))
        }
    }

    fileprivate struct Proposed {
        let amendments: [Amendment]
        let questions: Int
        let times: ClosedRange<Timestamp>?
        let forgetting: Forgetting?

        init(
            _ amendments: [Amendment], questions: Int, times: ClosedRange<Timestamp>?, forgetting: Forgetting? = nil
        ) {
            (self.amendments, self.questions, self.times) = (amendments, questions, times)
            self.forgetting = forgetting
        }
    }

    private static func check(_ search: QuestionSearch, _ floor: LogFloor?) throws(Refusal) {
        guard !search.questions.isEmpty || !search.sayings.isEmpty else {
            throw Refusal(
                .outOfRange, "no question that counts fulfils the condition",
                hint: "nothing was changed; what is excluded or forgotten counts no more"
                    + (floor?.amendmentHint ?? ""))
        }
        guard search.questions.count < search.askedCount else {
            throw Refusal(
                .outOfRange, "all \(search.askedCount) questions fulfil the condition: nothing would be left",
                hint: "to begin anew, restore @1")
        }
    }

    private func amending(
        _ propose: @escaping @Sendable (StoreAccess.Store, Amendments) throws -> Proposed
    ) async throws -> AmendmentReport {
        let (adopted, proposed) = try await amend(propose)
        return AmendmentReport(adopted: adopted, questions: proposed.questions, times: proposed.times)
    }

    private func amend(
        _ propose: @escaping @Sendable (StoreAccess.Store, Amendments) throws -> Proposed
    ) async throws -> (Adopted, Proposed) {
        try await adopting { amendments, log in
            let proposed = try propose(log, amendments)
            var all = amendments
            for amendment in proposed.amendments { all.append(amendment, at: Int.max) }
            let derivation = Derivation(log, under: all)
            var replay = try derivation.replay(atOrBefore: try log.endOffset)
            var pursuit = Pursuit()
            while try pursuit.goesOn(from: replay.offset, to: log.endOffset) { try derivation.run(&replay) }
            var rebuild = replay
            return Proposal(proposed) { serving in
                try NotDerived.catching { try derivation.run(&rebuild) }
                guard let learned = rebuild.state?.learned else { throw Overtaken() }
                let offset = serving.state.offset + proposed.amendments.count
                return try serving.adopt(
                    .restore(offset: offset), learned,
                    after: proposed.amendments.map { (.amended($0), serving.state.ledger.time) },
                    forgetting: proposed.forgetting)
            }
        }
    }
}

/// What an amendment changed.
public struct AmendmentReport: Sendable {
    public let adopted: Adopted
    /// Questions that count as void, or as labelled otherwise, from now on.
    public let questions: Int
    /// The log times of the first and the last question excluded.
    public let times: ClosedRange<Timestamp>?
    /// The metrics of the champion, the baseline and the challengers before and after.
    public var before: [RoleMetrics] { adopted.before }
    public var after: [RoleMetrics] { adopted.after }
    /// Where something was forgotten: the head of the chain before and after.
    public var heads: Heads? { adopted.heads }
}

/// The metrics of a model in its role that have no slices.
public struct RoleMetrics: Sendable, Equatable {
    public let role: String
    public let values: [Value]

    public struct Value: Sendable, Equatable {
        public let name: String
        public let value: Double
    }
}

extension ApplicationState {
    /// The champion's, the baseline's, then each challenger's.
    var roleMetrics: [RoleMetrics] {
        zip(learned.plainLabels, learned.plainMetrics).map { role, metrics in
            RoleMetrics(role: role, values: metrics.map { RoleMetrics.Value(name: $0.name, value: $0.value) })
        }
    }
}
