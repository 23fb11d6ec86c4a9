import Determinism

/// Powers with the same bits everywhere.
enum Power {
    /// base to the power of `exponent`, for a positive base; a half by the square root, which is correctly rounded.
    /// The relative error elsewhere is some 10⁻¹⁶ times the size of the result's logarithm.
    @inline(__always)
    static func of(_ base: Double, _ exponent: Double) -> Double {
        if exponent == 0.5 { return base.squareRoot() }
        if exponent == -0.5 { return 1 / base.squareRoot() }
        return Elementary.exp(exponent * Elementary.log(base))
    }
}
