import Determinism

/// The oldest linear classifier: an example on the wrong side of the plane, or on it, moves the weights and the
/// intercept by itself; any other changes nothing. The answer is the logistic function of the weighted sum.
///
/// - `l2`: a penalty, from 0 (default 0); `clip_gradient`: bound of the loss's gradient, from 0 (default 1e12).
///
/// Time: O(features present) per example; with a penalty and encoders that keep zeros, O(columns). Memory: 8 bytes a
/// column.
///
/// After learning that x = 1 is positive, the answer to x = 1 is 0.8807970779778823 = σ(1 + 1).
///
/// Source: F. Rosenblatt, *The perceptron*, Psychological Review 65(6), 1958; River's `linear_model.Perceptron`.
public struct Perceptron: Learner {
    public static let declaration = ComponentDeclaration(
        "perceptron", .classifier, parameters: [LinearParameters.l2, LinearParameters.clipGradient])
    public static let tasks = [Task.binary]

    private let loss = BinaryLoss.hinge(threshold: 0)
    private var predictor: LinearPredictor

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        predictor = LinearPredictor(
            rate: 1,
            DescentSettings(
                l2: arguments.number("l2"), interceptRate: .constant(1), clip: arguments.number("clip_gradient")))
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let margin = predictor.dot(x)
        // Weights near the largest number may cancel in no way that means anything.
        answer.append(margin.isNaN ? 0.5 : LogLossFunction.mean(margin))
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        let gradient = loss.gradient(isPositive: slot == 1, predictor.dot(x))
        return predictor.step(x, lossGradient: weight * gradient, journal: &journal)
    }

    public var byteCount: Int { predictor.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) { predictor.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try predictor.restore(from: &decoder)
    }
}
