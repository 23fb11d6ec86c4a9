/// Elementary functions that give the same 64 bits on every machine.
///
/// The C library's `exp` differs between glibc, musl and macOS, and within glibc between processors with and without
/// fused multiply-add. These use only `+`, `-`, `*`, `/` and bit operations on `Double`, each correctly rounded by
/// IEEE 754 and never contracted by Swift, so the order of operations in the source *is* the result.
/// Changing one bit of a result changes the digest of every model that used it: treat a change as a new revision.
///
/// | function | largest error, in ulps |
/// |---|---|
/// | `exp` | 0.95 |
/// | `log` | 0.85 |
/// | `log1p` | 0.85 |
/// | `log2` | 1.6; exact for powers of two |
/// | `erf` | 0.9 |
/// | `tanh` | 0.9 |
/// | `sigmoid` | 0.7; 0.95 below −40 |
///
/// The tests measure these against correctly rounded values. The polynomials interpolate in Chebyshev nodes;
/// `Tests/DeterminismTests/elementary_reference.py coefficients` prints them. The compensated argument reductions are
/// those of K. C. Ng's fdlibm (Sun Microsystems, 1993); see also J.-M. Muller, *Elementary Functions*, 3rd ed., 2016.
/// Every function maps NaN to `Double.nan` and is O(1).
public enum Elementary {
    /// 1.5 · 2⁵². Adding it to |x| < 2⁵¹ rounds x to an integer, which is then in the low bits of the sum:
    /// `.rounded()` would call the C library on processors without SSE 4.1.
    @inlinable
    @inline(__always)
    static var integerShift: Double { 0x1.8p52 }

    /// ln 2 in two parts. `ln2Head` has 32 bits, so that its product with an exponent is exact.
    @inlinable
    @inline(__always)
    static var ln2Head: Double { 0x1.62e42feep-1 }

    @inlinable
    @inline(__always)
    static var ln2Tail: Double { 0x1.a39ef35793c76p-33 }

    /// 2 to the power of `exponent`, which is in -1022...1023.
    @inlinable
    @inline(__always)
    static func powerOfTwo(_ exponent: Int) -> Double {
        Double(bitPattern: UInt64(truncatingIfNeeded: exponent &+ 1023) &<< 52)
    }

    /// (numerator + numeratorTail) / (denominator + denominatorTail), to about 0.51 ulp.
    ///
    /// The tails are the rounding errors of the heads. A first quotient is cut to 26 bits, so that its product with
    /// the halves of the denominator is exact, and then corrected by the remainder: Newton's step without fused
    /// multiply-add. For normal numbers well inside the range of `Double`.
    @inlinable
    @inline(__always)
    static func ratio(
        _ numerator: Double, _ numeratorTail: Double, over denominator: Double, _ denominatorTail: Double
    ) -> Double {
        let reciprocal = 1 / denominator
        let quotient = upperHalf(numerator * reciprocal)
        let denominatorHead = upperHalf(denominator)
        let remainder = (numerator - quotient * denominatorHead) - quotient * (denominator - denominatorHead)
        return quotient + (remainder + (numeratorTail - quotient * denominatorTail)) * reciprocal
    }

    /// `value` with the lower 27 of its 53 bits cleared.
    @inlinable
    @inline(__always)
    static func upperHalf(_ value: Double) -> Double {
        Double(bitPattern: value.bitPattern & 0xffff_ffff_f800_0000)
    }
}
