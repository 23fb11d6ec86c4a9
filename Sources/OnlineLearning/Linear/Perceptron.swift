import Determinism

/// The oldest linear classifier: an example on the wrong side of the plane, or on it, moves the weights and the
/// intercept by itself; any other changes nothing. The answer is the logistic function of the weighted sum.
///
/// - `l2`: a penalty, from 0 (default 0); `clip_gradient`: bound of the loss's gradient, from 0 (default 1e12).
/// - `tempering`: believe that probability only as far as it proved true, as the weighted sum grows with every mistake
///   and means little (``Tempering``; default true). Not in River, whose answers come with false.
///
/// Time: O(features present) per example; with a penalty and encoders that keep zeros, O(columns). Memory: 8 bytes a
/// column.
///
/// Without tempering, after learning that x = 1 is positive, the answer to x = 1 is σ(1 + 1) = 0.8807970779778823.
///
/// Source: F. Rosenblatt, *The perceptron*, Psychological Review 65(6), 1958; River's `linear_model.Perceptron`.
public struct Perceptron: Learner {
    public static let declaration = ComponentDeclaration(
        "perceptron", .classifier, revision: 2,
        parameters: [LinearParameters.l2, LinearParameters.clipGradient, Tempering.parameter])
    public static let tasks = [Task.binary]

    private let loss = BinaryLoss.hinge(threshold: 0)
    private var predictor: LinearPredictor
    private var tempering: Tempering?

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        predictor = LinearPredictor(
            rate: 1,
            DescentSettings(
                l2: arguments.number("l2"), interceptRate: .constant(1), clip: arguments.number("clip_gradient")))
        if arguments.boolean("tempering") { tempering = Tempering() }
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let margin = predictor.dot(x)
        // Weights near the largest number may cancel in no way that means anything.
        guard !margin.isNaN else {
            answer.append(0.5)
            return
        }
        guard let tempering else {
            answer.append(LogLossFunction.mean(margin))
            return
        }
        answer.append(Tempering.sum(tempering.weights * Self.probabilities(isPositive: true, margin)))
    }

    /// What each temperature gives to a class.
    @inline(__always)
    private static func probabilities(isPositive: Bool, _ margin: Double) -> Tempering.Powers {
        let loser = Tempering.powers(Tempering.root(-margin.magnitude))
        return isPositive == (margin > 0) ? 1 / (1 + loser) : loser / (1 + loser)
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        let margin = predictor.dot(x)
        let gradient = loss.gradient(isPositive: slot == 1, margin)
        guard predictor.step(x, lossGradient: weight * gradient, journal: &journal) else { return false }
        if !margin.isNaN {
            tempering?.learn(Self.probabilities(isPositive: slot == 1, margin), weight: weight)
        }
        return true
    }

    public var byteCount: Int { predictor.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) {
        predictor.encode(to: &encoder)
        tempering?.encode(to: &encoder)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try predictor.restore(from: &decoder)
        try tempering?.restore(from: &decoder)
    }
}

extension Perceptron: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        let linear = predictor.terms(x)
        guard let tempering else {
            return try SoftmaxMixture.binary(asked, intercept: linear.intercept, terms: linear.terms)
        }
        let sum = linear.terms.reduce(0) { $0 + $1.value }
        let mixture = SoftmaxMixture(
            components: tempering.temperatures.map { weight, power in
                SoftmaxMixture.Component(
                    weight: weight, bases: [0, power * linear.intercept], deltas: [0, power * sum])
            })
        return try mixture.contributions(
            asked, named: "intercept",
            linear.terms.map { term in (term.column, tempering.temperatures.map { [0, $0.power * term.value] }) })
    }
}
