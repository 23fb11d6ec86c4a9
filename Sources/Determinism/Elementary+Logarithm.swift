extension Elementary {
    /// The natural logarithm of `x`, within 0.85 ulp; −∞ at ±0, NaN below 0, +∞ at +∞.
    ///
    /// x = 2ᵏ (1 + f) with 1 + f between √½ and √2. With s = f / (2 + f), ln (1 + f) = 2 artanh s, whose series in s²
    /// is a polynomial of degree 6.
    @inlinable
    public static func log(_ x: Double) -> Double {
        guard x >= 0x1p-1022 && x < .infinity else {
            if x == 0 { return -.infinity }
            guard x > 0 else { return .nan }
            // A subnormal is scaled to a normal number, exactly.
            return x < .infinity ? logOfNormal(x * 0x1p54, exponent: -54) : .infinity
        }
        return logOfNormal(x, exponent: 0)
    }

    /// ln x + `exponent` ln 2, for positive normal x.
    @inlinable
    @inline(__always)
    static func logOfNormal(_ x: Double, exponent: Int) -> Double {
        let split = splitExponent(x)
        return logKernel(split.mantissa - 1, exponent: split.exponent &+ exponent, correction: 0)
    }

    /// ln (1 + x), within 0.85 ulp also where x is small; −∞ at −1, NaN below, +∞ at +∞, and ±0 at ±0.
    @inlinable
    public static func log1p(_ x: Double) -> Double {
        guard x > -1 && x < .infinity else {
            if x == -1 { return -.infinity }
            return x > 0 ? .infinity : .nan
        }
        // Below 2⁻⁵⁴ the square is lost in rounding, and ±0 keeps its sign.
        if x.magnitude < 0x1p-54 { return x }
        // 1 + x is between √½ and √2 as it stands: no exponent, and no rounding in 1 + x.
        if x > -0x1.2bec333018867p-2 && x < 0x1.a827999fcef32p-2 { return logKernel(x, exponent: 0, correction: 0) }
        let sum = 1 + x
        // What rounding took from the sum, from whichever term is the larger.
        let lost = x >= 1 ? 1 - (sum - x) : x - (sum - 1)
        let split = splitExponent(sum)
        return logKernel(split.mantissa - 1, exponent: split.exponent, correction: lost / sum)
    }

    /// x = 2ᵏ m with √½ ≤ m < √2 (to within 2⁻³²), for positive normal x.
    @inlinable
    @inline(__always)
    static func splitExponent(_ x: Double) -> (mantissa: Double, exponent: Int) {
        // Moving √½ to a power of two makes the exponent field of the difference the k that is wanted.
        let offset: UInt64 = 0x3fe6_a09e_0000_0000
        let moved = x.bitPattern &- offset
        let exponent = Int64(bitPattern: moved) &>> 52
        let mantissa = Double(bitPattern: x.bitPattern &- (moved & 0xfff0_0000_0000_0000))
        return (mantissa, Int(truncatingIfNeeded: exponent))
    }

    /// k ln 2 + ln (1 + f) + correction, for √½ − 1 ≤ f ≤ √2 − 1.
    ///
    /// ln (1 + f) = f − f²/2 + s (f²/2 + R), with R = 2 artanh s / s − 2 = s² L(s²): f stays exact, and only the
    /// smaller terms are rounded.
    @inlinable
    @inline(__always)
    static func logKernel(_ f: Double, exponent: Int, correction: Double) -> Double {
        let s = f / (2 + f)
        let z = s * s
        let halfSquare = 0.5 * f * f
        let small = s * (halfSquare + z * logPolynomial(z))
        let k = Double(exponent)
        return k * ln2Head - ((halfSquare - (small + (k * ln2Tail + correction))) - f)
    }

    /// 2/3 + 2/5 z + 2/7 z² + …, for 0 ≤ z ≤ 0.0295.
    @inlinable
    @inline(__always)
    static func logPolynomial(_ z: Double) -> Double {
        let z2 = z * z
        let p01 = 0x1.5555555555558p-1 + z * 0x1.99999999952ccp-2
        let p23 = 0x1.2492492df3ba9p-2 + z * 0x1.c71c62e26208bp-3
        let p45 = 0x1.7462b58e46ebep-3 + z * 0x1.39fe42e9740a7p-3
        return p01 + z2 * (p23 + z2 * (p45 + z2 * 0x1.2b59b713616c9p-3))
    }
}
