import Determinism

/// A classifier that learns each example a random number of times, so that what it learns from is distributed as wanted
/// and is a stated share of the stream: over- and under-sampling at once.
///
/// - `classifier`: what learns (default `hoeffding_tree_classifier`).
/// - `desired_dist`: the share of each class, with sum 1 (default: as they come).
/// - `sampling_rate`: how many times an example is learned on average, from 0.001 to 10 (default 1).
/// - `seed`: of how often, from 0 (default 1).
///
/// How often is drawn from a Poisson distribution, whose rate is at most 100.
///
/// Time: the classifier's, `sampling_rate` times. Memory: the classifier's.
///
/// With a rate of 0.1 and shares of a half it learns about one in ten of a stream's examples, half of them positive.
///
/// Source: River's `imblearn.RandomSampler`, with another generator: the two agree in distribution. Without a
/// `desired_dist` River takes counts for shares, and so learns each example as often as there were examples.
public enum RandomSampler: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "random_sampler", .ensemble, revision: 2,
        parameters: [
            ImbalanceParameters.classifier,
            ImbalanceParameters.desiredDist("the share of each class; null for as they come"),
            ParameterDeclaration(
                "sampling_rate", .number(0.001...10), default: .number(1), "times an example is learned on average"),
            EnsembleParameters.seed,
        ])
    public static let tasks = [Task.binary, .multiclass]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type { wrap(member) }

    private static func wrap<M: Learner>(_: M.Type) -> any Learner.Type { SampledClassifier<M, RateSampling>.self }
}

/// As often as the wanted share is larger than the actual one, times the rate.
struct RateSampling: SamplingKind {
    static var declaration: ComponentDeclaration { RandomSampler.declaration }
    static var tasks: [Task] { RandomSampler.tasks }

    private let rate: Double
    private let hasShares: Bool

    init(_ arguments: Arguments) {
        rate = arguments.number("sampling_rate")
        hasShares = !arguments.numbers("desired_dist").isEmpty
    }

    func draw(_ slot: Int, _ counts: ClassCounts, _ pivot: inout Int, _ generator: inout SeededGenerator) -> Int {
        let share = hasShares ? counts.wanted(slot) / (counts.counts[slot] / counts.total) : 1
        return PoissonDistribution.draw(rate: rate * share, &generator)
    }
}
