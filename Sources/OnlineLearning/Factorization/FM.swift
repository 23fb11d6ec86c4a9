import Determinism

/// Factorization machines: each pair of features interacts by the scalar product of their latent vectors.
///
/// - `n_factors`: entries of a latent vector, 1 to 1024 (default 10).
/// - `weight_optimizer`, `latent_optimizer`: `sgd` (default, `lr` 0.01), with or without a ``Schedule``.
/// - `loss`: `log` (default) or another ``BinaryLoss``, of a regressor `squared` (default) or another
///   ``RegressionLoss``.
/// - `sample_normalization`: divide an example by its length (default false).
/// - `l1_weight`, `l2_weight`, `l1_latent`, `l2_latent`: penalties, from 0 (default 0).
/// - `intercept`: before learning (default 0); `intercept_lr`: its step size, a number from 0 (default 0.01) or a
///   ``Schedule``; `clip_gradient`: bound of the loss's gradient, from 0 (default 1e12); `seed`: of the latent vectors'
///   start, from 0 (default 1).
///
/// Three more are not River's; with the first two false and the third at its limit they are as if they were not there.
///
/// - `limit_steps`: never step beyond an example's own value (default true).
/// - `scale_target`, of a regressor whose loss is `squared`, `absolute` or `quantile`: learn in standard deviations
///   from the mean of the true values so far (``TargetScale``; default true), as step sizes and the latent vectors'
///   start are made for numbers near 1.
/// - `max_categories`: of a feature, with vectors of their own, 1 to 10,000 (default 10,000); all others share one.
///
/// Numbers are best scaled; categories are taken as they are. Time: O(features present · `n_factors`) per example.
/// Memory: 8 (1 + `n_factors`) bytes a feature or category seen, of which there are at most `max_categories` + 1 a
/// feature.
///
/// With `n_factors` 1, before anything is learned the classifier answers 0.5; after learning that x = 1 is positive, it
/// answers 0.5024999791668749 to x = 1, as logistic regression does: one feature has nothing to interact with.
///
/// Source: S. Rendle, *Factorization machines*, ICDM 2010, equations 1 and 4; River's `facto.FMClassifier` and
/// `facto.FMRegressor`. River divides an example by its length when it learns but not when it predicts; here both.
enum PairwiseFactorization: FactorizationKind {
    static let prefix = "fm"
    static let parameters: [ParameterDeclaration] = []
    static var l2Multiple: Double { 1 }
    static var penalizesAll: Bool { true }

    static func interaction(_ arguments: Arguments, fieldCount: Int) -> ElementarySymmetric {
        ElementarySymmetric(factorCount: arguments.integer("n_factors"), degree: 2)
    }
}

/// ``PairwiseFactorization`` for two classes: the answer is the logistic function of the sum.
public struct FMClassifier: Learner {
    public static let declaration = FactorizationParameters.classifier(PairwiseFactorization.self)
    public static let tasks = [Task.binary]
    public static var takesCategories: Bool { true }

    private let loss: BinaryLoss
    private var machine: FactorizationMachine<PairwiseFactorization>

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        loss = BinaryLoss(arguments.required("loss"))
        machine = FactorizationMachine(arguments, inputs: inputs)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        answer.append(LogLossFunction.mean(machine.predict(x)))
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        let loss = loss
        return machine.learn(x, weight: weight, journal: &journal) { loss.gradient(isPositive: slot == 1, $0) }
    }

    public var byteCount: Int { machine.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) { machine.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try machine.restore(from: &decoder)
    }
}

/// ``PairwiseFactorization`` for numbers.
public struct FMRegressor: Learner {
    public static let declaration = FactorizationParameters.regressor(PairwiseFactorization.self)
    public static let tasks = [Task.regression]
    public static var takesCategories: Bool { true }

    private let loss: RegressionLoss
    private var machine: FactorizationMachine<PairwiseFactorization>
    private var scale: TargetScale

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        loss = RegressionLoss(arguments.required("loss"))
        machine = FactorizationMachine(arguments, inputs: inputs)
        scale = TargetScale(arguments, loss)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        answer.append(scale.restored(loss.mean(machine.predict(x))))
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .value(let y) = target else { preconditionFailure("a regression learns numbers") }
        guard weight > 0 else { return true }
        let loss = loss
        var scale = scale
        let z = scale.scaled(y, weight: weight)
        guard machine.learn(x, weight: weight, journal: &journal, { loss.gradient(z, $0) }) else { return false }
        self.scale = scale
        return true
    }

    public var byteCount: Int { machine.byteCount + MemoryLayout<TargetScale>.size }

    public func encode(to encoder: inout CanonicalEncoder) {
        machine.encode(to: &encoder)
        scale.encode(to: &encoder)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try machine.restore(from: &decoder)
        try scale.restore(from: &decoder)
    }
}
