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
        row.bytes.withUnsafeBufferPointer { bytes.append(contentsOf: $0) }
        ends.append(bytes.count)
    }

    /// Writes the row at an index over one of the same layout. Complexity: O(size), no allocation once its buffers have
    /// grown.
    public func copy(_ index: Int, into row: inout FeatureRow) {
        precondition(
            row.numbers.count == numberCount && row.strings.count == stringCount
                && row.timestamps.count == timestampCount, "a row of another layout")
        for slot in 0..<numberCount { row.numbers[slot] = numbers[index * numberCount + slot] }
        for slot in 0..<stringCount { row.strings[slot] = strings[index * stringCount + slot] }
        for slot in 0..<timestampCount { row.timestamps[slot] = timestamps[index * timestampCount + slot] }
        let range = ends[index]..<ends[index + 1]
        bytes.withUnsafeBytes { all in
            let own = UnsafeRawBufferPointer(rebasing: all[range])
            if row.bytes.count == own.count {
                row.bytes.withUnsafeMutableBytes { $0.copyMemory(from: own) }
            } else {
                row.bytes.removeAll(keepingCapacity: true)
                row.bytes.append(contentsOf: own)
            }
        }
    }
}
