/// SipHash-c-d with 128 bits of output: a keyed pseudo-random function of short inputs.
///
/// Source: J.-P. Aumasson, D. J. Bernstein, *SipHash: a fast short-input PRF*, INDOCRYPT 2012, and the 128-bit
/// variant of the authors' reference code. Rounds and key are parameters so that the tests can check the
/// published SipHash-2-4 vectors with the same code that computes `Fingerprint`.
@usableFromInline
package struct SipHash128 {
    @usableFromInline var v0: UInt64
    @usableFromInline var v1: UInt64
    @usableFromInline var v2: UInt64
    @usableFromInline var v3: UInt64

    @inlinable
    @inline(__always)
    init(key0: UInt64, key1: UInt64) {
        v0 = key0 ^ 0x736f_6d65_7073_6575
        v1 = key1 ^ 0x646f_7261_6e64_6f6d ^ 0xee
        v2 = key0 ^ 0x6c79_6765_6e65_7261
        v3 = key1 ^ 0x7465_6462_7974_6573
    }

    @inlinable
    @inline(__always)
    mutating func rounds(_ count: Int) {
        for _ in 0..<count {
            v0 = v0 &+ v1
            v1 = Self.rotate(v1, 13) ^ v0
            v0 = Self.rotate(v0, 32)
            v2 = v2 &+ v3
            v3 = Self.rotate(v3, 16) ^ v2
            v0 = v0 &+ v3
            v3 = Self.rotate(v3, 21) ^ v0
            v2 = v2 &+ v1
            v1 = Self.rotate(v1, 17) ^ v2
            v2 = Self.rotate(v2, 32)
        }
    }

    @inlinable
    @inline(__always)
    static func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 { word &<< count | word &>> (64 &- count) }

    /// The output as two little-endian words: `first` is bytes 0–7 of the reference code's output, `second` 8–15.
    @inlinable
    @inline(__always)
    package static func hash(
        _ bytes: UnsafeRawBufferPointer, key0: UInt64, key1: UInt64, compression: Int, finalization: Int
    ) -> (first: UInt64, second: UInt64) {
        var state = Self(key0: key0, key1: key1)
        let wholeWords = bytes.count & ~7
        var offset = 0
        while offset < wholeWords {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
            state.v3 ^= word
            state.rounds(compression)
            state.v0 ^= word
            offset &+= 8
        }
        let last = UInt64(truncatingIfNeeded: bytes.count) &<< 56 | ShortText.rest(bytes)
        state.v3 ^= last
        state.rounds(compression)
        state.v0 ^= last
        state.v2 ^= 0xee
        state.rounds(finalization)
        let first = state.v0 ^ state.v1 ^ state.v2 ^ state.v3
        state.v1 ^= 0xdd
        state.rounds(finalization)
        return (first, state.v0 ^ state.v1 ^ state.v2 ^ state.v3)
    }
}
