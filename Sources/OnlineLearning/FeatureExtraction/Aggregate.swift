import Determinism

/// What can be kept of the values of a group, in three doubles: count, mean or sum or extreme, squared deviations.
enum Aggregate: String, Sendable, CaseIterable {
    case count, sum, mean, `var`, min, max
    case bayesMean = "bayes_mean"

    /// Before any value.
    static let empty = (0.0, 0.0, 0.0)

    /// The three doubles with one more value, which counts for as many as it weighs.
    @inline(__always)
    func updated(
        _ state: (Double, Double, Double), _ value: Double, weight: Double
    ) -> (Double, Double, Double) {
        let (count, first, squares) = state
        let newCount = count + weight
        switch self {
        case .count: return (newCount, 0, 0)
        case .sum: return (newCount, first + weight * value, 0)
        case .mean, .bayesMean: return (newCount, first + (weight / newCount) * (value - first), 0)
        case .var:
            let mean = first + (weight / newCount) * (value - first)
            return (newCount, mean, squares + weight * ((value - first) * (value - mean)))
        case .min: return (newCount, count == 0 ? value : Swift.min(first, value), 0)
        case .max: return (newCount, count == 0 ? value : Swift.max(first, value), 0)
        }
    }

    /// The three doubles of two disjoint sets of values.
    ///
    /// Source: T. F. Chan, G. H. Golub, R. J. LeVeque, *Updating formulae and a pairwise algorithm for computing sample
    /// variances*, 1979, equation 2.1.
    @inline(__always)
    func merged(
        _ a: (Double, Double, Double), _ b: (Double, Double, Double)
    ) -> (Double, Double, Double) {
        if a.0 == 0 { return b }
        if b.0 == 0 { return a }
        let count = a.0 + b.0
        switch self {
        case .count: return (count, 0, 0)
        case .sum: return (count, a.1 + b.1, 0)
        case .mean, .bayesMean: return (count, a.1 + (b.1 - a.1) * (b.0 / count), 0)
        case .var:
            let delta = b.1 - a.1
            return (count, a.1 + delta * (b.0 / count), a.2 + b.2 + delta * delta * (a.0 * b.0 / count))
        case .min: return (count, Swift.min(a.1, b.1), 0)
        case .max: return (count, Swift.max(a.1, b.1), 0)
        }
    }

    /// The number that the three doubles stand for; of no values 0, as River's, but for extremes, which are missing.
    @inline(__always)
    func value(_ state: (Double, Double, Double), prior: Double, priorWeight: Double) -> Double {
        switch self {
        case .count: state.0
        case .sum, .mean: state.1
        case .bayesMean: (state.1 * state.0 + prior * priorWeight) / (state.0 + priorWeight)
        case .var: state.0 > 1 ? state.2 / (state.0 - 1) : 0
        case .min, .max: state.0 > 0 ? state.1 : .nan
        }
    }
}
