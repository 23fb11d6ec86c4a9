import Determinism

/// The probability that each of three experts (the baseline, the slow copy, the fast one) is the one to believe: Bayes'
/// rule, after which every expert gets back a small share, so that one that failed long ago can return.
///
/// Source: M. Herbster and M. Warmuth, *Tracking the best expert*, Machine Learning 32, 1998.
struct FixedShare: Sendable, Equatable {
    /// What is dealt out anew after every example.
    @inline(__always) static var dealt: Double { 5e-4 }

    private(set) var baseline = 1.0 / 3
    private(set) var twins = SIMD2(1.0 / 3, 1.0 / 3)

    /// The average of the experts' answers, weighted by their probabilities.
    @inline(__always)
    func average(_ first: Double, _ others: SIMD2<Double>) -> Double {
        baseline * first + twins[0] * others[0] + twins[1] * others[1]
    }

    /// The average over the twins alone.
    @inline(__always)
    func averageOfTwins(_ values: SIMD2<Double>) -> Double {
        (twins[0] * values[0] + twins[1] * values[1]) / (twins[0] + twins[1])
    }

    /// The probabilities after an example to which the experts had given these likelihoods, up to a common factor; nil
    /// where they are not finite.
    /// - Parameter dealt: what is dealt out anew: ``dealt``, or as much as an example of another weight deals out.
    @inline(__always)
    func updated(_ first: Double, _ others: SIMD2<Double>, dealt: Double = Self.dealt) -> FixedShare? {
        let (a, b) = (baseline * first, twins * others)
        let sum = a + b[0] + b[1]
        guard sum > 0, sum < .infinity else { return nil }
        let third = dealt / 3
        var next = self
        next.baseline = (1 - dealt) * a / sum + third
        next.twins = (1 - dealt) * b / sum + third
        return next
    }

    /// The same after an example of a weight: as many examples as it counts for, dealt out at once.
    @inline(__always)
    func updated(_ first: Double, _ others: SIMD2<Double>, weight: Double) -> FixedShare? {
        if weight == 1 { return updated(first, others) }
        func raised(_ likelihood: Double) -> Double { Elementary.exp(weight * Elementary.log(likelihood)) }
        // The largest is 1, so that no weight makes all of them vanish.
        let largest = max(first, max(others[0], others[1]))
        return updated(
            raised(first / largest), SIMD2(raised(others[0] / largest), raised(others[1] / largest)),
            dealt: 1 - Elementary.exp(weight * Elementary.log1p(-Self.dealt)))
    }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(baseline)
        encoder.double(twins[0])
        encoder.double(twins[1])
    }

    init() {}

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        baseline = try decoder.double()
        twins = SIMD2(try decoder.double(), try decoder.double())
    }
}
