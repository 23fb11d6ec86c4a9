import Determinism

/// The names of an open set in the order in which they were first learned: byte string to slot, slot to byte string.
///
/// Names are compared as UTF-8 bytes, unnormalized. An open-addressing table over the bytes of all names laid end to
/// end; the hash only finds a name and is no part of the state. Complexity: O(length) to look up or insert, amortized.
public struct CategoryTable: Sendable {
    @usableFromInline var bytes: [UInt8] = []
    @usableFromInline var names: [Name] = []
    /// Slot + 1, or 0 for free; the count is a power of two, at most half of it taken.
    private var buckets: [Int32] = []

    /// The name of a slot, beside what most names are told apart by.
    @usableFromInline
    struct Name: Sendable {
        @usableFromInline let hash: UInt64
        /// Its first eight bytes or fewer (``ShortText/word(_:)``).
        @usableFromInline let word: UInt64
        /// Where it lies in ``CategoryTable/bytes``.
        @usableFromInline let start: Int32
        @usableFromInline let count: Int32

        @inline(__always)
        init(_ name: UnsafeRawBufferPointer, hash: UInt64, start: Int) {
            (self.hash, word) = (hash, CategoryTable.word(name))
            (self.start, count) = (Int32(start), Int32(name.count))
        }
    }

    public init() {}

    public var count: Int { names.count }

    /// Bytes of memory, roughly.
    public var byteCount: Int { bytes.count + names.count * 24 + buckets.count * 4 }

    /// The first eight bytes of a name, or fewer where it has no more.
    @inline(__always)
    static func word(_ name: UnsafeRawBufferPointer) -> UInt64 {
        ShortText.word(UnsafeRawBufferPointer(rebasing: name.prefix(8)))
    }

    /// As ``hash(_:)``, of a name of less than eight bytes.
    @inline(__always)
    static func hash(word: UInt64, count: Int) -> UInt64 {
        mix(0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: count) ^ word)
    }

    /// A quick hash of a name, eight bytes a step. It need not withstand whoever chooses names to collide: the table
    /// bounds how many it takes, and every find is compared byte by byte.
    @inline(__always)
    public static func hash(_ name: UnsafeRawBufferPointer) -> UInt64 {
        var hash: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(truncatingIfNeeded: name.count)
        var index = 0
        while index + 8 <= name.count {
            hash = mix(hash ^ UInt64(littleEndian: name.loadUnaligned(fromByteOffset: index, as: UInt64.self)))
            index += 8
        }
        return mix(hash ^ ShortText.rest(name))
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.low ^ product.high
    }

    public func slot(of name: UnsafeRawBufferPointer, hash: UInt64) -> Int? {
        slot(hash: hash, word: Self.word(name), count: name.count) { name }
    }

    /// Finds a string of a row, that is there. - Parameter bytes: those of the row's strings.
    @inline(__always)
    func slot(of string: FeatureRow.StringSlot, in bytes: UnsafeRawBufferPointer) -> Int? {
        slot(hash: string.hash, word: string.word, count: Int(string.count)) {
            UnsafeRawBufferPointer(rebasing: bytes[Int(string.start)..<Int(string.start &+ string.count)])
        }
    }

    /// Finds a name of which all is known but its bytes, that are asked for where it has more than eight.
    @inline(__always)
    func slot(hash: UInt64, word: UInt64, count: Int, _ bytes: () -> UnsafeRawBufferPointer) -> Int? {
        guard !buckets.isEmpty else { return nil }
        // Where they lie: every bucket holds a slot that there is, or none.
        return buckets.withUnsafeBufferPointer { buckets in
            names.withUnsafeBufferPointer { names in
                let mask = buckets.count &- 1
                var bucket = Int(truncatingIfNeeded: hash) & mask
                while true {
                    let slot = Int(buckets[bucket]) &- 1
                    if slot < 0 { return nil }
                    if names[slot].hash == hash, names[slot].word == word, Int(names[slot].count) == count,
                        count <= 8 || matches(slot, bytes())
                    { return slot }
                    bucket = (bucket &+ 1) & mask
                }
            }
        }
    }

    public func slot(of name: String) -> Int? {
        var copy = name
        return copy.withUTF8 { slot(of: UnsafeRawBufferPointer($0), hash: Self.hash(UnsafeRawBufferPointer($0))) }
    }

    /// Gives a name that is not in the table the next slot.
    @discardableResult
    public mutating func append(_ name: UnsafeRawBufferPointer, hash: UInt64) -> Int {
        if (count + 1) * 2 > buckets.count { grow() }
        names.append(Name(name, hash: hash, start: bytes.count))
        bytes.append(contentsOf: name)
        place(count - 1)
        return count - 1
    }

    @discardableResult
    public mutating func append(_ name: String) -> Int {
        var copy = name
        return copy.withUTF8 { append(UnsafeRawBufferPointer($0), hash: Self.hash(UnsafeRawBufferPointer($0))) }
    }

    /// Takes back the newest names. Complexity: O(removed), each in expected constant time.
    public mutating func removeLast(_ removed: Int) {
        guard removed > 0 else { return }
        names.removeLast(removed)
        bytes.removeLast(bytes.count - (names.isEmpty ? 0 : range(of: count - 1).upperBound))
        rehash(bucketCount: buckets.count)
    }

    public func name(at slot: Int) -> String {
        String(decoding: bytes[range(of: slot)], as: UTF8.self)
    }

    /// Hands out the bytes of a name.
    @inlinable
    @inline(__always)
    public func withName<R>(at slot: Int, _ body: (UnsafeRawBufferPointer) -> R) -> R {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range(of: slot)])) }
    }

    /// The first eight bytes of the name of a slot, or fewer where it has no more.
    @inline(__always)
    func word(at slot: Int) -> UInt64 { names[slot].word }

    /// The hash of the name of a slot, as ``hash(_:)`` gives it.
    @inline(__always)
    func hash(at slot: Int) -> UInt64 { names[slot].hash }

    @inlinable
    @inline(__always)
    func range(of slot: Int) -> Range<Int> {
        Int(names[slot].start)..<Int(names[slot].start + names[slot].count)
    }

    @inline(never)
    private func matches(_ slot: Int, _ name: UnsafeRawBufferPointer) -> Bool {
        withName(at: slot) { $0.elementsEqual(name) }
    }

    private mutating func place(_ slot: Int) {
        let mask = buckets.count - 1
        var bucket = Int(truncatingIfNeeded: names[slot].hash) & mask
        while buckets[bucket] != 0 { bucket = (bucket + 1) & mask }
        buckets[bucket] = Int32(slot + 1)
    }

    private mutating func grow() {
        rehash(bucketCount: max(16, buckets.count * 2))
    }

    private mutating func rehash(bucketCount: Int) {
        buckets = [Int32](repeating: 0, count: bucketCount)
        for slot in 0..<count { place(slot) }
    }
}

extension CategoryTable: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(count)
        for slot in 0..<count { encoder.blob(bytes[range(of: slot)]) }
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        self.init()
        for _ in 0..<(try decoder.count()) {
            try decoder.withBlob {
                let name = UnsafeRawBufferPointer($0)
                append(name, hash: Self.hash(name))
            }
        }
    }
}
