import Determinism

/// How far true values usually are from the answers, and a bound on those that are much farther: the mean distance, in
/// which an example counts 1 % less with each that follows, of distances that were bounded themselves.
///
/// It bounds nothing before the 100th example. A single value of 1e9 is believed as far as the limit; but each bounded
/// distance widens the bound, with a limit of 100 to its double, so that a scale that has changed for good is followed
/// within tens of examples.
///
/// Time: O(1) per example. Memory: 24 bytes. Source: the bounded residual is that of P. J. Huber, *Robust estimation of
/// a location parameter*, Ann. Math. Statist. 35(1), 1964, section 8, with a running scale.
struct TypicalError: Sendable {
    static let parameter = ParameterDeclaration(
        "outlier_limit", .optional(.number(2...1e300)), default: .number(100),
        "how many times as far off as usual a true value may be")

    /// Examples before it bounds, and the share of the newest in the mean thereafter.
    private static var start: Double { 100 }

    private let limit: Double
    private var count = 0.0
    private var mean = 0.0

    /// - Parameter limit: nil where nothing is bounded; then it has no state.
    init(limit: Double?) { self.limit = limit ?? .infinity }

    /// Whether it needs the answer.
    var isLimiting: Bool { limit < .infinity }

    /// A true value, or as much of it as is believed.
    mutating func limited(_ y: Double, answer: Double) -> Double {
        guard isLimiting, answer.isFinite else { return y }
        let bound = count < Self.start || mean == 0 ? .infinity : limit * mean
        let distance = min((y - answer).magnitude, bound)
        guard distance.isFinite else { return y }
        count = min(count + 1, Self.start)
        mean += (distance - mean) / count
        // Not by way of the answer where nothing was cut, as that would round.
        return distance < bound ? y : y > answer ? answer + distance : answer - distance
    }

    func encode(to encoder: inout CanonicalEncoder) {
        guard isLimiting else { return }
        encoder.double(count)
        encoder.double(mean)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        guard isLimiting else { return }
        (count, mean) = (try decoder.double(), try decoder.double())
        guard count >= 0, count <= Self.start, mean >= 0, mean < .infinity else {
            throw decoder.damage("a distance that is none")
        }
    }
}
