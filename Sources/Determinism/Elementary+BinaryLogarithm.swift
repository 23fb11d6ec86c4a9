extension Elementary {
    /// The logarithm of `x` to base 2, within 1.6 ulp and exact for powers of two; −∞ at ±0, NaN below 0, +∞ at +∞.
    ///
    /// x = 2ᵏ m with m between √½ and √2; the result is k + log m / log 2.
    @inlinable
    public static func log2(_ x: Double) -> Double {
        guard x >= 0x1p-1022 && x < .infinity else {
            // A subnormal is scaled to a normal number, exactly.
            guard x > 0 && x < .infinity else { return log(x) }
            return log2(x * 0x1p54) - 54
        }
        let split = splitExponent(x)
        return Double(split.exponent) + log(split.mantissa) * 0x1.71547652b82fep0
    }
}
