import Determinism

/// The logarithmic loss of a log-odds *p* against a class, as River computes it (`optim.losses.Log`): beyond ±18 by its
/// asymptotes.
enum LogLossFunction {
    /// - Parameter weight: how much an example of this class counts.
    @inline(__always)
    static func gradient(isPositive: Bool, _ p: Double, weight: Double = 1) -> Double {
        let y: Double = isPositive ? 1 : -1
        let z = p * y
        if z > 18 { return weight * Elementary.exp(-z) * -y }
        if z < -18 { return weight * -y }
        return weight * -y / (Elementary.exp(z) + 1)
    }

    /// The probability of the positive class: River's `utils.math.sigmoid`, which is 0 and 1 beyond ±30.
    @inline(__always)
    static func mean(_ p: Double) -> Double {
        if p < -30 { return 0 }
        if p > 30 { return 1 }
        return 1 / (1 + Elementary.exp(-p))
    }
}
