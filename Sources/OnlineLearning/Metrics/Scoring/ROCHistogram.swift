import Determinism

/// How many answers of each class lie above exactly so many of evenly spaced thresholds: all that the area under a
/// discretized ROC curve needs. `n` thresholds are −1e−7, 1/(n − 1), 2/(n − 1), …, 1 + 1e−7.
struct ROCHistogram: Sendable, Equatable {
    let thresholdCount: Int
    /// Of the negative class, then of the positive one: entries 0 to `thresholdCount` each.
    private var counts: [Int]

    init(thresholdCount: Int) {
        self.thresholdCount = thresholdCount
        counts = [Int](repeating: 0, count: 2 * (thresholdCount + 1))
    }

    var byteCount: Int { 8 * counts.count }

    @inline(__always)
    mutating func add(_ probability: Double, isPositive: Bool) {
        counts[thresholdsBelow(probability) &+ (isPositive ? thresholdCount &+ 1 : 0)] &+= 1
    }

    private func threshold(_ index: Int) -> Double {
        let last = thresholdCount - 1
        return index == 0 ? -1e-7 : index == last ? 1 + 1e-7 : Double(index) / Double(last)
    }

    /// How many thresholds a probability lies above. It is nearly placed by one multiplication; the two comparisons
    /// next to it settle the rest exactly.
    @inline(__always)
    private func thresholdsBelow(_ p: Double) -> Int {
        let last = thresholdCount &- 1
        guard p >= 0, p <= 1 else { return p < 0.5 ? (p > -1e-7 ? 1 : 0) : p > 1 + 1e-7 ? thresholdCount : last }
        var below = min(last, Int(p * Double(last)) &+ 1)
        if below < last, p > Double(below) / Double(last) { below &+= 1 }
        if below > 1, p <= Double(below &- 1) / Double(last) { below &-= 1 }
        return below
    }

    /// The area under the curve by trapezoids; 0 while a class is missing.
    var area: Double {
        let (negative, positive) = (rates(0), rates(thresholdCount + 1))
        var area = 0.0
        for i in 1..<thresholdCount {
            area += (negative[i - 1] - negative[i]) * (positive[i] + positive[i - 1]) / 2
        }
        return area
    }

    /// For each threshold the share of answers above it; 0 where there are none.
    private func rates(_ start: Int) -> [Double] {
        var rates = [Double](repeating: 0, count: thresholdCount)
        let total = counts[start...start + thresholdCount].reduce(0, +)
        guard total > 0 else { return rates }
        var above = 0
        for i in stride(from: thresholdCount - 1, through: 0, by: -1) {
            above += counts[start + i + 1]
            rates[i] = Double(above) / Double(total)
        }
        return rates
    }

    func encode(to encoder: inout CanonicalEncoder) {
        for count in counts { encoder.count(count) }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        for index in counts.indices { counts[index] = try decoder.counted() }
    }
}
