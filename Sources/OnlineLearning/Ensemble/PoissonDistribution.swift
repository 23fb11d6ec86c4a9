import Determinism

/// A Poisson distribution to draw from: the number of times that a member of an ensemble sees an example.
///
/// Draws by inversion: the number of cumulative probabilities up to a uniform number. For one rate they are computed
/// once; a draw then takes one random number and O(rate) comparisons. Rates are at most ``rateMax``.
struct PoissonDistribution: Sendable {
    /// The largest rate: beyond it the probability of zero is lost in rounding, and a member would learn for too long.
    static var rateMax: Double { 100 }

    /// P(count ≤ k), for all k at which that is less than 1 to a double.
    private let cumulative: [Double]

    init(rate: Double) {
        var cumulative: [Double] = []
        var probability = Elementary.exp(-min(rate, Self.rateMax))
        var sum = probability
        while sum < 1, cumulative.count < 300 {
            cumulative.append(sum)
            probability *= min(rate, Self.rateMax) / Double(cumulative.count)
            sum += probability
        }
        self.cumulative = cumulative
    }

    @inline(__always)
    func draw(_ generator: inout SeededGenerator) -> Int {
        let uniform = generator.uniform()
        return cumulative.withUnsafeBufferPointer { cumulative in
            var count = 0
            while count < cumulative.count, cumulative[count] <= uniform { count &+= 1 }
            return count
        }
    }

    /// Draws for a rate that comes once.
    static func draw(rate: Double, _ generator: inout SeededGenerator) -> Int {
        let rate = min(max(rate, 0), rateMax)
        let uniform = generator.uniform()
        var probability = Elementary.exp(-rate)
        var sum = probability
        var count = 0
        while sum <= uniform, count < 300 {
            count += 1
            probability *= rate / Double(count)
            sum += probability
        }
        return count
    }
}
