import Determinism

/// The last numbers of a stream, in the order of their size.
///
/// Adding one takes O(log `capacity`) comparisons and moves at most `capacity` numbers; 16 bytes a number.
struct SortedWindow: Sendable {
    let capacity: Int
    private(set) var sorted: [Double] = []
    /// A ring: what came first is at `oldest`.
    private var ring: [Double] = []
    private var oldest = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    var byteCount: Int { 8 * (sorted.count + ring.count) }

    mutating func update(_ x: Double) {
        if ring.count < capacity {
            ring.append(x)
        } else {
            sorted.remove(at: firstIndex(notBelow: ring[oldest]))
            ring[oldest] = x
            oldest = oldest + 1 < capacity ? oldest + 1 : 0
        }
        sorted.insert(x, at: firstIndex(notBelow: x))
    }

    private func firstIndex(notBelow x: Double) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] < x { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The quantile, between two numbers by interpolation; nil where there is none. River's `stats.RollingQuantile`.
    func quantile(_ level: Double) -> Double? {
        guard !sorted.isEmpty else { return nil }
        let rank = level * Double(sorted.count - 1)
        let index = Int(rank)
        let next = sorted[min(index + 1, sorted.count - 1)]
        return sorted[index] + (next - sorted[index]) * (rank - Double(index))
    }

    /// Writes the numbers, the oldest first.
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.doubles(Array(ring[oldest...] + ring[..<oldest]))
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let numbers = try decoder.doubles()
        guard numbers.count <= capacity, numbers.allSatisfy({ $0.isFinite }) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "more numbers than a window has, or none")
        }
        (ring, oldest, sorted) = (numbers, 0, numbers.sorted())
    }
}
