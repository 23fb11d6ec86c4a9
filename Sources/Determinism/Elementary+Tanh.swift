extension Elementary {
    /// The hyperbolic tangent of `x`, within 0.9 ulp; odd to the bit, ±1 from |x| = 22 on.
    ///
    /// Below 0.5625 it is x + x³ Q(x²) with Q of degree 11; above, 1 − 2 / (e²ˣ + 1), where the quotient is at most
    /// 0.49 and its error therefore small beside the result.
    @inlinable
    public static func tanh(_ x: Double) -> Double {
        let magnitude = x.magnitude
        if magnitude < 0.5625 {
            // The cube is lost in rounding, and would turn −0 into +0.
            if magnitude < 0x1p-28 { return x }
            let square = x * x
            return x + x * square * tanhPolynomial(square)
        }
        guard magnitude < 22 else { return x.isNaN ? .nan : (x < 0 ? -1 : 1) }
        let power = expWithTail(2 * magnitude)
        let denominator = power.head + 1
        let denominatorTail = (1 - (denominator - power.head)) + power.tail
        let result = 1 - ratio(2, 0, over: denominator, denominatorTail)
        // The result is positive: it takes the sign of x without a branch.
        return Double(bitPattern: result.bitPattern | x.bitPattern & 0x8000_0000_0000_0000)
    }

    /// (tanh x − x) / x³ for z = x² ≤ 0.5625².
    @inlinable
    @inline(__always)
    static func tanhPolynomial(_ z: Double) -> Double {
        let z2 = z * z
        let z4 = z2 * z2
        let p01 = -0x1.5555555555555p-2 + z * 0x1.1111111111105p-3
        let p23 = -0x1.ba1ba1ba19d5dp-5 + z * 0x1.664f4881ec346p-6
        let p45 = -0x1.226e352b6a427p-7 + z * 0x1.d6d3c26abcbe7p-9
        let p67 = -0x1.7da216499f72dp-10 + z * 0x1.354431e18ea6cp-11
        let p89 = -0x1.f3e303d937561p-13 + z * 0x1.8b6e011d560bfp-14
        let pab = -0x1.1798f633d339fp-15 + z * 0x1.002b1e55e95d8p-17
        return (p01 + z2 * p23) + z4 * ((p45 + z2 * p67) + z4 * (p89 + z2 * pab))
    }
}
