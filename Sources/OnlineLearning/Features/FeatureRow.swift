import Determinism

/// The features of one example as they came in, laid out by a ``FeatureLayout``; reused from example to example so that
/// reading a stream allocates nothing.
///
/// A missing number is NaN, a missing string has no bytes, not even zero, a missing timestamp is `Int64.min`; no
/// present value can be mistaken for them, because NaN and instants so early are refused at the door.
public struct FeatureRow: Sendable {
    public static let missingTimestamp = Int64.min

    public var numbers: [Double]
    public internal(set) var timestamps: [Int64]
    @usableFromInline var bytes: [UInt8]
    @usableFromInline var strings: [StringSlot]

    @usableFromInline
    struct StringSlot: Sendable, Equatable {
        @usableFromInline var start: Int32
        /// Negative where the value is missing.
        @usableFromInline var count: Int32
        @usableFromInline var hash: UInt64

        @usableFromInline
        init(start: Int32, count: Int32, hash: UInt64) {
            (self.start, self.count, self.hash) = (start, count, hash)
        }

        @usableFromInline static let missing = StringSlot(start: 0, count: -1, hash: 0)
    }

    public init(_ layout: FeatureLayout) {
        self.init(
            numberCount: layout.numberCount, stringCount: layout.stringCount, timestampCount: layout.timestampCount)
    }

    public init(numberCount: Int, stringCount: Int, timestampCount: Int) {
        numbers = [Double](repeating: .nan, count: numberCount)
        strings = [StringSlot](repeating: .missing, count: stringCount)
        timestamps = [Int64](repeating: Self.missingTimestamp, count: timestampCount)
        bytes = []
    }

    /// Takes over the values of another row, without its storage: nothing is allocated once this one has grown.
    public mutating func copy(_ other: borrowing FeatureRow) {
        numbers.replaceSubrange(numbers.indices, with: other.numbers)
        timestamps.replaceSubrange(timestamps.indices, with: other.timestamps)
        bytes.replaceSubrange(bytes.indices, with: other.bytes)
        strings.replaceSubrange(strings.indices, with: other.strings)
    }

    /// Makes every feature missing. Complexity: O(slots), no allocation.
    public mutating func removeAll() {
        for slot in numbers.indices { numbers[slot] = .nan }
        for slot in strings.indices { strings[slot] = .missing }
        for slot in timestamps.indices { timestamps[slot] = Self.missingTimestamp }
        bytes.removeAll(keepingCapacity: true)
    }

    /// Forgets the bytes of all strings; every string slot must then be set anew, or made missing.
    public mutating func beginStrings() {
        if !bytes.isEmpty { bytes.removeAll(keepingCapacity: true) }
    }

    public mutating func setStringMissing(at slot: Int) {
        strings[slot] = .missing
    }

    @inlinable
    @inline(__always)
    public mutating func setNumber(_ value: Double, at slot: Int) {
        numbers[slot] = value
    }

    /// Sets the numbers from slot 0 on. - Precondition: there are no more values than slots.
    @inlinable
    @inline(__always)
    public mutating func setNumbers(_ values: UnsafeBufferPointer<Double>) {
        precondition(values.count <= numbers.count, "more values than slots")
        numbers.withUnsafeMutableBufferPointer { numbers in
            for slot in values.indices { numbers[slot] = values[slot] }
        }
    }

    /// Hands out all numbers, by slot, to be written.
    @inlinable
    @inline(__always)
    public mutating func withNumbers<E: Error>(
        _ body: (UnsafeMutableBufferPointer<Double>) throws(E) -> Void
    ) throws(E) {
        try numbers.withUnsafeMutableBufferPointer { (numbers) throws(E) in try body(numbers) }
    }

    /// Neighbouring numbers where they lie. Their address holds as long as the row is borrowed: the caller uses it
    /// within that time. (A closure would be called with a copy of whatever it captures.)
    /// - Precondition: the row has these slots.
    @inline(__always)
    func neighbours(_ slots: Range<Int>) -> UnsafeBufferPointer<Double> {
        precondition(slots.upperBound <= numbers.count, "a row of another layout")
        return numbers.withUnsafeBufferPointer { UnsafeBufferPointer(rebasing: $0[slots]) }
    }

    public mutating func setTimestamp(_ microseconds: Int64, at slot: Int) {
        timestamps[slot] = microseconds
    }

    public mutating func setString(_ value: UnsafeRawBufferPointer, at slot: Int) {
        strings[slot] = StringSlot(
            start: Int32(truncatingIfNeeded: bytes.count), count: Int32(truncatingIfNeeded: value.count),
            hash: CategoryTable.hash(value))
        // The way in for many bytes costs as much as several single ones.
        guard value.count <= 8 else { return bytes.append(contentsOf: value) }
        for byte in value { bytes.append(byte) }
    }

    /// Sets a string to a name of a table.
    public mutating func setString(_ name: Int, of table: CategoryTable, at slot: Int) {
        table.withName(at: name) { value in
            strings[slot] = StringSlot(
                start: Int32(truncatingIfNeeded: bytes.count), count: Int32(truncatingIfNeeded: value.count),
                hash: table.hash(at: name))
            bytes.append(contentsOf: value)
        }
    }

    public mutating func setString(_ value: String, at slot: Int) {
        var copy = value
        copy.withUTF8 { setString(UnsafeRawBufferPointer($0), at: slot) }
    }

    public var stringCount: Int { strings.count }

    public func hasString(at slot: Int) -> Bool {
        strings[slot].count >= 0
    }

    /// Hands out the bytes of a string and their hash, or nil where it is missing.
    @inlinable
    public func withString<R>(at slot: Int, _ body: (UnsafeRawBufferPointer, UInt64) -> R) -> R? {
        let string = strings[slot]
        guard string.count >= 0 else { return nil }
        return bytes.withUnsafeBytes { all in
            let range = Int(string.start)..<Int(string.start + string.count)
            return body(UnsafeRawBufferPointer(rebasing: all[range]), string.hash)
        }
    }

    public func string(at slot: Int) -> String? {
        withString(at: slot) { bytes, _ in String(decoding: bytes, as: UTF8.self) }
    }

    /// Takes over another row's values without giving up this row's storage. Complexity: O(size), no allocation once
    /// the buffers have grown.
    public mutating func assign(_ other: FeatureRow) {
        for slot in numbers.indices { numbers[slot] = other.numbers[slot] }
        for slot in timestamps.indices { timestamps[slot] = other.timestamps[slot] }
        for slot in strings.indices { strings[slot] = other.strings[slot] }
        bytes.removeAll(keepingCapacity: true)
        bytes.append(contentsOf: other.bytes)
    }

    /// How many bytes of memory the values take, roughly.
    public var byteCount: Int {
        numbers.count * 8 + timestamps.count * 8 + strings.count * 16 + bytes.count
    }
}

extension FeatureRow: Equatable {
    /// Equal when every feature is missing in both or has the same bits or bytes in both.
    public static func == (a: FeatureRow, b: FeatureRow) -> Bool {
        guard a.numbers.count == b.numbers.count, a.strings.count == b.strings.count, a.timestamps == b.timestamps
        else { return false }
        for slot in a.numbers.indices {
            let (x, y) = (a.numbers[slot], b.numbers[slot])
            guard x == y || (x.isNaN && y.isNaN) else { return false }
        }
        for slot in a.strings.indices {
            let (x, y) = (a.strings[slot], b.strings[slot])
            guard x.count == y.count, x.hash == y.hash else { return false }
            guard x.count > 0 else { continue }
            let (i, j, n) = (Int(x.start), Int(y.start), Int(x.count))
            guard a.bytes[i..<i + n].elementsEqual(b.bytes[j..<j + n]) else { return false }
        }
        return true
    }
}
