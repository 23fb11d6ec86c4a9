import Determinism

/// A classifier that leaves out examples of classes that come more often than wanted, so that what it learns from is
/// distributed as wanted. It costs the less the more it leaves out, and its probabilities are those of that other
/// distribution.
///
/// - `classifier`: what learns (default `hoeffding_tree_classifier`).
/// - `desired_dist`: a share for each class (default: all the same); only their ratios count.
/// - `seed`: of what is left out, from 0 (default 1).
///
/// Time and memory: the classifier's, the time only for what it learns.
///
/// Of a stream in which one example in ten is positive it learns all positive ones and about one in nine of the others.
///
/// Source: River's `imblearn.RandomUnderSampler`, with another generator. River's leaves out an example by which its
/// own class becomes the rarest; rejection sampling learns it, and so does this: otherwise they agree in distribution.
public enum RandomUnderSampler: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "random_under_sampler", .ensemble, revision: 2,
        parameters: [
            ImbalanceParameters.classifier, ImbalanceParameters.desiredDist("a share for each class; null for equal"),
            EnsembleParameters.seed,
        ])
    public static let tasks = [Task.binary, .multiclass]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type { wrap(member) }

    private static func wrap<M: Learner>(_: M.Type) -> any Learner.Type { SampledClassifier<M, UnderSampling>.self }
}

/// An example of the class that is rarest, measured by what is wanted, is learned; of others as many as go with it.
struct UnderSampling: SamplingKind {
    static var declaration: ComponentDeclaration { RandomUnderSampler.declaration }
    static var tasks: [Task] { RandomUnderSampler.tasks }

    init(_ arguments: Arguments) {}

    func draw(_ slot: Int, _ counts: ClassCounts, _ pivot: inout Int, _ generator: inout SeededGenerator) -> Int {
        if slot == pivot { return 1 }
        pivot = counts.best { $0 / $1 }
        if slot == pivot { return 1 }
        let most = counts.wanted(pivot) / counts.counts[pivot]
        let ratio = counts.wanted(slot) / (most * counts.counts[slot])
        return generator.uniform() < ratio ? 1 : 0
    }
}
