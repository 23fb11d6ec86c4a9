/// The loss of one answer, by which two models are compared example by example: a score that nobody betters by saying
/// anything else than what they believe. Logarithmic for probabilities of classes, squared for means, absolute for
/// medians.
///
/// Probabilities count as at least 1e-15 and at most 1 − 1e-15, as in the metrics `log_loss` and `cross_entropy`.
/// O(1) time.
///
///     ProperLoss.absoluteError.of([2.5], .value(3), task: .regression)  // 0.5
///
/// Source: T. Gneiting and A. E. Raftery, *Strictly proper scoring rules, prediction, and estimation*, JASA 102(477),
/// 2007, sections 2 and 3; T. Gneiting, *Making and evaluating point forecasts*, JASA 106(494), 2011, section 2.
public enum ProperLoss: UInt8, Sendable, CaseIterable {
    case logLoss = 0
    case absoluteError = 1
    case squaredError = 2

    /// What fits a task and the metric that is looked at first: of numbers squared error where that metric is made of
    /// squared errors, else absolute error.
    public init(_ task: Task, metric: Component?) {
        guard task == .regression else {
            self = .logLoss
            return
        }
        let numbers = metric.map { ScoredMetric($0).metric.ingredients.flatMap(\.numbers) } ?? []
        self = numbers.contains(.squaredError) ? .squaredError : .absoluteError
    }

    public var name: String {
        switch self {
        case .logLoss: "log_loss"
        case .absoluteError: "absolute_error"
        case .squaredError: "squared_error"
        }
    }

    /// The loss of an answer; nil where it is missing or not finite, or the loss is none of this task's.
    @inline(__always)
    public func of(_ answer: UnsafeBufferPointer<Double>, _ truth: Target, task: Task) -> Double? {
        guard let scored = ScoredAnswer(truth, answer, task, classLimit: .max) else { return nil }
        switch (self, task) {
        case (.logLoss, .binary): return AnswerNumber.logLoss.value(of: scored)
        case (.logLoss, .multiclass): return AnswerNumber.crossEntropy.value(of: scored)
        case (.absoluteError, .regression): return AnswerNumber.absoluteError.value(of: scored)
        case (.squaredError, .regression): return AnswerNumber.squaredError.value(of: scored)
        default: return nil
        }
    }

    public func of(_ answer: [Double], _ truth: Target, task: Task) -> Double? {
        answer.withUnsafeBufferPointer { of($0, truth, task: task) }
    }
}
