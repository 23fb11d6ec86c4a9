import Determinism
import OnlineLearning

/// What a step of the fold gave: what was decided, what was answered, what was scored, and what the world is told.
///
/// Whoever folds hands one from step to step: it is always that of the last step, and no step allocates for it.
public struct Outcome: Sendable {
    public internal(set) var decision = Decision.void

    // What was asked.
    /// The answers of the models in their places, then the baseline's: ``width`` numbers each, NaN where there is none.
    package internal(set) var answers: [Double] = []
    /// What the models said whose experts are judged by it, laid out as the ledger keeps it.
    var voices: [Double] = []
    /// How many numbers an answer of one model takes.
    package internal(set) var width = 1
    /// The place of the model that answers.
    var answering = 0
    private(set) var task = Task.regression
    /// How many classes there were when the question was asked; the label that comes with it may bring another.
    private var classCount = 0
    /// Whether the champion's answer was not finite, and the baseline's was given instead.
    public internal(set) var answerIsBaseline = false

    // What was labelled.
    /// The offset of the question that was labelled; to be asked where the decision says that a label met its question.
    public internal(set) var labelledQuestion = 0
    /// What answers were scored against; nil where there was no label, or it found answers that do not score.
    public internal(set) var scoredTarget: Target?
    /// The answers to the question that was labelled, as ``answers``; to be read where ``scoredTarget`` is there.
    package internal(set) var scored: [Double] = []
    /// How many numbers each of them takes.
    package internal(set) var scoredWidth = 1
    /// Labels that were set aside before and were learned in this step, before its own.
    package internal(set) var learnedLate: [LearnedLate] = []
    /// The features of the question that a label came to, laid out by the contract.
    public var recalled: FeatureRow { lendable ?? FeatureRow() }
    /// Nil while it is lent, and before there is one.
    private var lendable: FeatureRow?

    /// A label that was learned after it had been set aside, with what was answered when it was asked.
    package struct LearnedLate: Sendable {
        /// The offset of its question.
        package let question: Int
        package let value: Double
        /// What answers were scored against; nil where they do not score.
        package let target: Target?
        /// As ``Outcome/scored``, so many numbers each.
        package let answers: [Double]
        package let width: Int
        /// What was asked.
        package let row: FeatureRow
    }

    // What was concluded: see `Outcome+Concluded.swift`.
    /// Questions whose horizon ended, so that the label which they were learned with provisionally is final.
    public internal(set) var concluded: [Concluded] = []
    /// The answers to them, of each as in ``scored``.
    package internal(set) var concludedAnswers: [Double] = []
    /// Features of questions that the passing of time is about.
    var rows: [FeatureRow] = []
    /// Whether questions other than the event's own were scored.
    package var hasScoredOthers: Bool { !concluded.isEmpty || !learnedLate.isEmpty }

    /// What the world is told.
    public internal(set) var notices: [Notice] = []

    public init() {}

    /// Forgets the step before, keeping the storage.
    /// - Parameter place: of the model that serves.
    mutating func begin(answering place: Int) {
        answering = place
        // One by one a few go sooner.
        if answers.count > 4 { answers.removeAll(keepingCapacity: true) }
        while !answers.isEmpty { answers.removeLast() }
        answerIsBaseline = false
        scoredTarget = nil
        beginConcluded()
        if !notices.isEmpty { notices.removeAll(keepingCapacity: true) }
        if !learnedLate.isEmpty { learnedLate.removeAll() }
    }

    /// Lends the row of ``recalled``, of any layout and values, until it is given back.
    @inline(__always)
    mutating func lendRow() -> FeatureRow {
        if let row = lendable.take() { return row }
        return FeatureRow()
    }

    @inline(__always)
    mutating func giveBack(_ row: consuming FeatureRow) { lendable = consume row }

    /// Says what the answers are that come now.
    mutating func beginAnswer(_ task: Task, classCount: Int, width: Int) {
        (self.task, self.classCount, self.width) = (task, classCount, width)
    }

    /// Makes room for what is said now. - Parameter stride: doubles a question.
    @inline(__always)
    mutating func layOutVoices(_ stride: Int) {
        if voices.count != stride { voices = [Double](repeating: VoiceLayout.absent, count: stride) }
    }

    /// The champion's answer to the question: a value, with the bounds of its interval where the champion gives one;
    /// the probability of the positive class; or one probability for each class that was known. Empty where there was
    /// no question, or the champion says nothing, because no class has been learned yet.
    public var answer: ArraySlice<Double> {
        guard !answers.isEmpty else { return [] }
        let start = answering * width
        switch task {
        case .multiclass:
            let known = answers[start..<start + min(width, classCount)]
            return known.saysAnything ? known : []
        case .regression where width == 3 && !answers[start + 1].isNaN && !answers[start + 2].isNaN:
            return answers[start..<start + 3]
        case .regression, .binary: return answers[start..<start + 1]
        }
    }

    /// Whether an answer is usable: it has a finite number wherever the baseline has one, or, of open classes, at least
    /// for one class.
    /// - Parameters: where the ``width`` numbers of the answer, and those of the baseline's, begin among the
    ///   ``answers``.
    @inline(__always)
    func isFinite(from start: Int, baseline: Int) -> Bool {
        if width == 1 { return answers[start].isFinite }
        guard task == .multiclass else {
            let (lower, upper) = (answers[start + 1], answers[start + 2])
            return answers[start].isFinite && !lower.isInfinite && !upper.isInfinite
        }
        var hasAny = false
        for place in start..<start + width where !answers[place].isNaN {
            guard answers[place].isFinite else { return false }
            hasAny = true
        }
        return hasAny || answers[baseline].isNaN
    }

    /// Hands out the baseline's answer to the question that was labelled.
    @inline(__always)
    package func withBaselineScored<R>(_ body: (UnsafeBufferPointer<Double>) -> R) -> R {
        scored.withUnsafeBufferPointer { body(UnsafeBufferPointer(rebasing: $0.suffix(scoredWidth))) }
    }

    /// The loss of the champion's answer to the question that has just been labelled; nil where there was no answer, or
    /// it does not score.
    package func loss(_ loss: ProperLoss, task: Task) -> Double? {
        guard let scoredTarget else { return nil }
        let start = answering * scoredWidth
        return scored.withUnsafeBufferPointer { answers in
            loss.ofAnswer(
                UnsafeBufferPointer(rebasing: answers[start..<start + scoredWidth]), scoredTarget, task: task)
        }
    }
}

extension StoredAnswer {
    /// What is kept of a step beside its event.
    public init(_ outcome: Outcome) {
        let values = outcome.decision.hasAnswer ? outcome.answer : []
        self.init(
            outcome.decision, values: Array(values), isBaseline: outcome.decision.hasAnswer && outcome.answerIsBaseline,
            notices: outcome.notices)
    }
}
