import Crypto

/// A SHA-256 digest (FIPS 180-4): 32 bytes that stand for the bytes they were computed from.
///
/// Two states are the same state when their canonical encodings have the same digest.
/// The digest of no bytes at all is
/// `e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`.
public struct Digest: Hashable, Sendable, CustomStringConvertible {
    /// The length of a digest in bytes.
    public static let byteCount = 32

    // Four big-endian words instead of an array: no allocation, and equality is four comparisons.
    @usableFromInline var words: (UInt64, UInt64, UInt64, UInt64)

    /// Hashes `bytes`. O(n).
    public init(hashing bytes: [UInt8]) {
        var hasher = SHA256()
        bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        self.init(hasher.finalize())
    }

    /// Hashes what a closure encodes. Where it calls ``CanonicalEncoder/spill()`` now and then, the encoding is never
    /// in memory as a whole. O(n).
    public init(encoding body: (inout CanonicalEncoder) -> Void) {
        let sink = DigestSink()
        var encoder = CanonicalEncoder()
        encoder.sink = sink
        body(&encoder)
        sink.take(encoder.bytes)
        self.init(sink.hasher.finalize())
    }

    /// Hashes the concatenation of `first` and `second` without building it. O(n).
    public init(hashing first: [UInt8], _ second: [UInt8]) {
        var hasher = SHA256()
        first.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        second.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        self.init(hasher.finalize())
    }

    /// The digest written as exactly 64 hexadecimal digits of either case; `nil` for any other text.
    public init?(hex: String) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        var high: UInt8?
        for character in hex.utf8 {
            guard bytes.count < Self.byteCount, let nibble = Self.nibble(character) else { return nil }
            if let pending = high {
                bytes.append(pending << 4 | nibble)
                high = nil
            } else {
                high = nibble
            }
        }
        guard high == nil else { return nil }
        self.init(bytes: bytes)
    }

    /// The digest whose bytes these are; `nil` unless there are exactly 32.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        words = (0, 0, 0, 0)
        for (index, byte) in bytes.enumerated() {
            switch index >> 3 {
            case 0: words.0 = words.0 << 8 | UInt64(byte)
            case 1: words.1 = words.1 << 8 | UInt64(byte)
            case 2: words.2 = words.2 << 8 | UInt64(byte)
            default: words.3 = words.3 << 8 | UInt64(byte)
            }
        }
    }

    private init(_ digest: SHA256Digest) {
        words = digest.withUnsafeBytes { raw in
            func word(_ index: Int) -> UInt64 {
                UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self))
            }
            return (word(0), word(1), word(2), word(3))
        }
    }

    /// The 32 bytes, in the order SHA-256 defines.
    public var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(Self.byteCount)
        for word in [words.0, words.1, words.2, words.3] {
            withUnsafeBytes(of: word.bigEndian) { result.append(contentsOf: $0) }
        }
        return result
    }

    /// 64 lower-case hexadecimal digits.
    public var description: String {
        var digits: [UInt8] = []
        digits.reserveCapacity(2 * Self.byteCount)
        for byte in bytes {
            digits.append(Self.character(byte >> 4))
            digits.append(Self.character(byte & 15))
        }
        return String(decoding: digits, as: UTF8.self)
    }

    @inlinable
    public static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    @inlinable
    public func hash(into hasher: inout Hasher) {
        // SHA-256 is uniform: any 64 of its bits spread as well as all of them.
        hasher.combine(words.0)
    }

    private static func nibble(_ character: UInt8) -> UInt8? {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): character - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): character - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): character - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    private static func character(_ nibble: UInt8) -> UInt8 {
        nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
    }
}

/// Hashes bytes as they are encoded.
@usableFromInline
final class DigestSink: @unchecked Sendable {
    // Reached only through the one encoder that `Digest.init(encoding:)` makes and does not hand out.
    fileprivate var hasher = SHA256()

    fileprivate init() {}

    func take(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    }
}

extension CanonicalEncoder {
    /// Where only a digest is wanted, hashes what has been written so far once that is much, and forgets it; elsewhere
    /// does nothing.
    @inline(__always)
    public mutating func spill() {
        if sink != nil, storage.count > 1 << 16 { spillAll() }
    }

    @inline(never)
    @usableFromInline
    mutating func spillAll() {
        sink?.take(storage)
        storage.removeAll(keepingCapacity: true)
    }
}
