import Determinism

/// Online boosting: classifiers learn an example one after the other, each a random number of times with a mean that
/// grows where those before it were wrong and shrinks where they were right. Their probabilities are weighted by
/// log((1 − ε)/ε), ε being the weighted part that the member had wrong.
///
/// - `model`: the learner that every member is (default `hoeffding_tree_classifier`).
/// - `n_models`: how many there are, 1 to 1,000 (default 10); `seed`: of all that is random, from 0 (default 1).
///
/// An example is learned at most some 100 times by a member. Time and memory: those of `n_models` members, which answer
/// once more per example.
///
/// Source: N. C. Oza and S. Russell, *Online bagging and boosting*, AISTATS 2001, figure 2; River's
/// `ensemble.AdaBoostClassifier`: as there, a member that is wrong in more than half of the cases votes with weight 1,
/// which the paper leaves open.
public enum AdaBoostClassifier: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "ada_boost_classifier", .ensemble, revision: 2,
        parameters: [
            EnsembleParameters.classifier, EnsembleParameters.modelCount, EnsembleParameters.seed,
        ])
    public static let tasks = [Task.binary, .multiclass]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type { wrap(member) }

    private static func wrap<M: Learner>(_: M.Type) -> any Learner.Type { BoostedClassifiers<M, Self>.self }
}

extension AdaBoostClassifier: BoostingKind {
    static var isOrdered: Bool { false }

    static func errorBound(_ arguments: Arguments) -> Double { 0.5 }

    static func voteWeight(correct: Double, wrong: Double, errorBound: Double) -> Double {
        let error = (wrong + 1e-16) / (correct + wrong + 1e-16)
        return error > errorBound ? 1 : Elementary.log((1 - error) / error)
    }
}
