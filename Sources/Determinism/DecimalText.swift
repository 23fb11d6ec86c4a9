/// Decimal text to numbers, correctly rounded: one text, one `Double`, everywhere.
///
/// The grammar is `[+-] digits [. digits] [(e|E) [+-] digits]`, where the digits before or after the point may be
/// absent, but not both. There is no white space, no hexadecimal, no `inf` and no `nan`.
public enum DecimalText {
    /// What a text is as a `Double`.
    public enum Number: Equatable, Sendable {
        /// The nearest double, ties to even; −0 is given as +0, and what is too small as 0 or the nearest subnormal.
        case value(Double)
        /// The text is not in the grammar.
        case malformed
        /// The nearest double would be infinite: the number is about 1.797693134862315808 · 10³⁰⁸ or more.
        case overflow
    }

    /// The double nearest to the number that `bytes` spell. O(n); allocates only on the slow path.
    ///
    /// Fast path: W. D. Clinger, *How to read floating point numbers accurately*, PLDI 1990. An integer up to 2⁵³ and a
    /// power of ten up to 10²² are exact doubles, so one multiplication or division rounds correctly.
    public static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Number {
        // Most numbers of most files are these.
        if bytes.count <= 8, let value = short(ShortText.word(UnsafeRawBufferPointer(bytes)), count: bytes.count) {
            return .value(value)
        }
        return parseAny(bytes)
    }

    /// The number that up to eight bytes spell, where they are digits with one point among them or none; nil where they
    /// are anything else.
    /// - Parameter word: the text, its first byte the lowest; what lies above its last is not looked at.
    @inlinable
    @inline(__always)
    public static func short(_ word: UInt64, count: Int) -> Double? {
        guard let short = ShortDecimal(word, count: count) else { return nil }
        return Double(Int64(truncatingIfNeeded: short.mantissa)) / powerOfTen(short.fractionCount)
    }

    @inline(never)
    private static func parseAny(_ bytes: UnsafeBufferPointer<UInt8>) -> Number {
        var scan = DecimalScan(bytes)
        guard scan.number() else { return .malformed }
        let exponent = scan.exponent
        guard scan.isExact, scan.mantissa <= 1 << 53, exponent >= -22, exponent <= 22 else {
            guard scan.isExact, exponent < 0, exponent >= -27 || scan.mantissa == 0 else { return slowly(bytes) }
            let value = ExactQuotient.divide(scan.mantissa, byTenToThe: exponent.magnitude)
            return .value(scan.isNegative && value != 0 ? -value : value)
        }
        let magnitude = Double(Int64(truncatingIfNeeded: scan.mantissa))
        let power = powerOfTen(exponent.magnitude)
        let value = exponent < 0 ? magnitude / power : magnitude * power
        return .value(scan.isNegative && value != 0 ? -value : value)
    }

    /// The number that `bytes` spell as `[+-] digits`; `nil` if they do not, or if it does not fit. O(n).
    public static func parseInteger(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        var index = 0
        var isNegative = false
        if let first = bytes.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            index = 1
        }
        guard index < bytes.count else { return nil }
        // Counted downwards, because the least Int64 has no positive counterpart.
        var value: Int64 = 0
        // Eighteen digits always fit: only the rest is checked for overflow.
        let unchecked = min(bytes.count, index &+ 18)
        while index < unchecked {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            value = value &* 10 &- Int64(digit)
            index &+= 1
        }
        while index < bytes.count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            let (scaled, overflowed) = value.multipliedReportingOverflow(by: 10)
            let (next, underflowed) = scaled.subtractingReportingOverflow(Int64(digit))
            guard !overflowed && !underflowed else { return nil }
            value = next
            index &+= 1
        }
        if isNegative { return value }
        return value == .min ? nil : -value
    }

    /// For text already known to be in the grammar.
    ///
    /// The standard library's `Double(_: Substring)` rounds correctly for any number of digits: it is either its own
    /// exact parser or, in earlier releases, `strtod_l` in the C locale, and IEEE 754 (2019, §5.12.2) and glibc, musl
    /// and Darwin promise correct rounding for it. It depends on neither locale nor processor.
    @inline(never)
    private static func slowly(_ bytes: UnsafeBufferPointer<UInt8>) -> Number {
        guard let value = Double(String(decoding: bytes, as: UTF8.self)[...]) else { return .malformed }
        return value.isInfinite ? .overflow : .value(value + 0)
    }

    /// 10 to the power of `exponent`, which is at most 22. A switch becomes a constant table, where a static array
    /// would be initialized on first use behind a lock.
    @inlinable
    @inline(__always)
    static func powerOfTen(_ exponent: UInt) -> Double {
        switch exponent {
        case 0: 1e0
        case 1: 1e1
        case 2: 1e2
        case 3: 1e3
        case 4: 1e4
        case 5: 1e5
        case 6: 1e6
        case 7: 1e7
        case 8: 1e8
        case 9: 1e9
        case 10: 1e10
        case 11: 1e11
        case 12: 1e12
        case 13: 1e13
        case 14: 1e14
        case 15: 1e15
        case 16: 1e16
        case 17: 1e17
        case 18: 1e18
        case 19: 1e19
        case 20: 1e20
        case 21: 1e21
        default: 1e22
        }
    }
}
