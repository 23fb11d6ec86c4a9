import Determinism

/// How far to believe probabilities that claim too much: an average over eight *temperatures*, in which each likelihood
/// is raised to the power 1, ½, ¼ … 1/64 or 0, weighted by how well each of the eight has predicted lately.
///
/// With the power 1 they are what was claimed; with 0 nothing is left but the shares that they began with. Bayes' rule
/// weights the eight, and each gets back a small share after every example, so that one that failed long ago can
/// return. So the logarithmic loss exceeds that of the best of them by little: ln 8, and 0.001 an example.
///
/// Time: one exponential function a class, and some ten multiplications of eight numbers at once. Memory: 64 bytes.
///
/// Source: P. Grünwald, *The safe Bayesian*, ALT 2012, section 2 (likelihoods raised to a power); M. Herbster and M.
/// Warmuth, *Tracking the best expert*, Machine Learning 32, 1998 (fixed share).
struct Tempering: Sendable {
    typealias Powers = SIMD8<Double>

    /// The parameter of those who use it.
    static let parameter = ParameterDeclaration(
        "tempering", .boolean, default: .boolean(true), "believe probabilities only as far as they proved true")

    /// What is dealt out anew after every example.
    private static var dealt: Double { 1e-3 }

    private(set) var weights = Powers(repeating: 0.125)

    /// A likelihood's powers 1, ½ … 1/64, 0. - Parameter root: its 64th root, from 0 to 1.
    @inline(__always)
    static func powers(_ root: Double) -> Powers {
        let p32 = root * root
        let p16 = p32 * p32
        let p8 = p16 * p16
        let p4 = p8 * p8
        let p2 = p4 * p4
        return Powers(p2 * p2, p2, p4, p8, p16, p32, root, 1)
    }

    /// The root of a likelihood from the difference of its logarithm and the largest.
    @inline(__always)
    static func root(_ logarithm: Double) -> Double { Elementary.exp(logarithm / 64) }

    /// The sum in a fixed order.
    @inline(__always)
    static func sum(_ values: Powers) -> Double {
        let halves = values.lowHalf + values.highHalf
        let quarters = halves.lowHalf + halves.highHalf
        return quarters[0] + quarters[1]
    }

    /// Each of the eight: what it weighs, and the power.
    var temperatures: [(weight: Double, power: Double)] {
        [1, 0.5, 0.25, 0.125, 0x1p-4, 0x1p-5, 0x1p-6, 0].enumerated().map { (weights[$0.offset], $0.element) }
    }

    /// Weighs anew. - Parameters:
    ///   - probabilities: what each gave to what came true.
    ///   - weight: of the example, above 0.
    mutating func learn(_ probabilities: Powers, weight: Double) {
        var (likelihoods, dealt) = (probabilities, Self.dealt)
        if weight != 1 {
            // The largest is 1, so that no weight makes all of them vanish.
            let largest = probabilities.max()
            guard largest > 0 else { return }
            for i in likelihoods.indices {
                likelihoods[i] = Elementary.exp(weight * Elementary.log(probabilities[i] / largest))
            }
            dealt = 1 - Elementary.exp(weight * Elementary.log1p(-dealt))
        }
        let next = weights * likelihoods
        let sum = Self.sum(next)
        guard sum > 0, sum < .infinity else { return }
        weights = next * ((1 - dealt) / sum) + dealt / 8
    }

    func encode(to encoder: inout CanonicalEncoder) {
        for i in weights.indices { encoder.double(weights[i]) }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        for i in weights.indices {
            let weight = try decoder.double()
            guard weight >= 0, weight <= 1.01 else { throw decoder.damage("a weight that is no share") }
            weights[i] = weight
        }
        guard Self.sum(weights) > 0.9 else { throw decoder.damage("weights that are no shares") }
    }
}
