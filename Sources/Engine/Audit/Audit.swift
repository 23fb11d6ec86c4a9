import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// One answer, taken apart: what was asked, which version answered, the same answer derived again, what each feature
/// contributed, the labels that came, and how far this example moved the answer to its own question.
///
/// An audit only reads the log. It folds again from the snapshot before the question, so that it takes as long as the
/// events since that snapshot, and again up to the label; nothing that it finds is stored anywhere.
public struct Audit: Sendable {
    /// A label of the question.
    public struct LabelEvent: Sendable {
        public let offset: Int
        public let time: Timestamp
        public let label: Label
        /// What became of it.
        public let decision: Decision
    }

    /// Every role's answer to the question at one moment.
    public struct Moment: Sendable {
        public let answers: [RoleAnswer]
        /// The classes' names at that moment; empty in a regression.
        public let classes: [String]

        /// What moved: the value, or the probability of a class; NaN where the role has none.
        func number(_ role: Int, of className: String?) -> Double {
            guard role < answers.count, !answers[role].values.isEmpty else { return .nan }
            let values = answers[role].values
            guard let className else { return values[0] }
            guard let slot = classes.firstIndex(where: { $0.utf8.elementsEqual(className.utf8) }) else { return .nan }
            if values.count == 1, classes.count == 2 { return slot == 1 ? values[0] : 1 - values[0] }
            return slot < values.count ? values[slot] : .nan
        }
    }

    /// How learning from this example moved the answers to its own question.
    public struct Movement: Sendable {
        /// Of the event with which the models learned it.
        public let offset: Int
        /// The class whose probability moved; nil where it is the value.
        public let className: String?
        public let before: Moment
        public let after: Moment
    }

    public let application: String
    public let contract: Contract
    public let offset: Int
    public let event: Event
    /// The adoption that served, and why it was adopted.
    public let version: Version
    public let stored: StoredAnswer
    public let derived: StoredAnswer
    /// Where the fold began, and how many events it took to the answer.
    public let snapshotOffset: Int
    public let foldedCount: Int
    /// Every role's answer, as it was given.
    public let given: Moment
    public let explanation: Result<Explanation, Unexplained>
    public let labels: [LabelEvent]
    /// All that became of the question, amendments of it included, in the order of the log.
    public let history: [AuditStep]
    /// Nil where the models did not learn from it.
    public let movement: Movement?
    /// Offsets at which the same id asked another question.
    public let otherQuestions: [Int]
    /// What became of its label, where that was set aside and is still listed.
    let asideFate: AsideLabels.Fate?
    /// Whether the horizon has passed by the log's own time.
    let hasExpired: Bool

    /// Whether the answer derived again has the same bits as the one stored.
    public var isSame: Bool { stored.isSame(as: derived) }

    /// - Throws: `Refusal` where there is no such question; `LogFailure` or `PastEventMissing` where the log cannot be
    ///   read.
    public init(_ subject: AuditSubject, in log: StoreAccess.Store) throws {
        let search = try AuditSearch(subject, in: log)
        let question = search.question
        (offset, event, stored) = (question.offset, question.event, question.answer)
        contract = question.contract
        version = try Version.serving(question.version, in: log)
        labels = search.labels.compactMap { found in
            found.event.label.map {
                LabelEvent(offset: found.offset, time: found.event.time, label: $0, decision: found.answer.decision)
            }
        }
        otherQuestions = search.otherQuestions
        history = try AuditStep.all(of: search, in: log)
        hasExpired = try Self.hasExpired(question, in: log)
        asideFate = try Self.asideFate(question, labels, in: log)

        var fold = try AuditFold(log, to: offset)
        (snapshotOffset, foldedCount) = (fold.beginning, offset - fold.beginning)
        let before = try fold.state(at: event.time)
        application = before.spec.application
        derived = try fold.step()
        let after = try fold.present()
        given = Moment(after.answersGiven(to: event.id) ?? [], after)
        explanation = Self.explain(event, before, derived)
        if stored.decision == .predictedAndLearned, let label = event.label ?? labels.last?.label {
            movement = Movement(offset, label, event, contract, from: before, to: after, event.time)
        } else if let learning = labels.first(where: { $0.decision == .learned }) {
            try fold.run(to: learning.offset)
            let before = try fold.state(at: learning.time)
            _ = try fold.step()
            movement = Movement(
                learning.offset, learning.label, event, contract, from: before, to: try fold.present(), learning.time)
        } else {
            movement = nil
        }
    }

    private static func asideFate(
        _ question: AuditSearch.Occurrence, _ labels: [LabelEvent], in log: StoreAccess.Store
    ) throws -> AsideLabels.Fate? {
        let decisions = [question.answer.decision] + labels.map(\.decision)
        guard decisions.contains(where: { [.setAside, .predictedAndSetAside].contains($0) }) else { return nil }
        return try ApplicationState(reading: log).asideListed.first { $0.question == question.offset }?.fate
    }

    private static func hasExpired(_ question: AuditSearch.Occurrence, in log: StoreAccess.Store) throws -> Bool {
        guard let last = try log.block(containing: try log.endOffset - 1)?.lastTime else { return false }
        let (waited, overflow) = last.microseconds.subtractingReportingOverflow(question.event.time.microseconds)
        return overflow || waited > question.contract.target.horizon.microseconds
    }

    /// - Parameter state: that which answered.
    private static func explain(
        _ event: Event, _ state: ApplicationState, _ answer: StoredAnswer
    ) -> Result<Explanation, Unexplained> {
        guard !answer.isBaseline else {
            return .failure(Unexplained("the champion's answer was not finite, and the baseline answered"))
        }
        return Result { () throws(Unexplained) in try state.explanation(of: event.features, at: event.time) }
    }
}

extension Audit.Moment {
    init(_ answers: [RoleAnswer], _ state: ApplicationState) {
        self.answers = answers
        classes = state.contract.target.task == .regression ? [] : state.classNames
    }
}

extension Audit.Movement {
    /// - Parameter time: at which both are asked.
    init(
        _ offset: Int, _ label: Label, _ event: Event, _ contract: Contract, from before: ApplicationState,
        to after: ApplicationState, _ time: Timestamp
    ) {
        self.offset = offset
        className = before.className(of: label)
        func moment(_ state: ApplicationState) -> Audit.Moment {
            let row = event.features.rearranged(from: contract.layout, to: state.contract.layout)
            return Audit.Moment(state.answers(to: row, at: time), state)
        }
        (self.before, self.after) = (moment(before), moment(after))
    }
}

extension Version {
    /// The version that an adoption made.
    static func serving(_ adoption: Int, in log: StoreAccess.Store) throws -> Version {
        // Its snapshot is that of the state after the adoption.
        let names = try VersionNames(in: log).byOffset
        let adoptions = try Adoptions.list(in: log, adoption..<adoption + 1)
        let listed = try list(in: log, named: names, adoptions: adoptions).first { $0.offset == adoption + 1 }
        return Version(
            offset: adoption, time: listed?.time, stateDigest: listed?.stateDigest, reason: listed?.reason ?? "adopted",
            names: listed?.names ?? [])
    }
}
