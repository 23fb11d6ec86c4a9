import Determinism

/// Predicts a weighted sum of the features, and moves the weights only after an example that it missed by more than
/// `eps`, then just so far that it would not have.
///
/// - `C`, `mode`, `learn_intercept`: as in ``PAClassifier``.
/// - `eps`: what an answer may miss, in the target's unit, from 0 (default 0.1).
/// - `loss`: `epsilon_insensitive` (default), the paper's |ŷ − y| − ε, or `epsilon_insensitive_hinge`, which is River
///   0.26: it takes its loss from 2y − 1 in place of y, a leftover of classes coded as 0 and 1, and never comes to rest
///   on values. Not a parameter of River's.
///
/// Time: O(features present) per example. Memory: 8 bytes a column.
///
/// After learning y = 3 at x = 2, the answer to x = 2 is 3.6249999999999996: the loss of 2.9 over 2² moved the weight
/// by 1.45 and the intercept by 0.725.
///
/// Source: Crammer et al., *Online passive-aggressive algorithms*, JMLR 7, 2006, section 5; River's
/// `linear_model.PARegressor`.
public struct PARegressor: Learner {
    public static let declaration = ComponentDeclaration(
        "pa_regressor", .regressor,
        parameters: PassiveAggressive.parameters + [
            ParameterDeclaration("eps", .number(.nonNegative), default: .number(0.1), "what an answer may miss"),
            ParameterDeclaration(
                "loss", .choice(["epsilon_insensitive", "epsilon_insensitive_hinge"]),
                default: .choice("epsilon_insensitive"), "the paper's or River's"),
        ])
    public static let tasks = [Task.regression]

    private let epsilon: Double
    private let isHinge: Bool
    private var model: PassiveAggressive

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        epsilon = arguments.number("eps")
        isHinge = arguments.choice("loss") == "epsilon_insensitive_hinge"
        model = PassiveAggressive(arguments)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        answer.append(model.dot(x))
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .value(let y) = target else { preconditionFailure("a regressor learns values") }
        let prediction = model.dot(x)
        let loss = (prediction - (isHinge ? y * 2 - 1 : y)).magnitude - epsilon
        guard loss == loss else { return false }
        let sign: Double = y > prediction ? 1 : y < prediction ? -1 : 0
        return model.step(x, loss: max(loss, 0), sign: sign, weight: weight)
    }

    public var byteCount: Int { model.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) { model.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try model.restore(from: &decoder)
    }
}

extension PARegressor: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        try model.terms(x).contributions()
    }
}
