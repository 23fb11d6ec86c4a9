import Determinism

/// Leveraging bagging: online bagging with more of the stream for each member, and as in ``ADWINBaggingClassifier`` a
/// new start for the worst member when one has become worse.
///
/// - `model`: the learner that every member is (default `hoeffding_tree_classifier`).
/// - `n_models`: how many there are, 1 to 1,000 (default 10); `seed`: of all that is random, from 0 (default 1).
/// - `w`: the mean number of times that a member sees an example, above 0 up to 100 (default 6), with the method `bag`.
/// - `adwin_delta`: the detectors' `delta`, above 0 up to 1 (default 0.002).
/// - `bagging_method`: how often a member sees an example: `bag` (default), drawn from the Poisson distribution of rate
///   `w`; `me`, once where it is wrong, and where it is right with the odds of its being wrong; `half`, once in one of
///   two cases; `wt`, once more than drawn with rate 1; `subag`, once if the number drawn with rate 1 is not zero.
///
/// Time and memory: those of `n_models` members, which learn `w` times and answer once more per example. They can work
/// at the same time.
///
/// Source: A. Bifet, G. Holmes and B. Pfahringer, *Leveraging bagging for evolving data streams*, ECML PKDD 2010,
/// sections 2 and 3, without its output codes; River's `ensemble.LeveragingBaggingClassifier`, where `me` and `half`
/// call what its generator lacks and fail.
public enum LeveragingBaggingClassifier: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "leveraging_bagging_classifier", .ensemble, revision: 2,
        parameters: [
            EnsembleParameters.classifier, EnsembleParameters.modelCount,
            ParameterDeclaration(
                "w", .number(1e-3...PoissonDistribution.rateMax), default: .number(6),
                "the mean number of times that a member sees an example"),
            ParameterDeclaration(
                "adwin_delta", .number(1e-300...1), default: .number(0.002), "the detectors' delta"),
            ParameterDeclaration(
                "bagging_method", .choice(["bag", "me", "half", "wt", "subag"]), default: .choice("bag"),
                "how often a member sees an example"),
            EnsembleParameters.seed,
        ])
    public static let tasks = [Task.binary, .multiclass]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type { wrap(member) }

    private static func wrap<M: Learner>(_: M.Type) -> any Learner.Type { BaggedClassifiers<M, Self>.self }
}

extension LeveragingBaggingClassifier: BaggingKind {
    static func sampling(_ arguments: Arguments) -> BaggingSampling {
        switch arguments.choice("bagging_method") {
        case "me": .mistakes
        case "half": .half
        case "wt": .atLeastOnce(PoissonDistribution(rate: 1))
        case "subag": .atMostOnce(PoissonDistribution(rate: 1))
        default: .poisson(PoissonDistribution(rate: arguments.number("w")))
        }
    }

    static func detector(_ arguments: Arguments) -> ADWIN? { ADWIN(delta: arguments.number("adwin_delta")) }
}
