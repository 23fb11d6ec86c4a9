import Determinism

/// The names of an open set in the order in which they were first learned: byte string to slot, slot to byte string.
///
/// Names are compared as UTF-8 bytes, unnormalized. An open-addressing table over the bytes of all names laid end to
/// end; the hash only finds a name and is no part of the state. Complexity: O(length) to look up or insert, amortized.
public struct CategoryTable: Sendable {
    @usableFromInline var bytes: [UInt8] = []
    /// Where the name of each slot ends in ``bytes``.
    @usableFromInline var ends: [Int32] = []
    private var hashes: [UInt64] = []
    /// Slot + 1, or 0 for free; the count is a power of two, at most half of it taken.
    private var buckets: [Int32] = []

    public init() {}

    public var count: Int { ends.count }

    /// Bytes of memory, roughly.
    public var byteCount: Int { bytes.count + ends.count * 12 + buckets.count * 4 }

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
        var rest: UInt64 = 0
        var shift: UInt64 = 0
        while index < name.count {
            rest |= UInt64(name[index]) << shift
            shift += 8
            index += 1
        }
        return mix(hash ^ rest)
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.low ^ product.high
    }

    public func slot(of name: UnsafeRawBufferPointer, hash: UInt64) -> Int? {
        guard !buckets.isEmpty else { return nil }
        // Where they lie: every bucket holds a slot that there is, or none.
        return buckets.withUnsafeBufferPointer { buckets in
            hashes.withUnsafeBufferPointer { hashes in
                let mask = buckets.count - 1
                var bucket = Int(truncatingIfNeeded: hash) & mask
                while true {
                    let entry = Int(buckets[bucket])
                    if entry == 0 { return nil }
                    if hashes[entry - 1] == hash, matches(entry - 1, name) { return entry - 1 }
                    bucket = (bucket + 1) & mask
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
        if (ends.count + 1) * 2 > buckets.count { grow() }
        bytes.append(contentsOf: name)
        ends.append(Int32(bytes.count))
        hashes.append(hash)
        place(ends.count - 1)
        return ends.count - 1
    }

    @discardableResult
    public mutating func append(_ name: String) -> Int {
        var copy = name
        return copy.withUTF8 { append(UnsafeRawBufferPointer($0), hash: Self.hash(UnsafeRawBufferPointer($0))) }
    }

    /// Takes back the newest names. Complexity: O(removed), each in expected constant time.
    public mutating func removeLast(_ removed: Int) {
        guard removed > 0 else { return }
        ends.removeLast(removed)
        hashes.removeLast(removed)
        bytes.removeLast(bytes.count - Int(ends.last ?? 0))
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

    /// The hash of the name of a slot, as ``hash(_:)`` gives it.
    @inline(__always)
    func hash(at slot: Int) -> UInt64 { hashes[slot] }

    @inlinable
    @inline(__always)
    func range(of slot: Int) -> Range<Int> {
        (slot == 0 ? 0 : Int(ends[slot - 1]))..<Int(ends[slot])
    }

    @inline(__always)
    private func matches(_ slot: Int, _ name: UnsafeRawBufferPointer) -> Bool {
        withName(at: slot) { own in
            guard own.count == name.count else { return false }
            var index = 0
            while index + 8 <= name.count {
                let isSame = own.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                    == name.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                guard isSame else { return false }
                index += 8
            }
            while index < name.count {
                guard own[index] == name[index] else { return false }
                index += 1
            }
            return true
        }
    }

    private mutating func place(_ slot: Int) {
        let mask = buckets.count - 1
        var bucket = Int(truncatingIfNeeded: hashes[slot]) & mask
        while buckets[bucket] != 0 { bucket = (bucket + 1) & mask }
        buckets[bucket] = Int32(slot + 1)
    }

    private mutating func grow() {
        rehash(bucketCount: max(16, buckets.count * 2))
    }

    private mutating func rehash(bucketCount: Int) {
        buckets = [Int32](repeating: 0, count: bucketCount)
        for slot in 0..<ends.count { place(slot) }
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
