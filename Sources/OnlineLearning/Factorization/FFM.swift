import Determinism

/// Field-aware factorization machines: as ``PairwiseFactorization``, with a latent vector of a feature's for each field
/// that the other feature may come from. A field is a feature of the contract; encoders' columns together are one.
///
/// Time: O(features present² · `n_factors`) per example. Memory: 8 (1 + `n_factors` · fields) bytes a feature or
/// category seen.
///
/// With `n_factors` 1 and one feature it answers as ``PairwiseFactorization`` does.
///
/// Source: Y. Juan et al., *Field-aware factorization machines for CTR prediction*, RecSys 2016, equation 4; River's
/// `facto.FFMClassifier` and `facto.FFMRegressor`, where a field is what comes before a feature's first underscore, so
/// that numbers may share one by their names.
enum FieldAwareFactorization: FactorizationKind {
    static let prefix = "ffm"
    static let parameters: [ParameterDeclaration] = []
    static var l2Multiple: Double { 2 }
    static var penalizesAll: Bool { false }

    static func interaction(_ arguments: Arguments, fieldCount: Int) -> FieldAware {
        FieldAware(factorCount: arguments.integer("n_factors"), fieldCount: fieldCount)
    }
}

/// ``FieldAwareFactorization`` for two classes: the answer is the logistic function of the sum.
public struct FFMClassifier: Learner {
    public static let declaration = FactorizationParameters.classifier(FieldAwareFactorization.self)
    public static let tasks = [Task.binary]
    public static var takesCategories: Bool { true }

    private let loss: BinaryLoss
    private var machine: FactorizationMachine<FieldAwareFactorization>

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

/// ``FieldAwareFactorization`` for numbers.
public struct FFMRegressor: Learner {
    public static let declaration = FactorizationParameters.regressor(FieldAwareFactorization.self)
    public static let tasks = [Task.regression]
    public static var takesCategories: Bool { true }

    private let loss: RegressionLoss
    private var machine: FactorizationMachine<FieldAwareFactorization>
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
