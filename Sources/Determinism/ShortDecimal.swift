/// Text of 1 to 8 bytes that are digits, with one point among them or none: `1400`, `0.439155`, `5.`.
///
/// All bytes are looked at at once, in one 64-bit word, from which the point is cut out (``EightDigits``).
@usableFromInline
struct ShortDecimal {
    /// The digits without the point, below 10⁸.
    @usableFromInline let mantissa: UInt64
    /// How many of them stand behind the point, from 0 to 7.
    @usableFromInline let fractionCount: UInt

    /// - Parameter text: its first byte the lowest; what lies above its last is not looked at.
    /// - Returns: nil where the text is another.
    @inlinable
    @inline(__always)
    init?(_ text: UInt64, count: Int) {
        guard count >= 1, count <= 8 else { return nil }
        // The last byte of the text is the highest; below the first stand zeros, which lead.
        let shift = (8 &- UInt64(truncatingIfNeeded: count)) &* 8
        var word = text &<< shift | (EightDigits.zeros & ((1 as UInt64) &<< shift &- 1))
        // The lowest of the bytes that are points gets its top bit; of those above it a carry may say the wrong, and
        // they are no digits in any case.
        let distance = word ^ 0x2E2E_2E2E_2E2E_2E2E
        let points = (distance &- 0x0101_0101_0101_0101) & ~distance & 0x8080_8080_8080_8080
        guard points != 0 else {
            guard let mantissa = EightDigits.value(word) else { return nil }
            (self.mantissa, fractionCount) = (mantissa, 0)
            return
        }
        // What stands before the point moves up into its place.
        let place = UInt64(truncatingIfNeeded: points.trailingZeroBitCount) & 56
        let before = (1 as UInt64) &<< place &- 1
        let behind = ~(before &<< 8 | 0xFF)
        word = word & behind | (word & before) &<< 8 | 0x30
        guard count > 1, let mantissa = EightDigits.value(word) else { return nil }
        self.mantissa = mantissa
        fractionCount = UInt(truncatingIfNeeded: 7 &- place &>> 3)
    }
}
