/// A pseudo-random generator that gives the same numbers for the same seed, everywhere and for ever.
///
/// xoshiro256** (D. Blackman, S. Vigna, *Scrambled linear pseudorandom number generators*, ACM TOMS 47(4), 2021;
/// public-domain code at prng.di.unimi.it), period 2²⁵⁶ − 1, its state filled from the seed by SplitMix64 as its
/// authors recommend. Seed 0 first gives 11091344671253066420. Not for secrets.
///
/// It is a value: a copy continues on its own, and its state is encoded with the model that owns it.
public struct SeededGenerator: RandomNumberGenerator, CanonicallyCodable, Sendable, Equatable {
    @usableFromInline var s0: UInt64
    @usableFromInline var s1: UInt64
    @usableFromInline var s2: UInt64
    @usableFromInline var s3: UInt64

    /// The generator for `seed`; every seed is as good as any other.
    public init(seed: UInt64) {
        var filler = SplitMix64(state: seed)
        self.init(state: (filler.next(), filler.next(), filler.next(), filler.next()))
    }

    /// A generator in a given state, which must not be zero: from there it would give only zeros.
    package init(state: (UInt64, UInt64, UInt64, UInt64)) {
        precondition(state != (0, 0, 0, 0), "the state of xoshiro256** is not zero")
        (s0, s1, s2, s3) = state
    }

    /// The next 64 random bits. O(1).
    @inlinable
    public mutating func next() -> UInt64 {
        let result = Self.rotate(s1 &* 5, 7) &* 9
        let shifted = s1 &<< 17
        s2 ^= s0
        s3 ^= s1
        s1 ^= s2
        s0 ^= s3
        s2 ^= shifted
        s3 = Self.rotate(s3, 45)
        return result
    }

    /// A multiple of 2⁻⁵³ in [0, 1), each as likely as any other.
    @inlinable
    public mutating func uniform() -> Double {
        Double(next() &>> 11) * 0x1p-53
    }

    /// A number in 0 ..< `n`, each exactly as likely as any other; `n` is at least 1.
    ///
    /// Source: D. Lemire, *Fast random integer generation in an interval*, ACM TOMACS 29(1), 2019. The standard
    /// library's `Int.random(in:using:)` may change its method between releases; this one may not.
    @inlinable
    public mutating func below(_ n: Int) -> Int {
        precondition(n > 0, "there is no number below \(n)")
        let bound = UInt64(n)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(truncatingIfNeeded: product.high)
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.fixed64(s0)
        encoder.fixed64(s1)
        encoder.fixed64(s2)
        encoder.fixed64(s3)
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let start = decoder.offset
        let state = (try decoder.fixed64(), try decoder.fixed64(), try decoder.fixed64(), try decoder.fixed64())
        guard state != (0, 0, 0, 0) else {
            throw CanonicalDecodingError(offset: start, reason: "the state of a generator is zero")
        }
        self.init(state: state)
    }

    @inlinable
    @inline(__always)
    static func rotate(_ word: UInt64, _ count: UInt64) -> UInt64 { word &<< count | word &>> (64 &- count) }
}
