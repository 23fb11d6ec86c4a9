/// A whole number of up to 64 bits over a power of ten, correctly rounded to a double, ties to even.
///
/// The quotient is taken exactly: both sides are shifted left until their highest bit is set, one division of 128 by 64
/// bits gives at least 63 bits of it, and whether a remainder is left decides ties. That serves the texts with 16 to 19
/// digits that programs print for doubles, at the cost of one division.
enum ExactQuotient {
    /// - Parameter exponent: at most 27, so that five to its power has less than 64 bits; any where `mantissa` is 0.
    @inline(__always)
    static func divide(_ mantissa: UInt64, byTenToThe exponent: UInt) -> Double {
        guard mantissa != 0 else { return 0 }
        // Five to the power, from the bits of the exponent.
        var five: UInt64 = exponent & 1 == 0 ? 1 : 5
        if exponent & 2 != 0 { five &*= 25 }
        if exponent & 4 != 0 { five &*= 625 }
        if exponent & 8 != 0 { five &*= 390_625 }
        if exponent & 16 != 0 { five &*= 152_587_890_625 }
        let (above, below) = (mantissa.leadingZeroBitCount, five.leadingZeroBitCount)
        // Halving the dividend keeps the quotient within 64 bits.
        let dividend = (mantissa << UInt64(above)) >> 1
        let divisor = five << UInt64(below)
        let low: UInt64 = (mantissa << UInt64(above)) << 63
        let (quotient, remainder) = divisor.dividingFullWidth((dividend, low))
        // The value is quotient * 2^scale, and a little more where there is a remainder.
        let scale = below - above - Int(exponent) - 63
        let excess = 11 - quotient.leadingZeroBitCount
        let kept = quotient >> UInt64(excess)
        let rest = quotient & ((1 << UInt64(excess)) - 1)
        let half: UInt64 = 1 << UInt64(excess - 1)
        let isAbove = rest > half || (rest == half && (remainder != 0 || kept & 1 == 1))
        let rounded = Double(kept + (isAbove ? 1 : 0))
        return rounded * Double(sign: .plus, exponent: scale + excess, significand: 1)
    }
}
