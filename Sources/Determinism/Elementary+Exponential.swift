extension Elementary {
    /// eˣ, within 0.95 ulp.
    ///
    /// Infinite above 709.782712893384; subnormal below −708.396; 0 below −745.1332191019412.
    ///
    /// x = k ln 2 + r with |r| ≤ ln 2 / 2, and eʳ = 1 + r + r² P(r) with P of degree 9.
    @inlinable
    public static func exp(_ x: Double) -> Double {
        // A comparison with NaN is false, so one test sends every special case out of the way.
        guard x.magnitude < 708 else { return expOutOfTheWay(x) }
        let reduced = reduce(x)
        let r = reduced.r
        let y = 1 + (r + (r * r * expPolynomial(r) + reduced.correction))
        return y * powerOfTwo(reduced.k)
    }

    /// `exp` where its result overflows, is or may be subnormal, or is not a number.
    @inlinable
    @inline(never)
    static func expOutOfTheWay(_ x: Double) -> Double {
        if x.isNaN { return .nan }
        if x > 0x1.62e42fefa39efp+9 { return .infinity }
        if x < -0x1.74910d52d3051p+9 { return 0 }
        let reduced = reduce(x)
        let r = reduced.r
        let y = 1 + (r + (r * r * expPolynomial(r) + reduced.correction))
        // The first product is exact. The second rounds if it is subnormal, and then it rounds once.
        return reduced.k > 0
            ? y * 2 * powerOfTwo(reduced.k &- 1)
            : y * powerOfTwo(reduced.k &+ 128) * 0x1p-128
    }

    /// eˣ as a head and the tail that rounding cut from it, together within 0.1 ulp; for |x| < 700.
    @inlinable
    @inline(__always)
    static func expWithTail(_ x: Double) -> (head: Double, tail: Double) {
        let reduced = reduce(x)
        let r = reduced.r
        let small = r * r * expPolynomial(r) + (reduced.correction + reduced.correction * r)
        // Two sums, larger term first, so that the difference gives the rounding error exactly (Dekker 1971).
        let power = r + small
        let powerTail = small - (power - r)
        let head = 1 + power
        let tail = (power - (head - 1)) + powerTail
        let scale = powerOfTwo(reduced.k)
        return (head * scale, tail * scale)
    }

    /// x = k ln 2 + r + correction, |r| at most a little above ln 2 / 2; for |x| < 800.
    @inlinable
    @inline(__always)
    static func reduce(_ x: Double) -> (k: Int, r: Double, correction: Double) {
        let shifted = x * 0x1.71547652b82fep+0 + integerShift
        let k = Int(truncatingIfNeeded: Int32(truncatingIfNeeded: shifted.bitPattern))
        let kAsDouble = shifted - integerShift
        let head = x - kAsDouble * ln2Head
        let tail = kAsDouble * ln2Tail
        let r = head - tail
        return (k, r, (head - r) - tail)
    }

    /// (eʳ − 1 − r) / r² for |r| ≤ ln 2 / 2, in pairs (Estrin's scheme) so that the multiplications overlap.
    @inlinable
    @inline(__always)
    static func expPolynomial(_ r: Double) -> Double {
        let r2 = r * r
        let r4 = r2 * r2
        let p01 = 0x1.0000000000001p-1 + r * 0x1.5555555555556p-3
        let p23 = 0x1.5555555553d63p-5 + r * 0x1.11111111109b3p-7
        let p45 = 0x1.6c16c1788bd90p-10 + r * 0x1.a01a01a7c41d5p-13
        let p67 = 0x1.a019b90d2ae7ap-16 + r * 0x1.71de0dae63bb3p-19
        let p89 = 0x1.289185613a3d6p-22 + r * 0x1.af38a9b0ec855p-26
        return (p01 + r2 * p23) + r4 * ((p45 + r2 * p67) + r4 * p89)
    }

    /// The logistic function 1 / (1 + e⁻ˣ), within 0.7 ulp for x above −40 and within 0.95 ulp below.
    ///
    /// Never cancels: for negative x it is eˣ / (1 + eˣ), from the same e to the power of −|x|. From x = 40 on it
    /// is 1.
    @inlinable
    public static func sigmoid(_ x: Double) -> Double {
        guard x.magnitude < 40 else { return x >= 40 ? 1 : exp(x) }
        let power = expWithTail(-x.magnitude)
        let denominator = 1 + power.head
        let denominatorTail = (power.head - (denominator - 1)) + power.tail
        // Two selections instead of a branch, which a processor would guess wrong for every other random sign.
        let isNegative = x < 0
        return ratio(
            isNegative ? power.head : 1, isNegative ? power.tail : 0, over: denominator, denominatorTail)
    }
}
