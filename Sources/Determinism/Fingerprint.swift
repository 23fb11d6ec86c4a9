/// A 128-bit SipHash-1-3 of some bytes: a short name for a long one, the same in every process and on every machine.
///
/// The key is fixed: the sixteen ASCII bytes `headrace siphash`. Among *n* different inputs the chance that any two
/// share a fingerprint is about n² / 2¹²⁹ (for a billion: 1.5 · 10⁻²¹). Because the key is public, somebody who
/// wants to can search for collisions at the cost of 2⁶⁴ evaluations; use `Digest` where that matters.
///
/// Source: Aumasson and Bernstein, *SipHash: a fast short-input PRF*, 2012; the 128-bit output of their reference code.
public struct Fingerprint: Hashable, Sendable {
    /// Bytes 8–15 of SipHash's output, as a little-endian word.
    public var high: UInt64
    /// Bytes 0–7 of SipHash's output, as a little-endian word.
    public var low: UInt64

    /// A fingerprint computed earlier.
    @inlinable
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// The fingerprint of `bytes`. O(n).
    @inlinable
    public init(_ bytes: UnsafeRawBufferPointer) {
        // "headrace" and " siphash", read as little-endian words.
        let output = SipHash128.hash(
            bytes, key0: 0x6563_6172_6461_6568, key1: 0x6873_6168_7069_7320, compression: 1, finalization: 3)
        self.init(high: output.second, low: output.first)
    }

    /// The fingerprint of `bytes`. O(n).
    @inlinable
    public init(_ bytes: [UInt8]) {
        self = bytes.withUnsafeBytes { Fingerprint($0) }
    }

    /// The fingerprint of the UTF-8 bytes of `string`, unnormalized: canonically equivalent strings whose bytes
    /// differ have different fingerprints. O(n).
    @inlinable
    public init(_ string: String) {
        var utf8 = string
        self = utf8.withUTF8 { Fingerprint(UnsafeRawBufferPointer($0)) }
    }

    @inlinable
    public func hash(into hasher: inout Hasher) {
        // Already uniform: one word is enough for a hash table.
        hasher.combine(low)
    }
}
