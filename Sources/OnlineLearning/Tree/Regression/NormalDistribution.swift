import Determinism

/// The standard normal distribution.
package enum NormalDistribution {
    /// The probability of more than `x` ≥ 0, to some 10⁻¹⁴ relative; 0 beyond 38.
    ///
    /// Up to 3 by the series of G. Marsaglia, *Evaluating the normal distribution*, JSS 11(4), 2004; beyond by
    /// Laplace's continued fraction for Mills' ratio, from its 60th term.
    package static func upperTail(_ x: Double) -> Double {
        guard x < 38 else { return 0 }
        let density = Elementary.exp(-0.5 * x * x) * 0.3989422804014327
        guard x < 3 else {
            var fraction = x
            for term in stride(from: 60.0, to: 0, by: -1) { fraction = x + term / fraction }
            return density / fraction
        }
        var (sum, term, odd) = (x, x, 3.0)
        while term > sum * 1e-17 {
            term *= x * x / odd
            sum += term
            odd += 2
        }
        return 0.5 - sum * density
    }
}
