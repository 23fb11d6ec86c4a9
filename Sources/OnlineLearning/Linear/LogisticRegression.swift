import Determinism

/// Predicts the probability of the positive class: the logistic function of a weighted sum of the features plus an
/// intercept. It learns by moving each weight against the gradient of a loss, one example at a time.
///
/// - `optimizer`: `ladder` (default; nothing to tune), `twin_ada_grad`, `normalized_adaptive_invariant` (Vowpal
///   Wabbit's), or one of River's, such as `sgd`, which makes it River's model (``Optimizer``).
/// - `loss`: `log` (default) or another ``BinaryLoss``; the first three optimizers do not know all of them. The answer
///   is the logistic function whatever the loss, as in River; only with `log` is it meant as a probability.
/// - `l2`, `l1`: penalties, from 0 (default 0), not both; `intercept_init`: any log-odds (default 0); `intercept_lr`:
///   the intercept's step size, a number from 0 (default 0.01) or a ``Schedule``; `clip_gradient`: bound of the loss's
///   gradient, from 0 (default 1e12). All five need an optimizer of River's.
///
/// Time: O(features present) per example; with a penalty or an optimizer that remembers gradients, and encoders that
/// keep zeros, O(columns). Memory: 8 bytes a column, 32 with `ladder`, 24 with
/// `twin_ada_grad`; other optimizers state theirs.
///
/// With `sgd` (`lr` 0.01), after learning that x = 1 is positive, the answer to x = 1 is 0.5024999791668749: the weight
/// and the intercept each moved 0.01 · ½.
///
/// Source: ``RateLadder``; D. R. Cox, *The regression analysis of binary sequences*, J. Royal Stat. Soc. B 20(2),
/// 1958; River's `linear_model.LogisticRegression`.
public struct LogisticRegression: Learner, DenseLearner {
    public static let declaration = LinearParameters.declaration(
        "logistic_regression", .classifier, revision: 2,
        [
            LinearParameters.optimizer,
            ParameterDeclaration(
                "loss", .component(.binaryLoss), default: .component(BinaryLoss.standard), "what is to be small"),
        ] + LinearParameters.descent)
    public static let tasks = [Task.binary]

    private let loss: BinaryLoss
    /// Which of the four below is at work; the others stay empty.
    private let optimizer: Optimizer
    private var descent = LinearDescent()
    private var ladder = RateLadder.Binary()
    private var twins = TwinAdaGrad.Binary()
    private var invariant: NormalizedAdaptiveInvariant?

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        let (component, lossComponent) = (arguments.required("optimizer"), arguments.required("loss"))
        loss = BinaryLoss(lossComponent)
        optimizer = Optimizer(component)
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
        case .normalizedAdaptiveInvariant: answer.append(LogLossFunction.mean(invariant?.predict(x) ?? 0))
        case .descent: answer.append(LogLossFunction.mean(descent.dot(x)))
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
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        switch optimizer {
        case .ladder:
            return ladder.learn(x, isPositive: slot == 1, weight: weight, asked: asked, journal: &journal)
        case .twinAdaGrad:
            return twins.learn(x, isPositive: slot == 1, weight: weight, journal: &journal)
        case .normalizedAdaptiveInvariant:
            return invariant?.learn(x, slot == 1 ? 1 : -1, weight: weight, journal: &journal) ?? false
        case .descent:
            let loss = loss
            return descent.step(x, journal: &journal) { weight * loss.gradient(isPositive: slot == 1, $0) }
        }
    }

    var isDense: Bool { optimizer == .descent && descent.isDense }

    @inline(__always)
    func predict(dense x: some DenseNumbers, into answer: inout [Double]) {
        answer.append(LogLossFunction.mean(descent.dot(x)))
    }

    @inline(__always)
    mutating func learn(
        dense x: some DenseNumbers, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        let loss = loss
        return descent.step(x, journal: &journal) { weight * loss.gradient(isPositive: slot == 1, $0) }
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

extension LogisticRegression: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        var linear = LinearTerms()
        var held: (Double) -> Double = { $0 }
        switch optimizer {
        case .ladder: return try ladder.explain(x, asked)
        case .twinAdaGrad: return try twins.explain(x, asked)
        case .normalizedAdaptiveInvariant:
            guard let invariant else { throw Unexplained("there is no model yet") }
            (linear, held) = (invariant.terms(x), invariant.held)
        case .descent: linear = descent.terms(x)
        }
        return try SoftmaxMixture.binary(asked, intercept: linear.intercept, held: held, terms: linear.terms)
    }
}
