import Determinism

/// Predicts a probability for each class: the softmax of one weighted sum of the features per class. It learns by
/// moving each class's weights against the gradient of the cross-entropy, one example at a time.
///
/// - `optimizer`: `ladder` (default; nothing to tune), `twin_ada_grad` or one of River's, such as `sgd`, which makes it
///   River's model and has no intercept (``Optimizer``).
/// - `l2`: a penalty, from 0 (default 0); it needs an optimizer of River's.
///
/// A class is known once it was learned; before that the answer has no probability for it. Time: O(classes · features
/// present) per example. Memory: 8 bytes a class and column, 32 with `ladder`, 24 with
/// `twin_ada_grad`; other optimizers state theirs.
///
/// With `sgd` (`lr` 0.01), after learning that x = 1 is of one class and then that it is of another, the answers to x =
/// 1 are 0.497500020833125 and 0.5024999791668749: the second example took back the first class's 0.01.
///
/// Source: ``RateLadder``; River's `linear_model.SoftmaxRegression`.
public struct SoftmaxRegression: Learner {
    public static let declaration = LinearParameters.declaration(
        "softmax_regression", .classifier, revision: 2, [LinearParameters.optimizer, LinearParameters.l2])
    public static let tasks = [Task.multiclass]

    private enum Rule {
        case ladder, twins, plain, other
    }

    /// Which of the four below is at work; the others stay empty.
    private let rule: Rule
    private var ladder = RateLadder.Multiclass()
    private var twins = TwinAdaGrad.Multiclass()
    private var plain: SoftmaxDescent<LinearPredictor>
    private var other: SoftmaxDescent<OptimizedPredictor>

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        let (optimizer, l2) = (arguments.required("optimizer"), arguments.number("l2"))
        let isPlain = Optimizer.constantRate(optimizer) != nil
        switch Optimizer(optimizer) {
        case .ladder: rule = .ladder
        case .twinAdaGrad: rule = .twins
        case .normalizedAdaptiveInvariant, .descent: rule = isPlain ? .plain : .other
        }
        plain = SoftmaxDescent(optimizer, l2: l2)
        other = SoftmaxDescent(optimizer, l2: l2)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        switch rule {
        case .ladder: ladder.predict(x, into: &answer)
        case .twins: twins.predict(x, into: &answer)
        case .plain: plain.predict(x, into: &answer)
        case .other: other.predict(x, into: &answer)
        }
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        learn(x, target, weight: weight, asked: .now, journal: &journal)
    }

    public var voiceCount: Int { rule == .ladder ? 4 : 0 }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double], voices: inout [Double]) {
        guard rule == .ladder else { return predict(x, into: &answer) }
        ladder.predict(x, into: &answer, voices: &voices)
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, asked: Asked, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        switch rule {
        case .ladder: return ladder.learn(x, slot, weight: weight, asked: asked, journal: &journal)
        case .twins: return twins.learn(x, slot, weight: weight, journal: &journal)
        case .plain: return plain.learn(x, slot, weight: weight, journal: &journal)
        case .other: return other.learn(x, slot, weight: weight, journal: &journal)
        }
    }

    public var byteCount: Int { ladder.byteCount + twins.byteCount + plain.byteCount + other.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) {
        switch rule {
        case .ladder: ladder.encode(to: &encoder)
        case .twins: twins.encode(to: &encoder)
        case .plain: plain.encode(to: &encoder)
        case .other: other.encode(to: &encoder)
        }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        switch rule {
        case .ladder: try ladder.restore(from: &decoder)
        case .twins: try twins.restore(from: &decoder)
        case .plain: try plain.restore(from: &decoder)
        case .other: try other.restore(from: &decoder)
        }
    }
}

extension SoftmaxRegression: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        switch rule {
        case .ladder: try ladder.explain(x, asked)
        case .twins: try twins.explain(x, asked)
        case .plain: try plain.explain(x, asked)
        case .other: try other.explain(x, asked)
        }
    }
}
