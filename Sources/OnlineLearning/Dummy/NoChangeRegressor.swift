import Determinism

/// Always answers the true value that was learned last; 0 before there is one. On a series that wanders this is hard to
/// beat.
///
/// It has no parameters. Time and memory: O(1). It works on no feature.
///
/// After 1, 2 and 6 it answers 6.
///
/// Source: R. J. Hyndman and G. Athanasopoulos, *Forecasting: Principles and Practice*, 3rd ed., 2021, section 5.2, the
/// naive method. River has no class of this name: it is `dummy.StatisticRegressor(stats.Shift(0, fill_value=0))`.
public struct NoChangeRegressor: Learner {
    public static let declaration = ComponentDeclaration("no_change_regressor", .regressor)
    public static let tasks = [Task.regression]

    private var last = 0.0

    public init(_ arguments: Arguments, inputs: LearnerInputs) {}

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        answer.append(last)
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .value(let y) = target else { preconditionFailure("a regressor learns values") }
        if weight > 0 { last = y }
        return true
    }

    public var byteCount: Int { 8 }

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(last)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        last = try decoder.double()
    }
}

extension NoChangeRegressor: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        asked.explanationWithoutFeatures(self, x)
    }
}
