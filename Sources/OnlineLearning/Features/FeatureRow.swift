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
    /// The bytes of the strings, the first ``filled`` of it, and room behind them.
    @usableFromInline var bytes: [UInt8]
    private var filled = 0
    @usableFromInline var strings: [StringSlot]

    @usableFromInline
    struct StringSlot: Sendable, Equatable {
        @usableFromInline var start: Int32
        /// Negative where the value is missing.
        @usableFromInline var count: Int32
        @usableFromInline var hash: UInt64
        /// The first eight bytes, or fewer where there are no more (``ShortText/word(_:)``).
        @usableFromInline var word: UInt64

        @inline(__always)
        init(start: Int, count: Int, hash: UInt64, word: UInt64) {
            (self.start, self.count) = (Int32(truncatingIfNeeded: start), Int32(truncatingIfNeeded: count))
            (self.hash, self.word) = (hash, word)
        }

        static var missing: StringSlot {
            @inline(__always) get { StringSlot(start: 0, count: -1, hash: 0, word: 0) }
        }
    }

    /// A row of nothing.
    public init() {
        (numbers, strings, timestamps, bytes) = ([], [], [], [])
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
        filled = 0
    }

    /// Forgets the bytes of all strings; every string slot must then be set anew, or made missing.
    @inline(__always)
    public mutating func beginStrings() {
        filled = 0
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
        if value.count < 8 { return setString(word: ShortText.word(value), count: value.count, at: slot) }
        setString(value, hash: CategoryTable.hash(value), at: slot)
    }

    /// Sets a string of less than eight bytes.
    /// - Parameter word: the bytes, the first the lowest, zeros above the last.
    public mutating func setString(word: UInt64, count: Int, at slot: Int) {
        let start = filled
        strings[slot] = StringSlot(
            start: start, count: count, hash: CategoryTable.hash(word: word, count: count), word: word)
        // Room for a whole word always lies behind, so that a short string is written at once.
        if bytes.count &- start < 8 { grow(to: start + 8) }
        bytes.withUnsafeMutableBytes {
            $0.storeBytes(of: word.littleEndian, toByteOffset: start, as: UInt64.self)
        }
        filled = start &+ count
    }

    /// Sets a string to a name of a table.
    public mutating func setString(_ name: Int, of table: CategoryTable, at slot: Int) {
        table.withName(at: name) { setString($0, hash: table.hash(at: name), at: slot) }
    }

    @inline(__always)
    private mutating func setString(_ value: UnsafeRawBufferPointer, hash: UInt64, at slot: Int) {
        let (start, count) = (filled, value.count)
        strings[slot] = StringSlot(start: start, count: count, hash: hash, word: CategoryTable.word(value))
        if bytes.count &- start < count { grow(to: start + count) }
        bytes.withUnsafeMutableBytes {
            UnsafeMutableRawBufferPointer(rebasing: $0[start..<start &+ count]).copyMemory(from: value)
        }
        filled = start &+ count
    }

    /// Hands out the strings, by slot, and the bytes that they lie in: those that are there do.
    /// - Precondition: there are as many slots, which whoever reads them need not ask again.
    @inline(__always)
    func withStrings<R>(
        below slotBound: Int, _ body: (UnsafeBufferPointer<StringSlot>, UnsafeRawBufferPointer) -> R
    ) -> R {
        precondition(strings.count >= slotBound, "a row of another layout")
        return strings.withUnsafeBufferPointer { strings in bytes.withUnsafeBytes { body(strings, $0) } }
    }

    /// The bytes of all strings, end to end.
    @inline(__always)
    func withStringBytes<R>(_ body: (UnsafeRawBufferPointer) -> R) -> R {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[..<filled])) }
    }

    /// Takes over the bytes of all strings. - Precondition: their slots are set, or going to be, to lie within them.
    @inline(__always)
    mutating func setStringBytes(_ own: UnsafeRawBufferPointer) {
        if bytes.count < own.count { grow(to: own.count) }
        bytes.withUnsafeMutableBytes { UnsafeMutableRawBufferPointer(rebasing: $0[..<own.count]).copyMemory(from: own) }
        filled = own.count
    }

    @inline(never)
    private mutating func grow(to count: Int) {
        bytes.append(contentsOf: repeatElement(0, count: max(64, 2 * count) - bytes.count))
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
    @inline(__always)
    public func withString<R>(at slot: Int, _ body: (UnsafeRawBufferPointer, UInt64) -> R) -> R? {
        let string = strings[slot]
        guard string.count >= 0 else { return nil }
        return bytes.withUnsafeBytes { all in
            let range = Int(string.start)..<Int(string.start + string.count)
            return body(UnsafeRawBufferPointer(rebasing: all[range]), string.hash)
        }
    }

    /// The hash of a string; nil where it is missing.
    @inlinable
    @inline(__always)
    package func stringHash(at slot: Int) -> UInt64? {
        let string = strings[slot]
        return string.count >= 0 ? string.hash : nil
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
        other.withStringBytes { setStringBytes($0) }
    }

    /// How many bytes of memory the values take, roughly.
    public var byteCount: Int {
        numbers.count * 8 + timestamps.count * 8 + strings.count * 24 + filled
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
