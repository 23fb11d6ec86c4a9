import Determinism

/// How far the mean of a bounded quantity, observed `weight` times, lies from the true one at most: with probability
/// 1 − δ no more than ε = √(R² ln(1/δ) / 2n).
///
/// For a range of 1, δ = 10⁻⁷ and a weight of 200 it is 0.20073464090684874.
///
/// Source: W. Hoeffding, *Probability inequalities for sums of bounded random variables*, JASA 58(301), 1963; P.
/// Domingos and G. Hulten, *Mining high-speed data streams*, KDD 2000, equation 1.
enum HoeffdingBound {
    static func epsilon(range: Double, delta: Double, weight: Double) -> Double {
        (range * range * Elementary.log(1 / delta) / (2 * weight)).squareRoot()
    }
}
