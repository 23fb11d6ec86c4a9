import Determinism

/// Predicts a probability for each class: the softmax of one weighted sum of the features per class. It learns by
/// moving each class's weights against the gradient of the cross-entropy, one example at a time.
///
/// - `optimizer`: `twin_ada_grad` (default; nothing to tune) or `sgd`, which makes it River's model and has no
///   intercept.
/// - `l2`: a penalty, from 0 (default 0); it needs `sgd`.
///
/// A class is known once it was learned; before that the answer has no probability for it. Time: O(classes · features
/// present) per example. Memory: 8 bytes a class and column, 24 with `twin_ada_grad`.
///
/// With `sgd` (`lr` 0.01), after learning that x = 1 is of one class and then that it is of another, the answers to x =
/// 1 are 0.497500020833125 and 0.5024999791668749: the second example took back the first class's 0.01.
///
/// Source: ``TwinAdaGrad``; River's `linear_model.SoftmaxRegression`.
public struct SoftmaxRegression: Learner {
    public static let declaration = LinearParameters.declaration(
        "softmax_regression", .classifier, [LinearParameters.optimizer, LinearParameters.l2])
    public static let tasks = [Task.multiclass]

    /// Which of the two below is at work; the other stays empty.
    private let optimizer: Optimizer
    private var descent: SoftmaxDescent
    private var twins = TwinAdaGrad.Multiclass()

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        optimizer = arguments.optimizer
        descent = SoftmaxDescent(rate: optimizer.rate, l2: arguments.number("l2"))
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        switch optimizer {
        case .twinAdaGrad: twins.predict(x, into: &answer)
        case .sgd: descent.predict(x, into: &answer)
        }
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        switch optimizer {
        case .twinAdaGrad: return twins.learn(x, slot, journal: &journal)
        case .sgd: return descent.learn(x, slot, weight: weight, journal: &journal)
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
