import Determinism

/// A metric that is read from the mean of one number over answers, for parts of a stream so many that none can have a
/// ``Scorecard``: a part keeps a sum and a count.
///
/// It is the first of some metrics that is such a mean and goes over all answers: without a window and without slices.
/// Where none is, absolute error for numbers and log loss for classes. O(1) time an answer, and no memory.
///
///     let score = MeanScore(of: [Component(named: "rmse")], task: .regression)
///     let numbers = [2.0, 4].withUnsafeBufferPointer { score.numbers(of: $0, .value(5)) }
///     numbers?.loss                    // 9, of the answer 2
///     score.value(sum: 9, count: 1)    // 3
public struct MeanScore: Sendable {
    /// What an answer adds to the sums of its part.
    public struct Numbers: Sendable {
        /// What the metric is the mean of.
        public let loss: Double
        /// The value answered; binary the probability of the positive class, of several that of the class chosen.
        public let answer: Double
        /// The true value, of 1e140 at most; of classes 1 where the positive one, or the one chosen, came, else 0.
        public let truth: Double
    }

    /// The metric's name, as in a ``Scorecard``.
    public let name: String
    public let biggerIsBetter: Bool
    private let metric: any Metric
    private let number: AnswerNumber
    private let task: Task

    /// - Precondition: the components are metrics of the task.
    public init(of metrics: [Component], task: Task) {
        let (scored, number) = Self.first(of: metrics.map { ScoredMetric($0) }) ?? Self.usual(task)
        (name, biggerIsBetter) = (scored.name, scored.biggerIsBetter)
        (metric, self.number, self.task) = (scored.metric, number, task)
    }

    /// The first that is a mean over all answers, and the number it is the mean of.
    static func first(of metrics: [ScoredMetric]) -> (metric: ScoredMetric, number: AnswerNumber)? {
        for metric in metrics where metric.window == nil && metric.feature == nil {
            if let number = number(metric.metric) { return (metric, number) }
        }
        return nil
    }

    /// The number of which a metric is the mean, or a function of the mean.
    private static func number(_ metric: any Metric) -> AnswerNumber? {
        if metric is Accuracy { return .isHit }
        guard metric.ingredients.count == 1, case .sum(let number)? = metric.ingredients.first else { return nil }
        return number
    }

    private static func usual(_ task: Task) -> (metric: ScoredMetric, number: AnswerNumber) {
        task == .regression
            ? (ScoredMetric(Component(named: "mae")), .absoluteError)
            : (ScoredMetric(Component(named: "log_loss")), .logLoss)
    }

    /// Nil where there is nothing to score: a number, or the probability of the positive class, is missing or not
    /// finite, or no class has a probability.
    @inline(__always)
    public func numbers(of answer: UnsafeBufferPointer<Double>, _ truth: Target) -> Numbers? {
        guard let scored = ScoredAnswer(truth, answer, task, classLimit: .max) else { return nil }
        switch task {
        case .regression:
            return Numbers(
                loss: number.value(of: scored), answer: Self.bounded(scored.first), truth: Self.bounded(scored.y))
        case .binary:
            return Numbers(loss: number.value(of: scored), answer: scored.first, truth: scored.slot == 1 ? 1 : 0)
        case .multiclass:
            guard scored.choice >= 0 else { return nil }
            return Numbers(
                loss: number.value(of: scored), answer: scored.confidence, truth: AnswerNumber.isHit.value(of: scored))
        }
    }

    /// The same where a ``Scorecard`` has just scored the answer; nil where that says too little of it.
    /// - Parameter loss: its ``Scorecard/lastLoss``.
    @inline(__always)
    public func numbers(of answer: UnsafeBufferPointer<Double>, _ truth: Target, scored loss: Double) -> Numbers? {
        guard loss == loss else { return nil }
        switch truth {
        case .value(let y): return Numbers(loss: loss, answer: Self.bounded(answer[0]), truth: Self.bounded(y))
        case .label(let slot):
            return task == .binary ? Numbers(loss: loss, answer: answer[0], truth: slot == 1 ? 1 : 0) : nil
        }
    }

    @inline(__always)
    private static func bounded(_ value: Double) -> Double {
        max(-AnswerNumber.truthMax, min(AnswerNumber.truthMax, value))
    }

    /// What an answer adds to the sum of losses alone.
    @inline(__always)
    public func loss(of answer: UnsafeBufferPointer<Double>, _ truth: Target) -> Double? {
        guard let scored = ScoredAnswer(truth, answer, task, classLimit: .max) else { return nil }
        return task == .multiclass && scored.choice < 0 ? nil : number.value(of: scored)
    }

    /// The metric over so many answers, of whose numbers this is the sum; 0 where there are none.
    public func value(sum: Double, count: Int) -> Double {
        if metric is Accuracy { return count == 0 ? 0 : sum / Double(count) }
        return metric.value(of: Tally(of: number, sum: sum, count: count))
    }
}
