import Determinism

/// A classifier that learns examples of classes that come less often than wanted several times, so that what it learns
/// from is distributed as wanted. Its probabilities are those of that other distribution.
///
/// - `classifier`: what learns (default `hoeffding_tree_classifier`).
/// - `desired_dist`: a share for each class (default: all the same); only their ratios count.
/// - `seed`: of how often, from 0 (default 1).
///
/// How often is drawn from a Poisson distribution, whose rate is at most 100.
///
/// Time: the classifier's, for every time that it learns. Memory: the classifier's.
///
/// Of a stream in which one example in ten is positive it learns the others once and each positive one some nine times.
///
/// Source: River's `imblearn.RandomOverSampler`, with another generator: the two agree in distribution.
public enum RandomOverSampler: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "random_over_sampler", .ensemble, revision: 2,
        parameters: [
            ImbalanceParameters.classifier, ImbalanceParameters.desiredDist("a share for each class; null for equal"),
            EnsembleParameters.seed,
        ])
    public static let tasks = [Task.binary, .multiclass]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type { wrap(member) }

    private static func wrap<M: Learner>(_: M.Type) -> any Learner.Type { SampledClassifier<M, OverSampling>.self }
}

/// An example of the class that is most frequent, measured by what is wanted, is learned once; others so often that
/// they go with it.
struct OverSampling: SamplingKind {
    static var declaration: ComponentDeclaration { RandomOverSampler.declaration }
    static var tasks: [Task] { RandomOverSampler.tasks }

    init(_ arguments: Arguments) {}

    func draw(_ slot: Int, _ counts: ClassCounts, _ pivot: inout Int, _ generator: inout SeededGenerator) -> Int {
        if slot == pivot { return 1 }
        pivot = counts.best { $1 / $0 }
        let most = counts.counts[pivot] / counts.wanted(pivot)
        return PoissonDistribution.draw(rate: most * counts.wanted(slot) / counts.counts[slot], &generator)
    }
}
