import Determinism

/// How often each category of a stream came, in bounded memory: exactly up to `2 × capacity` different ones, beyond it
/// never too high and too low by at most ``missedMax``, which is at most n / (capacity + 1) for n categories seen.
/// Sketches of two streams can be merged into that of both.
///
/// - `capacity`: categories kept at least, from 1 to 65,536 (default 256).
///
/// Where `2 × capacity` are kept and another comes, the count of the most frequent but `capacity` is taken off every
/// count, and what is left with nothing is forgotten. Every time at least `capacity + 1` counts lose as much, so that
/// all losses together are at most the share above.
///
/// Time: amortized O(length) a category. Memory: at most `2 × capacity` names, and 32 bytes each.
///
///     var sketch = CategorySketch()
///     for name in ["a", "b", "a"] { sketch.update(name) }
///     sketch.count(of: "a")  // 2
///
/// Source: J. Misra and D. Gries, *Finding repeated elements*, Science of Computer Programming 2(2), 1982, with the
/// batches of D. Anderson et al., *A high-performance algorithm for identifying frequent items in data streams*, IMC
/// 2017, section 2; merging: P. Agarwal et al., *Mergeable summaries*, ACM TODS 38(4), 2013, section 2.
public struct CategorySketch: Sendable {
    public static let capacities = 1...65_536
    public let capacity: Int
    /// How many categories were taken in, each time counted.
    public private(set) var count = 0
    /// The most by which a count is too low; 0 for exact.
    public private(set) var missedMax = 0
    private var table = CategoryTable()
    private var counts: [Int] = []

    /// - Precondition: a number in ``capacities``.
    public init(capacity: Int = 256) {
        precondition(Self.capacities.contains(capacity), "a capacity of \(capacity)")
        self.capacity = capacity
    }

    public mutating func update(_ name: String) {
        var copy = name
        copy.withUTF8 { update(UnsafeRawBufferPointer($0), hash: CategoryTable.hash(UnsafeRawBufferPointer($0))) }
    }

    /// - Parameter hash: of ``CategoryTable/hash(_:)``.
    public mutating func update(_ name: UnsafeRawBufferPointer, hash: UInt64) {
        count += 1
        add(1, to: name, hash)
        if counts.count > 2 * capacity { reduce() }
    }

    /// Takes in all that another sketch has taken in. - Precondition: both have one capacity.
    public mutating func merge(_ other: CategorySketch) {
        precondition(capacity == other.capacity, "capacities of \(capacity) and \(other.capacity)")
        count += other.count
        missedMax += other.missedMax
        for slot in other.counts.indices {
            other.table.withName(at: slot) { add(other.counts[slot], to: $0, CategoryTable.hash($0)) }
        }
        if counts.count > 2 * capacity { reduce() }
    }

    private mutating func add(_ number: Int, to name: UnsafeRawBufferPointer, _ hash: UInt64) {
        if let slot = table.slot(of: name, hash: hash) {
            counts[slot] += number
        } else {
            table.append(name, hash: hash)
            counts.append(number)
        }
    }

    /// Takes the count after the `capacity` largest off all.
    private mutating func reduce() {
        let taken = counts.sorted(by: >)[capacity]
        missedMax += taken
        var left = CategoryTable()
        var leftCounts: [Int] = []
        for slot in counts.indices where counts[slot] > taken {
            table.withName(at: slot) { _ = left.append($0, hash: CategoryTable.hash($0)) }
            leftCounts.append(counts[slot] - taken)
        }
        (table, counts) = (left, leftCounts)
    }

    /// The largest error of a category's share, as a share of all; 0 for exact.
    public var errorMax: Double { count == 0 ? 0 : Double(missedMax) / Double(count) }

    /// Bytes of memory, roughly.
    public var byteCount: Int { MemoryLayout<Self>.size + table.byteCount + 8 * counts.count }

    /// About how often a category came: not too high.
    public func count(of name: String) -> Int {
        table.slot(of: name).map { counts[$0] } ?? 0
    }

    /// The categories that are kept with their counts, in the order in which they came.
    public var categories: [(name: String, count: Int)] {
        counts.indices.map { (table.name(at: $0), counts[$0]) }
    }
}

extension CategorySketch: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(capacity)
        encoder.count(count)
        encoder.count(missedMax)
        table.encode(to: &encoder)
        for count in counts { encoder.count(count) }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        func damaged(_ decoder: CanonicalDecoder) -> CanonicalDecodingError {
            CanonicalDecodingError(offset: decoder.offset, reason: "no sketch has these counts")
        }
        let capacity = try decoder.counted()
        guard Self.capacities.contains(capacity) else { throw damaged(decoder) }
        self.init(capacity: capacity)
        count = try decoder.counted()
        missedMax = try decoder.counted()
        table = try CategoryTable(from: &decoder)
        guard table.count <= 2 * capacity else { throw damaged(decoder) }
        for _ in 0..<table.count { counts.append(try decoder.counted()) }
        guard counts.allSatisfy({ $0 > 0 }), counts.reduce(0, +) <= count, missedMax <= count else {
            throw damaged(decoder)
        }
    }
}
