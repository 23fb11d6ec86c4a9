import Determinism

/// Higher-order factorization machines: as ``PairwiseFactorization``, with every combination of up to `degree`
/// features, which interact by latent vectors of their own for each number of features.
///
/// - `degree`: the most features that interact, 2 to 8 (default 3); the others as ``PairwiseFactorization``'s.
///
/// Time: O(features present · `n_factors` · `degree`²) per example; River's takes every combination. Memory: 8 (1 +
/// `n_factors` (`degree` − 1)) bytes a feature or category seen.
///
/// With `n_factors` 1 and one feature it answers as ``PairwiseFactorization`` does.
///
/// Source: M. Blondel et al., *Higher-order factorization machines*, NIPS 2016, section 3; River's
/// `facto.HOFMClassifier` and `facto.HOFMRegressor`.
enum HigherOrderFactorization: FactorizationKind {
    static let prefix = "hofm"
    static let parameters = [
        ParameterDeclaration("degree", .integer(2...8), default: .integer(3), "the most features that interact")
    ]
    static var l2Multiple: Double { 2 }
    static var penalizesAll: Bool { true }

    static func interaction(_ arguments: Arguments, fieldCount: Int) -> ElementarySymmetric {
        ElementarySymmetric(factorCount: arguments.integer("n_factors"), degree: arguments.integer("degree"))
    }
}

/// ``HigherOrderFactorization`` for two classes: the answer is the logistic function of the sum.
public struct HOFMClassifier: Learner {
    public static let declaration = FactorizationParameters.classifier(HigherOrderFactorization.self)
    public static let tasks = [Task.binary]
    public static var takesCategories: Bool { true }

    private let loss: BinaryLoss
    private var machine: FactorizationMachine<HigherOrderFactorization>

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

/// ``HigherOrderFactorization`` for numbers.
public struct HOFMRegressor: Learner {
    public static let declaration = FactorizationParameters.regressor(HigherOrderFactorization.self)
    public static let tasks = [Task.regression]
    public static var takesCategories: Bool { true }

    private let loss: RegressionLoss
    private var machine: FactorizationMachine<HigherOrderFactorization>
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
