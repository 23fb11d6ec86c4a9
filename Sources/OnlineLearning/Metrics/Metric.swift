/// A number that says how good answers are: what it is computed from, and how.
///
/// A metric keeps nothing itself. It names its ``ingredients``, a ``Scorecard`` keeps each of them once for all metrics
/// that ask for it, over all answers, over a window of them or for each slice, and the metric reads its value from
/// their ``Tally``.
///
///     var scores = Scorecard([Component(named: "mae"), Component(named: "rmse")], task: .regression)
///     scores.update(.value(3), [2.5])
///     scores["mae"]  // 0.5
///
/// Answers come in the form of ``Learner/predict(_:into:)``. Every answer counts once, whatever its example weighs.
public protocol Metric: Sendable {
    /// River's class name in snake case.
    static var declaration: ComponentDeclaration { get }
    /// What the answers must be.
    static var tasks: [Task] { get }
    static var biggerIsBetter: Bool { get }

    /// - Parameter arguments: the checked parameters.
    init(_ arguments: Arguments)

    var ingredients: [Ingredient] { get }

    /// How many of the last answers it is about, where that is part of its definition.
    var windowSize: Int? { get }

    /// The metric over the answers counted; 0 where there are none, unless its definition says otherwise.
    func value(of tally: Tally) -> Double
}

extension Metric {
    public var windowSize: Int? { nil }
}

/// What is kept of answers, of which metrics are made.
public enum Ingredient: Sendable, Equatable {
    /// The sum of a number over the answers.
    case sum(AnswerNumber)
    /// True classes against chosen ones.
    case confusion
    /// How many answers of each class lie above so many thresholds.
    case rocHistogram(thresholds: Int)
    /// How often the chosen class came, by the probability that it had.
    case calibration(bins: Int)
    /// Mean and variance of the true values.
    case truthVariance
    /// The probabilities and classes themselves; only within a window.
    case ranking

    /// The numbers that an answer gives to it.
    var numbers: [AnswerNumber] {
        switch self {
        case .sum(let number): [number]
        case .confusion: []
        case .rocHistogram, .ranking: [.probability, .isPositive]
        case .calibration: [.confidence, .isHit]
        case .truthVariance: [.truth]
        }
    }
}

/// A metric that is the mean of a number over the answers.
public protocol MeanMetric: Metric {
    var number: AnswerNumber { get }
}

extension MeanMetric {
    public static var biggerIsBetter: Bool { false }
    public var ingredients: [Ingredient] { [.sum(number)] }
    public func value(of tally: Tally) -> Double { tally.mean(number) }
}

/// A metric that counts which class was chosen for which.
public protocol ConfusionMetric: Metric {
    func value(of confusion: ConfusionCounts) -> Double
}

extension ConfusionMetric {
    public static var tasks: [Task] { [.binary, .multiclass] }
    public static var biggerIsBetter: Bool { true }
    public var ingredients: [Ingredient] { [.confusion] }
    public func value(of tally: Tally) -> Double { value(of: tally.confusion) }
}

extension ComponentDeclaration {
    /// The declaration of a metric: its own parameters and those that all metrics have.
    init(
        metric name: String, revision: Int = 2, _ parameters: [ParameterDeclaration] = [],
        conflict: @escaping @Sendable ([Argument]) -> String? = { _ in nil }
    ) {
        self.init(
            name, .metric, revision: revision,
            parameters: parameters + [
                ParameterDeclaration(
                    "by", .optional(.feature([.category, .boolean])), default: .none,
                    "the feature of whose values each has a number of its own"),
                ParameterDeclaration(
                    "max_slices", .integer(1...10_000), default: .integer(100),
                    "values of that feature that are told apart, in the order in which they come; the others are "
                        + "`(other)`, none is `(missing)`"),
            ],
            conflict: conflict)
    }
}
