import Determinism

/// Answers by the probability of the class they chose, in bins of one width: how many, how probable, how often right.
struct CalibrationBins: Sendable, Equatable {
    private struct Bin: Sendable, Equatable {
        var (count, hits, confidence) = (0, 0, 0.0)
    }

    private var bins: [Bin]

    init(count: Int) {
        bins = [Bin](repeating: Bin(), count: count)
    }

    var binCount: Int { bins.count }
    var byteCount: Int { 24 * bins.count }

    @inline(__always)
    mutating func add(_ confidence: Double, isHit: Bool) {
        let confidence = max(0, min(1, confidence))
        let bin = min(bins.count - 1, Int(confidence * Double(bins.count)))
        bins[bin].count += 1
        bins[bin].confidence += confidence
        if isHit { bins[bin].hits += 1 }
    }

    /// The mean over the answers of how far their bin's mean confidence is from its share of hits.
    var error: Double {
        let total = bins.reduce(0) { $0 + $1.count }
        guard total > 0 else { return 0 }
        return bins.reduce(0) { $0 + (Double($1.hits) - $1.confidence).magnitude } / Double(total)
    }

    func encode(to encoder: inout CanonicalEncoder) {
        for bin in bins {
            encoder.count(bin.count)
            encoder.count(bin.hits)
            encoder.double(bin.confidence)
        }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        for index in bins.indices {
            bins[index].count = try decoder.counted()
            bins[index].hits = try decoder.counted()
            bins[index].confidence = try decoder.finite()
        }
    }
}
