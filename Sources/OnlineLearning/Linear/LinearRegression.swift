import Determinism

/// Predicts a number as a weighted sum of the features plus an intercept. It learns by moving each weight against the
/// gradient of a loss, one example at a time.
///
/// - `optimizer`: `ladder` (default; nothing to tune), `twin_ada_grad`, `normalized_adaptive_invariant` (Vowpal
///   Wabbit's), or one of River's, such as `sgd`, which makes it River's model (``Optimizer``).
/// - `loss`: `squared` (default) or another ``RegressionLoss``; the first three optimizers do not know all of them.
/// - `l2`, `l1`: penalties, from 0 (default 0), not both; `intercept_init`: any number (default 0); `intercept_lr`: the
///   intercept's step size, a number from 0 (default 0.01) or a ``Schedule``; `clip_gradient`: bound of the loss's
///   gradient, from 0 (default 1e12). All five need an optimizer of River's.
///
/// Time: O(features present) per example; with a penalty or an optimizer that remembers gradients, and encoders that
/// keep zeros, O(columns). Memory: 8 bytes a column, 32 with `ladder`, 24 with
/// `twin_ada_grad`; other optimizers state theirs.
///
/// With `sgd` (`lr` 0.01), after learning x = 1, y = 2, the answer to x = 1 is 0.08: the weight and the intercept each
/// moved 0.01 · 2 · 2.
///
/// Source: ``RateLadder``; B. Widrow and M. E. Hoff, *Adaptive switching circuits*, IRE WESCON 4, 1960; River's
/// `linear_model.LinearRegression`.
public struct LinearRegression: Learner, DenseLearner {
    public static let declaration = LinearParameters.declaration(
        "linear_regression", .regressor, revision: 2,
        [
            LinearParameters.optimizer,
            ParameterDeclaration(
                "loss", .component(.regressionLoss), default: .component(Component(name: "squared", arguments: [])),
                "what is to be small"),
        ] + LinearParameters.descent)
    public static let tasks = [Task.regression]

    private let loss: RegressionLoss
    /// Which of the four below is at work; the others stay empty.
    private let optimizer: Optimizer
    private var descent = LinearDescent()
    private var ladder: RateLadder.Regression
    private var twins: TwinAdaGrad.Regression
    private var invariant: NormalizedAdaptiveInvariant?

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        let (component, lossComponent) = (arguments.required("optimizer"), arguments.required("loss"))
        loss = RegressionLoss(lossComponent)
        optimizer = Optimizer(component)
        ladder = RateLadder.Regression(loss)
        twins = TwinAdaGrad.Regression(loss)
        switch optimizer {
        case .ladder, .twinAdaGrad: break
        case .normalizedAdaptiveInvariant: invariant = NormalizedAdaptiveInvariant(component, lossComponent)
        case .descent: descent = LinearDescent(component, DescentSettings(arguments))
        }
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        switch optimizer {
        case .ladder: answer.append(ladder.predict(x))
        case .twinAdaGrad: answer.append(twins.predict(x))
        case .normalizedAdaptiveInvariant: answer.append(invariant?.predict(x) ?? 0)
        case .descent: answer.append(loss.mean(descent.dot(x)))
        }
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        learn(x, target, weight: weight, asked: .now, journal: &journal)
    }

    public var voiceCount: Int { optimizer == .ladder ? 4 : 0 }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double], voices: inout [Double]) {
        guard optimizer == .ladder else { return predict(x, into: &answer) }
        answer.append(ladder.predict(x, voices: &voices))
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, asked: Asked, journal: inout Journal
    ) -> Bool {
        guard case .value(let y) = target else { preconditionFailure("a regression learns numbers") }
        guard weight > 0 else { return true }
        switch optimizer {
        case .ladder: return ladder.learn(x, y, weight: weight, asked: asked, journal: &journal)
        case .twinAdaGrad: return twins.learn(x, y, weight: weight, journal: &journal)
        case .normalizedAdaptiveInvariant: return invariant?.learn(x, y, weight: weight, journal: &journal) ?? false
        case .descent:
            let loss = loss
            return descent.step(x, journal: &journal) { weight * loss.gradient(y, $0) }
        }
    }

    var isDense: Bool { optimizer == .descent && descent.isDense }

    @inline(__always)
    func predict(dense x: some DenseNumbers, into answer: inout [Double]) {
        answer.append(loss.mean(descent.dot(x)))
    }

    @inline(__always)
    mutating func learn(
        dense x: some DenseNumbers, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .value(let y) = target else { preconditionFailure("a regression learns numbers") }
        guard weight > 0 else { return true }
        let loss = loss
        return descent.step(x, journal: &journal) { weight * loss.gradient(y, $0) }
    }

    public var byteCount: Int {
        switch optimizer {
        case .ladder: ladder.byteCount
        case .twinAdaGrad: twins.byteCount
        case .normalizedAdaptiveInvariant: invariant?.byteCount ?? 0
        case .descent: descent.byteCount
        }
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        switch optimizer {
        case .ladder: ladder.encode(to: &encoder)
        case .twinAdaGrad: twins.encode(to: &encoder)
        case .normalizedAdaptiveInvariant: invariant?.encode(to: &encoder)
        case .descent: descent.encode(to: &encoder)
        }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        switch optimizer {
        case .ladder: try ladder.restore(from: &decoder)
        case .twinAdaGrad: try twins.restore(from: &decoder)
        case .normalizedAdaptiveInvariant: try invariant?.restore(from: &decoder)
        case .descent: try descent.restore(from: &decoder)
        }
    }
}

extension LinearRegression: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        switch optimizer {
        case .ladder: return try ladder.explain(x)
        case .twinAdaGrad: return try twins.explain(x)
        case .normalizedAdaptiveInvariant:
            guard let invariant else { throw Unexplained("there is no model yet") }
            return try invariant.terms(x).contributions(invariant.held)
        case .descent: return try descent.terms(x).contributions(loss.mean)
        }
    }
}
