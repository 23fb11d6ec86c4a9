import Determinism

/// Area under the receiver operating characteristic, approximated by trapezoids over ten thresholds: River's
/// `metrics.ROCAUC` with its thresholds 0 − 1e−7, 1/9, …, 8/9, 1 + 1e−7. Coarse where probabilities crowd together.
///
/// Truths false, false, true, true answered 0.1, 0.4, 0.35, 0.8 give 0.875 (exactly, the area is 0.75).
public struct ROCAUC: Metric {
    public static let name = "roc_auc"
    public static let tasks = [Task.binary]
    public static let biggerIsBetter = true

    static let thresholds: [Double] = [-1e-7] + (1...8).map { Double($0) / 9 } + [1 + 1e-7]

    /// How many answers of each class lie above exactly so many thresholds, 0 to 10.
    private var positives = [UInt64](repeating: 0, count: 11)
    private var negatives = [UInt64](repeating: 0, count: 11)

    public init() {}

    @inline(__always)
    public mutating func update(_ truth: Target, _ answer: UnsafeBufferPointer<Double>) {
        guard case .label(let slot) = truth else { return }
        let above = Self.thresholdsBelow(answer[0])
        if slot == 1 { positives[above] += 1 } else { negatives[above] += 1 }
    }

    /// How many thresholds a probability lies above. A probability is nearly placed by one multiplication; the two
    /// comparisons next to it settle the rest exactly.
    @inline(__always)
    private static func thresholdsBelow(_ p: Double) -> Int {
        guard p >= 0, p <= 1 else { return thresholds.count { p > $0 } }
        var ninths = min(8, Int(p * 9))
        if ninths < 8, p > Double(ninths + 1) / 9 { ninths += 1 }
        if ninths > 0, p <= Double(ninths) / 9 { ninths -= 1 }
        return ninths + 1
    }

    public var value: Double {
        let (positiveRates, negativeRates) = (Self.rates(positives), Self.rates(negatives))
        var area = 0.0
        for i in 1..<10 {
            area += (negativeRates[i] - negativeRates[i - 1]) * (positiveRates[i] + positiveRates[i - 1]) / 2
        }
        return -area + 0
    }

    /// For each threshold the share of answers above it; 0 where there are none.
    private static func rates(_ counts: [UInt64]) -> [Double] {
        let total = counts.reduce(0, +)
        return (0..<10).map { i in
            let above = counts[(i + 1)...].reduce(0, +)
            return total == 0 ? 0 : Double(above) / Double(total)
        }
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        for count in positives + negatives { encoder.uint(count) }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        for i in positives.indices { positives[i] = try Self.count(&decoder) }
        for i in negatives.indices { negatives[i] = try Self.count(&decoder) }
    }

    /// Bounded, so that no sum of counts overflows.
    private static func count(_ decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> UInt64 {
        let count = try decoder.uint()
        guard count < 1 << 53 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "so many answers nobody has counted")
        }
        return count
    }
}
