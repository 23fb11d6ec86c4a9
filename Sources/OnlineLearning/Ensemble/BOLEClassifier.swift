import Determinism

/// Boosting-like online learning ensemble: online boosting in which the members learn in an order that depends on how
/// well they do. After a member that was wrong the worst of those left learns, after one that was right the best.
///
/// - `model`: the learner that every member is (default `hoeffding_tree_classifier`).
/// - `n_models`: how many there are, 1 to 1,000 (default 10); `seed`: of all that is random, from 0 (default 1).
/// - `error_bound`: the part that a member has wrong above which it has no vote, 0 to 1 (default 0.5). Where none has a
///   vote, all have the same.
///
/// An example is learned at most some 100 times by a member. Time and memory: those of `n_models` members, which answer
/// once more per example.
///
/// Source: R. S. M. de Barros, S. G. T. de Carvalho Santos and P. M. Gonçalves Júnior, *A boosting-like online learning
/// ensemble*, IJCNN 2016, algorithm 1; River's `ensemble.BOLEClassifier`.
public enum BOLEClassifier: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "bole_classifier", .ensemble, revision: 2,
        parameters: [
            EnsembleParameters.classifier, EnsembleParameters.modelCount,
            ParameterDeclaration(
                "error_bound", .number(0...1), default: .number(0.5),
                "the part that a member has wrong above which it has no vote"),
            EnsembleParameters.seed,
        ])
    public static let tasks = [Task.binary, .multiclass]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type { wrap(member) }

    private static func wrap<M: Learner>(_: M.Type) -> any Learner.Type { BoostedClassifiers<M, Self>.self }
}

extension BOLEClassifier: BoostingKind {
    static var isOrdered: Bool { true }

    static func errorBound(_ arguments: Arguments) -> Double { arguments.number("error_bound") }

    static func voteWeight(correct: Double, wrong: Double, errorBound: Double) -> Double {
        guard correct > 0, wrong > 0 else { return 0 }
        let error = wrong / (correct + wrong) + 1e-16
        return error <= errorBound ? max(Elementary.log((1 - error) / error), 0) : 0
    }
}
