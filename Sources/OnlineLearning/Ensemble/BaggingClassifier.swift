import Determinism

/// Online bagging: learners of one kind that each see every example a random number of times, drawn from the Poisson
/// distribution of rate 1, as if each had a bootstrap sample of the stream. Their probabilities are averaged.
///
/// - `model`: the learner that every member is (default `hoeffding_tree_classifier`).
/// - `n_models`: how many there are, 1 to 1,000 (default 10); `seed`: of all that is random, from 0 (default 1).
///
/// Time and memory: those of `n_models` members. They can work at the same time.
///
/// Ten logistic regressions (`sgd`, `lr` 0.01) that were shown that x = 1 is positive answer 0.5028108986073843 to x =
/// 1: the mean of what zero to three steps lead to.
///
/// Source: N. C. Oza and S. Russell, *Online bagging and boosting*, AISTATS 2001, figure 1; River's
/// `ensemble.BaggingClassifier`. Members that have not learned yet do not vote, unless none has.
public enum BaggingClassifier: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "bagging_classifier", .ensemble, revision: 2,
        parameters: [
            EnsembleParameters.classifier, EnsembleParameters.modelCount, EnsembleParameters.seed,
        ])
    public static let tasks = [Task.binary, .multiclass]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type { wrap(member) }

    private static func wrap<M: Learner>(_: M.Type) -> any Learner.Type { BaggedClassifiers<M, Self>.self }
}

extension BaggingClassifier: BaggingKind {
    static func sampling(_ arguments: Arguments) -> BaggingSampling { .poisson(PoissonDistribution(rate: 1)) }

    static func detector(_ arguments: Arguments) -> ADWIN? { nil }
}

/// What kinds of bagging differ in.
protocol BaggingKind: Sendable {
    static var declaration: ComponentDeclaration { get }
    static var tasks: [Task] { get }
    static func sampling(_ arguments: Arguments) -> BaggingSampling
    /// The detector of each member's drifts, where the worst member is replaced when one is detected.
    static func detector(_ arguments: Arguments) -> ADWIN?
}

/// How often a member learns an example.
enum BaggingSampling: Sendable {
    case poisson(PoissonDistribution)
    /// Once, and as often again as drawn.
    case atLeastOnce(PoissonDistribution)
    /// Once, if the number drawn is not zero.
    case atMostOnce(PoissonDistribution)
    case half
    /// Once where the member is wrong; where it is right, with the odds of its being wrong.
    case mistakes

    @inline(__always)
    func draw(_ generator: inout SeededGenerator) -> Int {
        switch self {
        case .poisson(let distribution): distribution.draw(&generator)
        case .atLeastOnce(let distribution): 1 + distribution.draw(&generator)
        case .atMostOnce(let distribution): min(distribution.draw(&generator), 1)
        case .half: generator.below(2)
        case .mistakes: 0
        }
    }
}
