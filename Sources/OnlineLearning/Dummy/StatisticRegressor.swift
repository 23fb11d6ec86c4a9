import Determinism

/// Always answers the mean of the true values learned so far; 0 before there are any.
///
/// Source: River's `dummy.StatisticRegressor(stats.Mean())`.
public struct StatisticRegressor: Sendable, Equatable {
    private var mean = Mean()

    public init() {}

    public var answer: Double { mean.value }

    public mutating func learn(_ y: Double) {
        mean.update(y)
    }
}

extension StatisticRegressor: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        mean.encode(to: &encoder)
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        mean = try Mean(from: &decoder)
    }
}
