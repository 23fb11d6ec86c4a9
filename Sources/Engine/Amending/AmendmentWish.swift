import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// A request that has been read, and finds in a log what it is about.
struct AmendmentWish: Sendable {
    private enum Wish: Sendable {
        case exclude(Selection)
        case correct([(id: EventID, label: Label)])
        case forget(Selection, ids: Set<Fingerprint>)
        case withdraw(Int)
    }

    /// What a log is to be amended by.
    struct Proposed: Sendable {
        let amendment: Amendment
        let counts: AmendedCounts
        /// Takes payloads out of the log.
        var forgetting: Forgetting?
    }

    private let wish: Wish

    /// - Throws: a `Refusal` where it is no condition, no label of the contract, or nothing at all.
    init(_ request: AmendmentRequest, _ contract: Contract, now: Timestamp) throws {
        switch request {
        case .exclude(let condition): wish = .exclude(try Selection(condition, contract: contract, now: now))
        case .correct(let texts):
            guard !texts.isEmpty else {
                throw Refusal(
                    .missingField, "there is no label to correct", hint: "name at least one id with its label")
            }
            wish = .correct(try LabelSearch.read(texts, contract.target))
        case .forgetWhere(let condition):
            wish = .forget(try Selection(condition, contract: contract, now: now), ids: [])
        case .forgetIDs(let ids):
            guard !ids.isEmpty else { throw Refusal(.missingField, "there is no id to forget") }
            wish = .forget(Selection(ids: ids), ids: Set(ids.map { EventID($0).fingerprint }))
        case .withdraw(let offset): wish = .withdraw(offset)
        }
    }

    func propose(_ log: StoreAccess.Store, _ amendments: Amendments) throws -> Proposed {
        switch wish {
        case .exclude(let selection):
            let search = try QuestionSearch(selection, in: log, under: amendments)
            try Self.check(search, LogFloor(log))
            return Proposed(amendment: .exclusion(search.offsets, isForgotten: false), counts: search.counts)
        case .correct(let labels):
            let corrections = try LabelSearch.corrections(labels, in: log, under: amendments)
            let questions = OffsetRanges(corrections.map(\.question))
            var counts = try AmendedCounts(of: questions, in: log)
            counts = AmendedCounts(questions: corrections.count, labels: corrections.count, times: counts.times)
            return Proposed(amendment: .corrections(corrections), counts: counts)
        case .forget(let selection, let ids):
            try Forgetting.check(log)
            // What was excluded before can be forgotten still: only what is forgotten already is passed over.
            let search = try QuestionSearch(selection, ids: ids, in: log, under: amendments.onlyForgetting)
            try Self.check(search, LogFloor(log))
            return Proposed(
                amendment: .exclusion(search.offsets, isForgotten: true), counts: search.counts,
                forgetting: Forgetting(offsets: search.offsets))
        case .withdraw(let offset):
            switch try amendments.withdrawable(offset) {
            case .exclusion(let offsets, _):
                return Proposed(amendment: .withdrawal(of: offset), counts: try AmendedCounts(of: offsets, in: log))
            case .corrections(let corrections):
                let counts = try AmendedCounts(of: OffsetRanges(corrections.map(\.question)), in: log)
                return Proposed(
                    amendment: .withdrawal(of: offset),
                    counts: AmendedCounts(
                        questions: corrections.count, labels: corrections.count, times: counts.times))
            case .clock, .withdrawal: preconditionFailure("it cannot be withdrawn")
            }
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
}

extension QuestionSearch {
    fileprivate var counts: AmendedCounts {
        AmendedCounts(questions: questions.count, labels: sayings.count, times: times)
    }
}

extension AmendedCounts {
    /// What lies at some offsets.
    init(of offsets: OffsetRanges, in log: StoreAccess.Store) throws {
        var (questions, labels, forgotten) = (0, 0, 0)
        var times: ClosedRange<Timestamp>?
        var scan = LogScan(log)
        for range in offsets.ranges {
            _ = try scan.run(range) { _, event, _, _ in
                switch event.kind {
                case .prediction, .example:
                    questions += 1
                    let time = event.time
                    times = min(times?.lowerBound ?? time, time)...max(times?.upperBound ?? time, time)
                case .label, .corrected: labels += 1
                case .forgotten: forgotten += 1
                default: break
                }
            }
        }
        self.init(questions: questions, labels: labels, times: times, forgotten: forgotten)
    }
}
