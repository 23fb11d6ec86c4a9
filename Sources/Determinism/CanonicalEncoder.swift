/// Writes values in the one byte form each of them has: equal values, equal bytes, equal digests.
///
/// The form is not self-describing. It is read by `CanonicalDecoder`, in the order in which it was written.
///
/// | written | bytes |
/// |---|---|
/// | `bool` | one byte, 0 or 1 |
/// | `uint`, `count` | LEB128: seven bits a byte, low bits first, no superfluous zero byte |
/// | `int` | zigzag (0, −1, 1, −2, …), then as `uint` |
/// | `double`, `fixed64` | 8 bytes, little endian; −0 is +0, every NaN is `7ff8000000000000` |
/// | `fingerprint`, `digest` | 16 and 32 bytes |
/// | `blob`, `string`, `doubles` | `count`, then the elements |
/// | `optional` | `bool`, then the value if there is one |
///
/// Every method is amortized O(bytes written).
public struct CanonicalEncoder: Sendable {
    @usableFromInline var storage: [UInt8]
    /// Where the bytes go where only their digest is wanted.
    @usableFromInline var sink: DigestSink?

    /// What has been written.
    @inlinable public var bytes: [UInt8] { storage }

    /// An encoder that has written nothing.
    @inlinable
    public init() {
        storage = []
    }

    /// An encoder with room for `reserving` bytes, so that writing as many allocates once.
    @inlinable
    public init(reserving byteCount: Int) {
        storage = []
        storage.reserveCapacity(byteCount)
    }

    @inlinable
    public mutating func byte(_ value: UInt8) {
        storage.append(value)
    }

    @inlinable
    public mutating func bool(_ value: Bool) {
        storage.append(value ? 1 : 0)
    }

    /// A varint of 1 byte below 128 and at most 10 bytes.
    @inlinable
    public mutating func uint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            storage.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest &>>= 7
        }
        storage.append(UInt8(truncatingIfNeeded: rest))
    }

    /// A number of things, which is not negative.
    @inlinable
    public mutating func count(_ value: Int) {
        precondition(value >= 0, "a count is not negative")
        uint(UInt64(value))
    }

    @inlinable
    public mutating func int(_ value: Int64) {
        uint(UInt64(bitPattern: value &<< 1) ^ UInt64(bitPattern: value &>> 63))
    }

    @inlinable
    public mutating func double(_ value: Double) {
        fixed64(Self.pattern(value))
    }

    @inlinable
    @inline(__always)
    static func pattern(_ value: Double) -> UInt64 {
        // Adding +0 turns −0 into +0 and leaves every other number as it is.
        value.isNaN ? 0x7ff8_0000_0000_0000 : (value + 0).bitPattern
    }

    @inlinable
    public mutating func fixed64(_ value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { storage.append(contentsOf: $0) }
    }

    /// Three words at once, the same bytes as one after the other.
    @inlinable
    public mutating func fixed64(_ first: UInt64, _ second: UInt64, _ third: UInt64) {
        withUnsafeBytes(of: (first.littleEndian, second.littleEndian, third.littleEndian)) {
            storage.append(contentsOf: $0)
        }
    }

    /// The 16 bytes of SipHash's output, in its order: the low word, then the high word.
    @inlinable
    public mutating func fingerprint(_ value: Fingerprint) {
        withUnsafeBytes(of: (value.low.littleEndian, value.high.littleEndian)) { storage.append(contentsOf: $0) }
    }

    @inlinable
    public mutating func digest(_ value: Digest) {
        fixed64(value.words.0.byteSwapped)
        fixed64(value.words.1.byteSwapped)
        fixed64(value.words.2.byteSwapped)
        fixed64(value.words.3.byteSwapped)
    }

    @inlinable
    public mutating func blob(_ value: [UInt8]) {
        count(value.count)
        storage.append(contentsOf: value)
    }

    @inlinable
    public mutating func blob(_ value: UnsafeRawBufferPointer) {
        count(value.count)
        storage.append(contentsOf: value)
    }

    @inlinable
    public mutating func blob(_ value: ArraySlice<UInt8>) {
        count(value.count)
        storage.append(contentsOf: value)
    }

    /// The bytes alone, for what has a length of its own.
    @inlinable
    public mutating func raw(_ value: some Collection<UInt8>) {
        storage.append(contentsOf: value)
    }

    /// The UTF-8 bytes, unnormalized, as a blob.
    @inlinable
    public mutating func string(_ value: String) {
        var utf8 = value
        utf8.withUTF8 { blob(UnsafeRawBufferPointer($0)) }
    }

    @inlinable
    public mutating func doubles(_ value: [Double]) {
        count(value.count)
        // Room for all first, then plain stores: several times faster than appending eight bytes at a time.
        let start = storage.count
        storage.append(contentsOf: repeatElement(0, count: 8 * value.count))
        storage.withUnsafeMutableBytes { raw in
            for index in value.indices {
                let pattern = Self.pattern(value[index]).littleEndian
                raw.storeBytes(of: pattern, toByteOffset: start &+ 8 &* index, as: UInt64.self)
            }
        }
    }

    /// Whether there is a value, then, if so, what `encode` writes for it.
    @inlinable
    public mutating func optional<T>(_ value: T?, _ encode: (inout Self, T) -> Void) {
        bool(value != nil)
        if let value { encode(&self, value) }
    }

    /// What `write` writes, as a blob: the count of its bytes stands before them. Complexity: O(bytes written).
    public mutating func sized(_ write: (inout Self) -> Void) {
        precondition(sink == nil, "what is being digested does not lie here any more")
        let start = storage.count
        write(&self)
        var length = CanonicalEncoder()
        length.count(storage.count - start)
        storage.insert(contentsOf: length.storage, at: start)
    }

    /// Forgets what has been written, to write anew.
    @inlinable
    public mutating func removeAll(keepingCapacity: Bool) {
        storage.removeAll(keepingCapacity: keepingCapacity)
    }
}
