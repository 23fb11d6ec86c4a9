import Determinism

/// Predicts a number as a weighted sum of the features plus an intercept. It learns by moving each weight against the
/// gradient of a loss, one example at a time.
///
/// - `optimizer`: `twin_ada_grad` (default; nothing to tune) or `sgd`, which makes it River's model.
/// - `loss`: `squared` (default), `absolute` or `huber`, whose `epsilon` is in the unit of the true values.
/// - `l2`, `l1`: penalties, from 0 (default 0), not both; `intercept_init`: any number (default 0); `intercept_lr`: the
///   intercept's step size, from 0 (default 0.01); `clip_gradient`: bound of the loss's gradient, from 0 (default
///   1e12). All five need `sgd`.
///
/// Time: O(features present) per example; with a penalty and encoders that keep zeros, O(columns). Memory: 8 bytes a
/// column, 16 with `l1`, 24 with `twin_ada_grad`.
///
/// With `sgd` (`lr` 0.01), after learning x = 1, y = 2, the answer to x = 1 is 0.08: the weight and the intercept each
/// moved 0.01 · 2 · 2.
///
/// Source: ``TwinAdaGrad``; B. Widrow and M. E. Hoff, *Adaptive switching circuits*, IRE WESCON 4, 1960; River's
/// `linear_model.LinearRegression`.
public struct LinearRegression: Learner {
    public static let declaration = LinearParameters.declaration(
        "linear_regression", .regressor,
        [
            LinearParameters.optimizer,
            ParameterDeclaration(
                "loss", .component(.regressionLoss), default: .component(Component(name: "squared", arguments: [])),
                "what is to be small"),
        ] + LinearParameters.descent)
    public static let tasks = [Task.regression]

    private let loss: RegressionLoss
    /// Which of the two below is at work; the other stays empty.
    private let optimizer: Optimizer
    private var descent: LinearPredictor
    private var twins: TwinAdaGrad.Regression

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        guard let component = arguments.component("loss") else { preconditionFailure("linear_regression has no loss") }
        loss = RegressionLoss(component)
        optimizer = arguments.optimizer
        descent = LinearPredictor(arguments, rate: optimizer.rate)
        twins = TwinAdaGrad.Regression(loss)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        switch optimizer {
        case .twinAdaGrad: answer.append(twins.predict(x))
        case .sgd: answer.append(descent.dot(x))
        }
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .value(let y) = target else { preconditionFailure("a regression learns numbers") }
        switch optimizer {
        case .twinAdaGrad: return twins.learn(x, y, journal: &journal)
        case .sgd: return descent.step(x, lossGradient: weight * loss.gradient(y, descent.dot(x)))
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
