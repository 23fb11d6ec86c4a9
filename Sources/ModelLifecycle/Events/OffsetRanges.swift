import Determinism

/// A set of offsets as disjoint ranges in ascending order, none empty, none touching the next.
public struct OffsetRanges: Sendable, Equatable {
    public private(set) var ranges: [Range<Int>] = []

    public init() {}

    /// - Parameter offsets: in any order, with repetitions. Complexity: O(n log n).
    public init(_ offsets: [Int]) {
        for offset in offsets.sorted() { append(offset..<offset + 1) }
    }

    /// Every offset of a range.
    public init(range: Range<Int>) {
        if !range.isEmpty { ranges = [range] }
    }

    public var isEmpty: Bool { ranges.isEmpty }
    public var first: Int? { ranges.first?.lowerBound }
    public var last: Int? { ranges.last.map { $0.upperBound - 1 } }
    /// How many offsets there are.
    public var count: Int { ranges.reduce(0) { $0 + $1.count } }

    /// Complexity: O(log n).
    public func contains(_ offset: Int) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound <= offset
    }

    /// Whether any offset of a range is among them. Complexity: O(log n).
    public func overlaps(_ range: Range<Int>) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= range.lowerBound { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].lowerBound < range.upperBound
    }

    /// Complexity: O(n log n) in the ranges of both.
    public mutating func formUnion(_ other: OffsetRanges) {
        let all = (ranges + other.ranges).sorted { $0.lowerBound < $1.lowerBound }
        ranges = []
        for range in all { append(range) }
    }

    /// Adds a range that begins at or after the beginning of the last.
    private mutating func append(_ range: Range<Int>) {
        guard let last = ranges.last, range.lowerBound <= last.upperBound else { return ranges.append(range) }
        ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
    }
}

extension OffsetRanges: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(ranges.count)
        var end = 0
        for range in ranges {
            encoder.count(range.lowerBound - end)
            encoder.count(range.count)
            end = range.upperBound
        }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        var end = 0
        for index in 0..<(try decoder.count()) {
            let (start, startOverflow) = end.addingReportingOverflow(try decoder.natural())
            let (next, endOverflow) = start.addingReportingOverflow(try decoder.natural())
            guard !startOverflow, !endOverflow, next > start, index == 0 || start > end else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "ranges of offsets out of order")
            }
            ranges.append(start..<next)
            end = next
        }
    }
}
