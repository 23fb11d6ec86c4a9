import Determinism

/// True values in units of their own: what a regressor learns is how many standard deviations a value is from the mean
/// of those learned so far, and its answer is turned back. So it makes no difference to it in which unit they come.
///
/// A value farther from the mean than 100 times the usual distance counts as if it were no farther (``TypicalError``),
/// so that one mistaken value does not become the unit. Time: O(1). Memory: 48 bytes.
///
/// Source: B. P. Welford, *Note on a method for calculating corrected sums of squares and products*, Technometrics
/// 4(3), 1962.
struct TargetScale: Sendable {
    static let parameter = ParameterDeclaration(
        "scale_target", .boolean, default: .boolean(true), "learn in deviations from the mean; not River's")

    private let isOn: Bool
    private var typical = TypicalError(limit: 100)
    private var (count, mean, squares) = (0.0, 0.0, 0.0)

    /// - Parameter loss: one that has a width of its own knows its unit, and is left alone.
    init(_ arguments: Arguments, _ loss: RegressionLoss) {
        switch loss {
        case .squared, .absolute, .quantile: isOn = arguments.boolean("scale_target")
        case .huber, .epsilonInsensitiveHinge, .poisson, .cauchy: isOn = false
        }
    }

    /// For who learns in deviations always.
    init() { isOn = true }

    private var deviation: Double { count > 0 ? (squares / count).squareRoot() : 0 }

    /// Takes a true value in, and says how far it is from the mean. - Parameter weight: above 0.
    mutating func scaled(_ given: Double, weight: Double) -> Double {
        guard isOn else { return given }
        let y = typical.limited(given, answer: mean)
        count += weight
        let distance = y - mean
        mean += weight * distance / count
        squares += weight * (distance * (y - mean))
        let deviation = deviation
        return deviation > 0 && deviation < .infinity ? (y - mean) / deviation : 0
    }

    /// An answer in the unit of the true values.
    func restored(_ answer: Double) -> Double {
        guard isOn else { return answer }
        let value = mean + deviation * answer
        return value.isFinite ? value : mean
    }

    func encode(to encoder: inout CanonicalEncoder) {
        guard isOn else { return }
        typical.encode(to: &encoder)
        for value in [count, mean, squares] { encoder.double(value) }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        guard isOn else { return }
        try typical.restore(from: &decoder)
        (count, mean, squares) = (try decoder.double(), try decoder.double(), try decoder.double())
        guard count >= 0, count < .infinity, mean.isFinite, squares >= 0 else {
            throw decoder.damage("a deviation that is none")
        }
    }
}
