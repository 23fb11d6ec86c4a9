import Determinism

/// The distribution of a stream of numbers in bounded memory, without randomness: how many were at most x, to within a
/// number of ranks that the sketch knows of itself. Sketches of two streams can be merged into that of both.
///
/// - `capacity`: numbers a level, even, from 8 to 65,536 (default 512).
///
/// Numbers of level h stand for 2ʰ each. A level that is full is sorted and every second of its numbers rises to the
/// next, in turn the first of each pair and the second; that moves the rank of any x by at most 2ʰ, alternately up and
/// down. ``ranksTooMany`` and ``ranksTooFew`` add up these moves: together at most n/k × log₂(n/k) for n numbers and a
/// capacity of k, whatever the numbers and their order, so that each is about half of it. For a million numbers and the
/// default that is 1.1 % of the ranks either way at worst, usually a tenth of it; up to `capacity` numbers are exact.
///
/// Time: amortized O(log `capacity`). Memory: at most 8 × k × (1 + log₂(n/k)) bytes, 50 kB for a million.
///
///     var sketch = QuantileSketch()
///     for x in 1...1000 { sketch.update(Double(x)) }
///     sketch.quantile(0.5)  // 499
///
/// Source: J. I. Munro and M. S. Paterson, *Selection and sorting with limited storage*, Theoretical Computer Science
/// 12(3), 1980; merging: P. Agarwal et al., *Mergeable summaries*, ACM TODS 38(4), 2013, section 3.
public struct QuantileSketch: Sendable, Equatable {
    private struct Level: Sendable, Equatable {
        var numbers: [Double] = []
        /// Which of each pair rises next.
        var takesSecond = false
    }

    public static let capacities = 8...65_536
    public let capacity: Int
    /// How many numbers.
    public private(set) var count = 0
    /// The most by which the count of numbers up to any x is estimated too high, and too low.
    public private(set) var ranksTooMany = 0
    public private(set) var ranksTooFew = 0
    private var levels = [Level()]

    /// - Precondition: an even number in ``capacities``.
    public init(capacity: Int = 512) {
        precondition(Self.capacities.contains(capacity) && capacity % 2 == 0, "a capacity of \(capacity)")
        self.capacity = capacity
    }

    /// Takes in a number. - Returns: false for one that is not finite, which is left out.
    @discardableResult
    public mutating func update(_ x: Double) -> Bool {
        guard x.isFinite else { return false }
        count += 1
        levels[0].numbers.append(x)
        if levels[0].numbers.count >= capacity { compact() }
        return true
    }

    /// Takes in all that another sketch has taken in. The result's ranks are off by at most the sum of both and what
    /// compacting adds. - Precondition: both have one capacity.
    public mutating func merge(_ other: QuantileSketch) {
        precondition(capacity == other.capacity, "capacities of \(capacity) and \(other.capacity)")
        count += other.count
        ranksTooMany += other.ranksTooMany
        ranksTooFew += other.ranksTooFew
        while levels.count < other.levels.count { levels.append(Level()) }
        for index in other.levels.indices { levels[index].numbers += other.levels[index].numbers }
        compact()
    }

    /// Halves every level that is full, the lowest first.
    private mutating func compact() {
        var height = 0
        while height < levels.count {
            if levels[height].numbers.count >= capacity { halve(height) }
            height += 1
        }
    }

    private mutating func halve(_ height: Int) {
        if height + 1 == levels.count { levels.append(Level()) }
        var numbers = levels[height].numbers
        numbers.sort()
        // The last of an odd number stays.
        let left = numbers.count % 2 == 1 ? [numbers.removeLast()] : []
        let takesSecond = levels[height].takesSecond
        for index in stride(from: takesSecond ? 1 : 0, to: numbers.count, by: 2) {
            levels[height + 1].numbers.append(numbers[index])
        }
        if takesSecond { ranksTooFew += 1 << height } else { ranksTooMany += 1 << height }
        levels[height] = Level(numbers: left, takesSecond: !takesSecond)
    }

    /// The largest error of a share of ranks, as a share of all; 0 for exact.
    public var errorMax: Double {
        count == 0 ? 0 : Double(max(ranksTooMany, ranksTooFew)) / Double(count)
    }

    /// Bytes of memory, roughly.
    public var byteCount: Int { levels.reduce(MemoryLayout<Self>.size) { $0 + 32 + 8 * $1.numbers.count } }

    /// The numbers kept, ascending, each with how many are at most it. Complexity: O(k log k) for k numbers.
    public var steps: [(number: Double, rank: Int)] {
        var weighted: [(number: Double, weight: Int)] = []
        for height in levels.indices {
            for number in levels[height].numbers { weighted.append((number, 1 << height)) }
        }
        weighted.sort { ($0.number, $0.weight) < ($1.number, $1.weight) }
        var rank = 0
        var steps: [(number: Double, rank: Int)] = []
        for (number, weight) in weighted {
            rank += weight
            if steps.last?.number == number { steps.removeLast() }
            steps.append((number, rank))
        }
        return steps
    }

    /// About how many of the numbers are at most x. Complexity: O(numbers kept).
    public func rank(_ x: Double) -> Int {
        levels.indices.reduce(0) { sum, height in
            sum + levels[height].numbers.reduce(0) { $0 + ($1 <= x ? 1 : 0) } << height
        }
    }

    /// The least number kept below or at which about a share of all lies; nil before the first.
    public func quantile(_ share: Double) -> Double? {
        let steps = steps
        guard let last = steps.last else { return nil }
        return steps.first { Double($0.rank) >= share * Double(last.rank) }?.number ?? last.number
    }
}

extension QuantileSketch: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(capacity)
        encoder.count(ranksTooMany)
        encoder.count(ranksTooFew)
        encoder.count(levels.count)
        for level in levels {
            encoder.bool(level.takesSecond)
            encoder.doubles(level.numbers)
        }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        func damaged(_ decoder: CanonicalDecoder) -> CanonicalDecodingError {
            CanonicalDecodingError(offset: decoder.offset, reason: "no sketch has these numbers")
        }
        let capacity = try decoder.counted()
        guard Self.capacities.contains(capacity), capacity % 2 == 0 else { throw damaged(decoder) }
        self.init(capacity: capacity)
        ranksTooMany = try decoder.counted()
        ranksTooFew = try decoder.counted()
        let height = try decoder.counted()
        guard (1...40).contains(height) else { throw damaged(decoder) }
        levels = []
        for index in 0..<height {
            var level = Level()
            level.takesSecond = try decoder.bool()
            level.numbers = try decoder.doubles()
            guard level.numbers.count < capacity, level.numbers.allSatisfy(\.isFinite) else { throw damaged(decoder) }
            levels.append(level)
            // Halving keeps the number of numbers: a level of them weighs what went into it.
            let (weight, overflow) = level.numbers.count.multipliedReportingOverflow(by: 1 << index)
            guard !overflow, weight < 1 << 56 else { throw damaged(decoder) }
            count += weight
        }
    }
}
