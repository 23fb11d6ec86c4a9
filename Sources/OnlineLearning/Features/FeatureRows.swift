/// Rows of one layout end to end in a few pieces of memory, for whoever goes through them in their order.
///
/// A ``FeatureRow`` has memory of its own for each kind of its values. One after the other, as they are here, they come
/// to another thread without a wait for each.
public struct FeatureRows: Sendable {
    private let numberCount: Int
    private let stringCount: Int
    private let timestampCount: Int
    private var numbers: [Double] = []
    private var strings: [FeatureRow.StringSlot] = []
    private var timestamps: [Int64] = []
    private var bytes: [UInt8] = []
    /// Where the bytes of each row end; the first end is 0.
    private var ends = [0]

    public init(_ layout: FeatureLayout) {
        (numberCount, stringCount) = (layout.numberCount, layout.stringCount)
        timestampCount = layout.timestampCount
    }

    public var count: Int { ends.count - 1 }

    public mutating func removeAll() {
        numbers.removeAll(keepingCapacity: true)
        strings.removeAll(keepingCapacity: true)
        timestamps.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        ends.removeSubrange(1...)
    }

    /// Adds a copy of a row. - Precondition: it has the layout.
    public mutating func append(_ row: borrowing FeatureRow) {
        precondition(
            row.numbers.count == numberCount && row.strings.count == stringCount
                && row.timestamps.count == timestampCount, "a row of another layout")
        // Each of the row's arrays is taken hold of once, not for each of its values.
        row.numbers.withUnsafeBufferPointer { for number in $0 { numbers.append(number) } }
        row.strings.withUnsafeBufferPointer { for string in $0 { strings.append(string) } }
        row.timestamps.withUnsafeBufferPointer { for timestamp in $0 { timestamps.append(timestamp) } }
        row.withStringBytes { bytes.append(contentsOf: $0) }
        ends.append(bytes.count)
    }

    /// Becomes so many rows of which nothing is there but their strings: what else they have is set after that.
    /// - Parameter names: row by row the number of each string in the table, negative where it is missing.
    /// - Precondition: there is one for each string of each row, and the table has it.
    public mutating func begin(_ count: Int, strings names: [Int32], of table: CategoryTable) {
        precondition(names.count == count * stringCount, "\(names.count) strings in \(count) rows")
        removeAll()
        numbers.append(contentsOf: repeatElement(.nan, count: count * numberCount))
        timestamps.append(contentsOf: repeatElement(FeatureRow.missingTimestamp, count: count * timestampCount))
        strings.reserveCapacity(names.count)
        ends.reserveCapacity(count + 1)
        for row in 0..<count {
            let start = bytes.count
            for name in names[row * stringCount..<(row + 1) * stringCount] {
                guard name >= 0 else {
                    strings.append(.missing)
                    continue
                }
                let (place, name) = (bytes.count - start, Int(name))
                table.withName(at: name) { bytes.append(contentsOf: $0) }
                strings.append(
                    FeatureRow.StringSlot(
                        start: place, count: bytes.count - start - place, hash: table.hash(at: name),
                        word: table.word(at: name)))
            }
            ends.append(bytes.count)
        }
    }

    /// Hands out the numbers of all rows, row by row, to be written.
    @inline(__always)
    public mutating func withNumbers<E: Error>(
        _ body: (UnsafeMutableBufferPointer<Double>) throws(E) -> Void
    ) throws(E) {
        try numbers.withUnsafeMutableBufferPointer { (numbers) throws(E) in try body(numbers) }
    }

    public mutating func setTimestamp(_ microseconds: Int64, at slot: Int, ofRow row: Int) {
        timestamps[row * timestampCount + slot] = microseconds
    }

    /// Writes the row at an index over one of the same layout. Complexity: O(size), no allocation once its buffers have
    /// grown.
    public func copy(_ index: Int, into row: inout FeatureRow) {
        precondition(
            row.numbers.count == numberCount && row.strings.count == stringCount
                && row.timestamps.count == timestampCount, "a row of another layout")
        Self.copy(numbers, index, into: &row.numbers)
        Self.copy(strings, index, into: &row.strings)
        Self.copy(timestamps, index, into: &row.timestamps)
        let range = ends[index]..<ends[index + 1]
        bytes.withUnsafeBytes { row.setStringBytes(UnsafeRawBufferPointer(rebasing: $0[range])) }
    }

    /// Writes the values of one row over others. Each array is taken hold of once, not for each of its values.
    @inline(__always)
    private static func copy<Value>(_ all: [Value], _ index: Int, into own: inout [Value]) {
        guard !own.isEmpty else { return }
        own.withUnsafeMutableBufferPointer { own in
            all.withUnsafeBufferPointer { all in
                let start = index * own.count
                precondition(start + own.count <= all.count, "no such row")
                for slot in own.indices { own[slot] = all[start + slot] }
            }
        }
    }
}
