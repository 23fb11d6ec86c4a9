import Determinism

/// A Poisson distribution to draw from: the number of times that a member of an ensemble sees an example.
///
/// Draws by inversion: the number of cumulative probabilities up to a uniform number. For one rate they are computed
/// once, and with them where to begin for each 256th of the interval; a draw then takes one random number and, at rates
/// up to some 10, about one comparison. Rates are at most ``rateMax``.
///
/// Source: the guide table of H.-C. Chen and Y. Asau, *On generating random variates from an empirical distribution*,
/// AIIE Transactions 6(2), 1974.
struct PoissonDistribution: Sendable {
    /// The largest rate: beyond it the probability of zero is lost in rounding, and a member would learn for too long.
    static var rateMax: Double { 100 }

    /// P(count ≤ k), for all k at which that is less than 1 to a double.
    private let cumulative: [Double]
    /// For each 256th of the interval, how many of ``cumulative`` are at or below its beginning.
    private let guide: [Int]

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
        guide = (0..<256).map { part in cumulative.count { $0 <= Double(part) / 256 } }
    }

    @inline(__always)
    func draw(_ generator: inout SeededGenerator) -> Int {
        let uniform = generator.uniform()
        let begin = guide.withUnsafeBufferPointer { $0[Int(uniform * 256)] }
        return cumulative.withUnsafeBufferPointer { cumulative in
            var count = begin
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
