/// Up to eight ASCII digits at once, in one 64-bit word.
///
/// Source: D. Lemire, *Quickly parsing eight digits*, 2018: three multiplications join neighbours into pairs, pairs
/// into fours, and fours into the number.
@usableFromInline
enum EightDigits {
    /// Eight times the digit 0.
    @inlinable
    static var zeros: UInt64 {
        @inline(__always) get { 0x3030_3030_3030_3030 }
    }

    /// The number that the last `count` bytes of `bytes` spell; `nil` if they are not all digits.
    /// `count` is in 1...8, and there are at least 8 bytes, of which those before the digits are ignored.
    @inline(__always)
    static func last(_ count: Int, of bytes: UnsafeBufferPointer<UInt8>) -> UInt64? {
        let raw = UnsafeRawBufferPointer(bytes)
        let word = UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: raw.count &- 8, as: UInt64.self))
        // The first byte is the lowest: what precedes the digits becomes leading zeros.
        let ignored = (1 as UInt64) &<< UInt64(truncatingIfNeeded: 64 &- 8 &* count) &- 1
        let digits = word & ~ignored | zeros & ignored
        return value(digits)
    }

    /// The number that a word of eight digits spells, the first the lowest; `nil` where they are not all digits.
    @inlinable
    @inline(__always)
    static func value(_ digits: UInt64) -> UInt64? {
        // In the high bits: a byte above "9", and a byte below "0".
        guard ((digits &+ 0x4646_4646_4646_4646) | (digits &- zeros)) & 0x8080_8080_8080_8080 == 0 else { return nil }
        let values = digits &- zeros
        let pairs = values &* 10 &+ values &>> 8
        let mask: UInt64 = 0x0000_00ff_0000_00ff
        return ((pairs & mask) &* 0x000f_4240_0000_0064 &+ (pairs &>> 16 & mask) &* 0x0000_2710_0000_0001) &>> 32
    }

    /// 10 to the power of `exponent`, which is in 1...8.
    @inline(__always)
    static func powerOfTen(_ exponent: Int) -> UInt64 {
        switch exponent {
        case 1: 10
        case 2: 100
        case 3: 1_000
        case 4: 10_000
        case 5: 100_000
        case 6: 1_000_000
        case 7: 10_000_000
        default: 100_000_000
        }
    }
}
