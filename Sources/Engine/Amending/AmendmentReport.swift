import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// What somebody wants amended.
public enum AmendmentRequest: Sendable {
    /// The questions that fulfil a condition count as never asked nor labelled.
    case exclude(String)
    /// These labels count as given in place of those that were; as a file spells them.
    case correct([(id: String, label: String)])
    /// What the questions that fulfil a condition and their labels said is removed.
    case forgetWhere(String)
    /// The same of these ids, with every label and correction.
    case forgetIDs([String])
    /// The amendment of the event at this offset counts as never made.
    case withdraw(Int)
}

/// What an amendment is about.
public struct AmendedCounts: Sendable {
    /// Questions that count as void, as labelled otherwise, or again.
    public let questions: Int
    /// Events that labelled them.
    public let labels: Int
    /// The log times of the first and the last of these questions; nil where there are none.
    public let times: ClosedRange<Timestamp>?
    /// Of a withdrawal: questions that have been forgotten since, and stay so.
    public let forgotten: Int

    init(questions: Int, labels: Int, times: ClosedRange<Timestamp>?, forgotten: Int = 0) {
        (self.questions, self.labels, self.times, self.forgotten) = (questions, labels, times, forgotten)
    }
}

/// What an amendment changed.
public struct AmendmentReport: Sendable {
    public let adopted: Adopted
    public let counts: AmendedCounts
    public var questions: Int { counts.questions }
    public var times: ClosedRange<Timestamp>? { counts.times }
    /// The metrics of the champion, the baseline and the challengers before and after.
    public var before: [RoleMetrics] { adopted.before.metrics }
    public var after: [RoleMetrics] { adopted.after.metrics }
    /// Where something was forgotten: the head of the chain before and after.
    public var heads: Heads? { adopted.heads }
}

/// What an amendment would change; nothing was changed.
public struct AmendmentPreview: Sendable {
    /// The moment that it is about: the state after so many events.
    public let offset: Int
    public let counts: AmendedCounts
    /// Open questions that would be excluded, or be open again.
    public let openCount: Int
    public let before: ModelsShown
    public let after: ModelsShown
    public let elapsed: Duration
}

extension AmendmentPreview {
    /// The same of a log that is only read.
    public init(_ request: AmendmentRequest, in log: StoreAccess.Store, now: Timestamp) throws {
        let start = ContinuousClock.now
        let state = try ApplicationState(reading: log)
        let proposed = try AmendmentWish(request, state.contract, now: now).propose(log, state.amendments)
        var (derivation, replay) = try Application.rebuild(
            under: state.amendments, and: proposed.amendment, in: log, to: state.offset)
        try derivation.run(&replay, to: state.offset)
        let learned = replay.state?.learned ?? state.learned
        self.init(
            offset: state.offset, counts: proposed.counts,
            openCount: state.openQuestions(touchedBy: proposed.amendment), before: ModelsShown(state.learned),
            after: ModelsShown(state.keepingRoles(learned, .restore(offset: state.offset))),
            elapsed: ContinuousClock.now - start)
    }
}
