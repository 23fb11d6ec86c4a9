import Determinism

/// Online bagging that replaces its worst member when one has become worse: every member's errors are watched by an
/// ``ADWIN``, and when one of these detects that they have become more, the member with the most errors starts anew.
///
/// - `model`: the learner that every member is (default `hoeffding_tree_classifier`).
/// - `n_models`: how many there are, 1 to 1,000 (default 10); `seed`: of all that is random, from 0 (default 1).
///
/// Time and memory: those of `n_models` members, which answer once more per example. They can work at the same time.
///
/// Source: A. Bifet, G. Holmes, B. Pfahringer, R. Kirkby and R. Gavaldà, *New ensemble methods for evolving data
/// streams*, KDD 2009, section 4; River's `ensemble.ADWINBaggingClassifier`. River's detectors watch where a member is
/// right, so that its best member is replaced when one has become better; here, as in the paper, its errors.
public enum ADWINBaggingClassifier: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "adwin_bagging_classifier", .ensemble, revision: 2,
        parameters: [
            EnsembleParameters.classifier, EnsembleParameters.modelCount, EnsembleParameters.seed,
        ])
    public static let tasks = [Task.binary, .multiclass]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type { wrap(member) }

    private static func wrap<M: Learner>(_: M.Type) -> any Learner.Type { BaggedClassifiers<M, Self>.self }
}

extension ADWINBaggingClassifier: BaggingKind {
    static func sampling(_ arguments: Arguments) -> BaggingSampling { .poisson(PoissonDistribution(rate: 1)) }

    static func detector(_ arguments: Arguments) -> ADWIN? { ADWIN() }
}
