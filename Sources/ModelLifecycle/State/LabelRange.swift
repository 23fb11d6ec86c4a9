import Determinism

/// How far the numbers learned as labels lie from one another: their median, and the range of the middle 99.8 %.
///
/// The first ``countMin`` labels are kept; their median becomes the centre. From then on labels are counted by their
/// deviation from it, in buckets of which eight double: a deviation is known to within an eighth, near the centre as
/// far away. Labels that *are* the centre count for the median, not for the range, so that a target which is mostly 0
/// has the range of the others. The range is rounded outwards.
///
/// Up to a thousand deviations the range is that of all of them. It is found anew with every eighth label more.
/// Time: O(1), amortized; nothing is allocated for a label within the range. Memory: at most 1,024 counters.
struct LabelRange: Sendable, Equatable {
    /// How many labels, and how many of them beside the centre, there must be before it says anything.
    static let countMin = 100
    /// How many times the range a label must be away from the median to lie outside.
    static let factor = 20.0
    /// Of deviations below and above 0.1 % of them.
    private static let tail = 0.001

    /// The first labels; empty once there is a centre.
    private var first: [Double] = []
    private var center: Double?
    private var centerCount: UInt64 = 0
    private var below = Side()
    private var above = Side()
    /// How many deviations there are when the bounds are found next.
    private var nextCount = UInt64(countMin)
    /// What lies below or above them is outside. Nothing is, before there are enough labels.
    private(set) var least = -Double.infinity
    private(set) var greatest = Double.infinity

    /// Whether it has taken in nothing.
    var isEmpty: Bool { center == nil && first.isEmpty }

    /// Whether a number lies outside.
    @inline(__always)
    func isOutside(_ x: Double) -> Bool { x < least || x > greatest }

    /// Takes in a label.
    @inline(__always)
    mutating func update(_ x: Double) {
        guard let center else { return begin(x) }
        count(Self.deviation(of: x, from: center))
    }

    @inline(__always)
    private mutating func count(_ deviation: Double) {
        if deviation > 0 {
            above.add(deviation)
        } else if deviation < 0 {
            below.add(-deviation)
        } else {
            centerCount += 1
            return
        }
        if above.total + below.total >= nextCount { findBounds() }
    }

    private static func deviation(of x: Double, from center: Double) -> Double {
        let deviation = x - center
        if deviation.isFinite { return deviation }
        return deviation > 0 ? .greatestFiniteMagnitude : -.greatestFiniteMagnitude
    }

    private mutating func begin(_ x: Double) {
        first.append(x)
        guard first.count == Self.countMin else { return }
        let labels = first
        let center = labels.sorted()[(Self.countMin - 1) / 2]
        (self.center, first) = (center, [])
        for label in labels { count(Self.deviation(of: label, from: center)) }
    }

    // MARK: Bounds

    private mutating func findBounds() {
        let total = above.total + below.total
        nextCount = total + max(8, total / 8)
        guard let center else { return }
        let skipped = UInt64(Self.tail * Double(total - 1))
        // Ascending, the deviations below come first, the farthest of them before the others.
        let low = skipped < below.total
            ? -below.edges(skippingGreatest: skipped).upper : above.edges(at: skipped - below.total).lower
        let high = skipped < above.total
            ? above.edges(skippingGreatest: skipped).upper : -below.edges(at: skipped - above.total).lower
        let reach = Self.factor * (high - low)
        let median = median
        let (least, greatest) = (center + (median - reach), center + (median + reach))
        // So far apart that nothing could lie outside.
        guard least.isFinite, greatest.isFinite else { return (self.least, self.greatest) = (-.infinity, .infinity) }
        (self.least, self.greatest) = (least, greatest)
    }

    /// The deviation that half of all labels lie below.
    private var median: Double {
        let half = (below.total + centerCount + above.total - 1) / 2
        if half < below.total { return -below.middle(of: below.edges(at: below.total - 1 - half)) }
        if half < below.total + centerCount { return 0 }
        return above.middle(of: above.edges(at: half - below.total - centerCount))
    }
}

/// Deviations to one side of the centre, counted by size.
private struct Side: Sendable, Equatable {
    /// Eight buckets double: three bits of the fraction.
    private static let shift: UInt64 = 49
    /// Buckets kept, from the greatest on: 64 doublings. What is smaller counts as the smallest.
    static let bucketsMax = 512
    /// Of all numbers.
    static let bucketEnd = 0x7FF << 3

    private(set) var start = 0
    private(set) var counts: [UInt64] = []
    private(set) var total: UInt64 = 0

    init() {}

    @inline(__always)
    mutating func add(_ deviation: Double) {
        let bucket = Int(deviation.bitPattern >> Self.shift) - start
        total += 1
        if bucket >= 0, bucket < counts.count { counts[bucket] += 1 } else { addOutside(bucket + start) }
    }

    private mutating func addOutside(_ bucket: Int) {
        guard !counts.isEmpty else { return (start, counts) = (bucket, [1]) }
        if bucket < start {
            let room = min(start - bucket, Self.bucketsMax - counts.count)
            counts.insert(contentsOf: repeatElement(0, count: room), at: 0)
            start -= room
            counts[0] += 1
            return
        }
        counts.append(contentsOf: repeatElement(0, count: bucket - start - counts.count))
        counts.append(1)
        let extra = counts.count - Self.bucketsMax
        guard extra > 0 else { return }
        let smallest = counts.prefix(extra).reduce(0, +)
        counts.removeFirst(extra)
        counts[0] += smallest
        start += extra
    }

    typealias Edges = (lower: Double, upper: Double)

    private func edges(of index: Int) -> Edges {
        func edge(_ bucket: Int) -> Double { Double(bitPattern: UInt64(bucket) << Self.shift) }
        return (edge(start + index), edge(start + index + 1))
    }

    /// The bucket of the deviation of a rank from 0, the smallest first.
    /// - Precondition: there are more deviations.
    func edges(at rank: UInt64) -> Edges {
        var (index, before) = (0, counts[0])
        while before <= rank {
            index += 1
            before += counts[index]
        }
        return edges(of: index)
    }

    func edges(skippingGreatest skipped: UInt64) -> Edges { edges(at: total - 1 - skipped) }

    func middle(of edges: Edges) -> Double { edges.lower / 2 + edges.upper / 2 }
}

// MARK: Bytes

extension LabelRange: CanonicallyCodable {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.optional(center) { $0.double($1) }
        guard center != nil else { return encoder.doubles(first) }
        encoder.uint(centerCount)
        for side in [below, above] { side.encode(to: &encoder) }
        encoder.uint(nextCount)
        encoder.double(least)
        encoder.double(greatest)
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        guard try decoder.bool() else {
            first = try decoder.doubles()
            guard first.count < Self.countMin, first.allSatisfy(\.isFinite) else { throw Self.damaged(decoder) }
            return
        }
        let center = try decoder.double()
        self.center = center
        centerCount = try decoder.uint()
        (below, above) = (try Side(from: &decoder), try Side(from: &decoder))
        nextCount = try decoder.uint()
        (least, greatest) = (try decoder.double(), try decoder.double())
        guard center.isFinite, centerCount < 1 << 56, nextCount < 1 << 60, least < greatest,
            least.isFinite == greatest.isFinite, nextCount > above.total + below.total
        else { throw Self.damaged(decoder) }
    }

    fileprivate static func damaged(_ decoder: CanonicalDecoder) -> CanonicalDecodingError {
        CanonicalDecodingError(offset: decoder.offset, reason: "the range of labels is damaged")
    }
}

extension Side {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(start)
        encoder.count(counts.count)
        for count in counts { encoder.uint(count) }
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        self.init()
        start = try decoder.natural()
        let size = try decoder.count()
        guard size <= Self.bucketsMax, start < Self.bucketEnd, start + size <= Self.bucketEnd else {
            throw LabelRange.damaged(decoder)
        }
        for _ in 0..<size {
            let count = try decoder.uint()
            guard count < 1 << 48 else { throw LabelRange.damaged(decoder) }
            counts.append(count)
            total += count
        }
        guard counts.isEmpty ? start == 0 : counts[size - 1] > 0 else { throw LabelRange.damaged(decoder) }
    }
}
