import Determinism

/// Decides between two classes by the sign of a weighted sum, and moves the weights only after an example on which that
/// sum was not clear enough, then just so far that it would have been. Its probability is the logistic function of the
/// sum, as in River; nothing makes it fit the frequencies, so judge it by its choices.
///
/// - `C`: how far one example may move the weights, from 0 (default 1).
/// - `mode`: 0 moves as far as needed, 1 (default) at most by `C`, 2 at the price of 1/2`C` (the paper's PA, PA-I,
///   PA-II).
/// - `learn_intercept`: whether the intercept moves along (default true).
///
/// Time: O(features present) per example. Memory: 8 bytes a column.
///
/// After learning that x = 2 is positive, the answer to x = 2 is 0.7772998611746911: the loss of 1 over 2² moved the
/// weight by ½ and the intercept by ¼.
///
/// Source: Crammer et al., *Online passive-aggressive algorithms*, JMLR 7, 2006, figure 1; River's
/// `linear_model.PAClassifier`.
public struct PAClassifier: Learner {
    public static let declaration = ComponentDeclaration(
        "pa_classifier", .classifier, parameters: PassiveAggressive.parameters)
    public static let tasks = [Task.binary]

    private var model: PassiveAggressive

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        model = PassiveAggressive(arguments)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        answer.append(LogLossFunction.mean(model.dot(x)))
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        let sign: Double = slot == 1 ? 1 : -1
        let margin = sign * model.dot(x)
        guard margin == margin else { return false }
        return model.step(x, loss: max(1 - margin, 0), sign: sign, weight: weight)
    }

    public var byteCount: Int { model.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) { model.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try model.restore(from: &decoder)
    }
}

extension PAClassifier: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        let linear = model.terms(x)
        return try SoftmaxMixture.binary(asked, intercept: linear.intercept, terms: linear.terms)
    }
}
