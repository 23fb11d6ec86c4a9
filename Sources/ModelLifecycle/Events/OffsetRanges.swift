import Determinism

/// A set of offsets as disjoint ranges in ascending order, none empty, none touching the next.
public struct OffsetRanges: Sendable, Equatable {
    public private(set) var ranges: [Range<Int>] = []

    public init() {}

    /// - Parameter offsets: in any order, with repetitions. Complexity: O(n log n).
    public init(_ offsets: [Int]) {
        for offset in offsets.sorted() { append(offset..<offset + 1) }
    }

    /// - Parameter ranges: in any order, and they may overlap.
    public init(covering ranges: [Range<Int>]) {
        for range in ranges.filter({ !$0.isEmpty }).sorted(by: { $0.lowerBound < $1.lowerBound }) { append(range) }
    }

    public var isEmpty: Bool { ranges.isEmpty }
    public var first: Int? { ranges.first?.lowerBound }
    public var last: Int? { ranges.last.map { $0.upperBound - 1 } }
    /// How many offsets there are.
    public var count: Int { ranges.reduce(0) { $0 + $1.count } }

    /// Complexity: O(log n).
    public func contains(_ offset: Int) -> Bool {
        let place = place(of: offset)
        return place < ranges.count && ranges[place].lowerBound <= offset
    }

    /// Whether any offset of a range is among them. Complexity: O(log n).
    public func overlaps(_ range: Range<Int>) -> Bool {
        let place = place(of: range.lowerBound)
        return place < ranges.count && ranges[place].lowerBound < range.upperBound
    }

    /// Whether all of them are among others. Complexity: O(n log m).
    public func isSubset(of other: OffsetRanges) -> Bool {
        // No two ranges touch, so one that is covered lies in one.
        ranges.allSatisfy { range in
            let place = other.place(of: range.lowerBound)
            return place < other.ranges.count && other.ranges[place].lowerBound <= range.lowerBound
                && other.ranges[place].upperBound >= range.upperBound
        }
    }

    /// The index of the first range that ends after an offset.
    private func place(of offset: Int) -> Int {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// What is in others, too. Complexity: O(n m).
    func intersection(_ others: [Range<Int>]) -> OffsetRanges {
        OffsetRanges(covering: ranges.flatMap { range in others.map { range.clamped(to: $0) } })
    }

    /// Complexity: O(n log n) in the ranges of both.
    public mutating func formUnion(_ other: OffsetRanges) {
        self = OffsetRanges(covering: ranges + other.ranges)
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
