import Determinism

/// Predicts which of two classes: a ``PairwiseFactorization`` with nothing to tune, in which each weight and each
/// latent number has a step size of its own. It learns which users like which items, and products of numbers, within
/// few examples of each.
///
/// - `n_factors`: entries of a latent vector, from 1 to 256 (default 4).
/// - `seed`: of the latent vectors' start, from 0 (default 1).
///
/// Numbers are best scaled, categories one-hot. Time: O(features present · `n_factors`) per example. Memory: 16
/// (1 + `n_factors`) bytes a column.
///
/// After learning that x = 1 is positive it answers 0.6220388876592867 to x = 1.
///
/// Source: S. Rendle, *Factorization machines*, ICDM 2010, equation 1; J. Duchi, E. Hazan and Y. Singer, *Adaptive
/// subgradient methods for online learning and stochastic optimization*, JMLR 12, 2011, figure 1; of the shortened
/// steps N. Karampatziakis and J. Langford, *Online importance weight aware updates*, UAI 2011. Not in River.
public struct AdaptiveFMClassifier: Learner {
    public static let declaration = ComponentDeclaration(
        "adaptive_fm_classifier", .classifier, parameters: AdaptiveFactorization.parameters)
    public static let tasks = [Task.binary]

    private var machine: AdaptiveFactorization

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        machine = AdaptiveFactorization(arguments)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        answer.append(Self.probability(machine.predict(x)))
    }

    /// Never so near to 0 or 1 that a mistake would cost more than 30 nats.
    private static func probability(_ logOdds: Double) -> Double {
        1 / (1 + Elementary.exp(-max(-30, min(30, logOdds))))
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        return machine.learn(x, weight: weight, journal: &journal) { logOdds in
            // The largest curvature there is, so that a sure mistake does not go all the way.
            (Self.probability(logOdds) - (slot == 1 ? 1 : 0), 0.25)
        }
    }

    public var byteCount: Int { machine.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) { machine.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try machine.restore(from: &decoder)
    }
}

/// ``AdaptiveFMClassifier`` for numbers, which it learns in standard deviations from their mean (``TargetScale``): an
/// error counts for at most five of them, and no answer is farther than ten from the mean.
///
/// - `n_factors`, `seed`: as of the classifier.
///
/// Time and memory: as the classifier.
///
/// After learning 1 at x = −1 and 3 at x = 1 it answers 2.628624958244275 to x = 1.
///
/// Source: as of the classifier.
public struct AdaptiveFMRegressor: Learner {
    public static let declaration = ComponentDeclaration(
        "adaptive_fm_regressor", .regressor, revision: 2, parameters: AdaptiveFactorization.parameters)
    public static let tasks = [Task.regression]

    private var machine: AdaptiveFactorization
    private var scale = TargetScale()

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        machine = AdaptiveFactorization(arguments)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        answer.append(scale.restored(Self.held(machine.predict(x), within: 10)))
    }

    private static func held(_ value: Double, within bound: Double) -> Double { max(-bound, min(bound, value)) }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .value(let y) = target else { preconditionFailure("a regressor learns values") }
        guard weight > 0 else { return true }
        var scale = scale
        let z = scale.scaled(y, weight: weight)
        let isLearned = machine.learn(x, weight: weight, journal: &journal) { answer in
            (Self.held(Self.held(answer, within: 10) - z, within: 5), 1)
        }
        guard isLearned else { return false }
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
