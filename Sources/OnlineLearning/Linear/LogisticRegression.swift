import Determinism

/// Predicts the probability of the positive class: the logistic function of a weighted sum of the features plus an
/// intercept. It learns by moving each weight against the gradient of the logarithmic loss, one example at a time.
///
/// - `optimizer`: `twin_ada_grad` (default; nothing to tune) or `sgd`, which makes it River's model.
/// - `l2`, `l1`: penalties, from 0 (default 0), not both; `intercept_init`: any log-odds (default 0); `intercept_lr`:
///   the intercept's step size, from 0 (default 0.01); `clip_gradient`: bound of the loss's gradient, from 0 (default
///   1e12). All five need `sgd`.
///
/// Time: O(features present) per example; with a penalty and encoders that keep zeros, O(columns). Memory: 8 bytes a
/// column, 16 with `l1`, 24 with `twin_ada_grad`.
///
/// With `sgd` (`lr` 0.01), after learning that x = 1 is positive, the answer to x = 1 is 0.5024999791668749: the weight
/// and the intercept each moved 0.01 · ½.
///
/// Source: ``TwinAdaGrad``; D. R. Cox, *The regression analysis of binary sequences*, J. Royal Stat. Soc. B 20(2),
/// 1958; River's `linear_model.LogisticRegression`.
public struct LogisticRegression: Learner {
    public static let declaration = LinearParameters.declaration(
        "logistic_regression", .classifier, [LinearParameters.optimizer] + LinearParameters.descent)
    public static let tasks = [Task.binary]

    /// Which of the two below is at work; the other stays empty.
    private let optimizer: Optimizer
    private var descent: LinearPredictor
    private var twins = TwinAdaGrad.Binary()

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        optimizer = arguments.optimizer
        descent = LinearPredictor(arguments, rate: optimizer.rate)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        switch optimizer {
        case .twinAdaGrad: answer.append(twins.predict(x))
        case .sgd: answer.append(LogLossFunction.mean(descent.dot(x)))
        }
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        switch optimizer {
        case .twinAdaGrad:
            return twins.learn(x, isPositive: slot == 1, journal: &journal)
        case .sgd:
            return descent.step(
                x, lossGradient: weight * LogLossFunction.gradient(isPositive: slot == 1, descent.dot(x)))
        }
    }

    public var byteCount: Int {
        switch optimizer {
        case .twinAdaGrad: twins.byteCount
        case .sgd: descent.byteCount
        }
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        switch optimizer {
        case .twinAdaGrad: twins.encode(to: &encoder)
        case .sgd: descent.encode(to: &encoder)
        }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        switch optimizer {
        case .twinAdaGrad: try twins.restore(from: &decoder)
        case .sgd: try descent.restore(from: &decoder)
        }
    }
}
