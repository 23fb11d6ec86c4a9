/// Sine and cosine of an angle counted in turns: 1 is once around, 0.25 a right angle.
///
/// Counted so, the angle is brought into an eighth of a turn on either side of a quarter without an error; then
/// fdlibm's polynomials for |x| ≤ π/4 (K. C. Ng, *k_sin.c* and *k_cos.c*, Sun Microsystems, 1993) are summed in a fixed
/// order. The error is below 1.5 units in the last place of 1: sine of 1/12 of a turn is 0.5 but for the last bit.
extension Elementary {
    /// sin(2π · `turns`); NaN where `turns` is not finite. From 2⁵² on every angle is a whole number of turns.
    public static func sine(turns: Double) -> Double {
        let (quarter, rest) = reduced(turns)
        switch quarter {
        case 0: return sinePolynomial(rest)
        case 1: return cosinePolynomial(rest)
        case 2: return 0 - sinePolynomial(rest)
        default: return 0 - cosinePolynomial(rest)
        }
    }

    /// cos(2π · `turns`); NaN where `turns` is not finite.
    public static func cosine(turns: Double) -> Double {
        let (quarter, rest) = reduced(turns)
        switch quarter {
        case 0: return cosinePolynomial(rest)
        case 1: return 0 - sinePolynomial(rest)
        case 2: return 0 - cosinePolynomial(rest)
        default: return sinePolynomial(rest)
        }
    }

    /// The number of the nearest quarter turn, 0 to 3, and how far beyond it the angle is, in radians.
    private static func reduced(_ turns: Double) -> (quarter: Int, rest: Double) {
        guard turns.isFinite else { return (0, .nan) }
        let fraction = turns - turns.rounded(.down)
        let quarters = (fraction * 4).rounded()
        return (Int(quarters) & 3, (fraction - quarters / 4) * 6.283185307179586)
    }

    private static func sinePolynomial(_ x: Double) -> Double {
        let z = x * x
        let high = 2.75573137070700676789e-06 + z * (-2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)
        let r = 8.33333333332248946124e-03 + z * (-1.98412698298579493134e-04 + z * high)
        return x + (z * x) * (-1.66666666666666324348e-01 + z * r)
    }

    private static func cosinePolynomial(_ x: Double) -> Double {
        let z = x * x
        let high = -2.75573143513906633035e-07 + z * (2.08757232129817482790e-09 + z * -1.13596475577881948265e-11)
        let r = z * (4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03
            + z * (2.48015872894767294178e-05 + z * high)))
        let half = 0.5 * z
        let w = 1 - half
        return w + (((1 - w) - half) + z * r)
    }
}
