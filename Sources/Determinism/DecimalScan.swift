/// One pass over decimal text: checks the grammar and gathers the decimal mantissa and exponent.
struct DecimalScan {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index = 0
    private(set) var isNegative = false
    /// The digits without the point, as an integer. Meaningful if `isExact`.
    private(set) var mantissa: UInt64 = 0
    /// The number is `mantissa` times ten to this power.
    private(set) var exponent = 0
    /// Whether `mantissa` holds all the digits: leading zeros do not count, 19 digits always fit.
    private(set) var isExact = true

    @inline(__always)
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// Reads all the bytes as a number; `false` if they are none.
    @inline(__always)
    mutating func number() -> Bool {
        guard let first = bytes.first else { return false }
        if first == UInt8(ascii: "-") || first == UInt8(ascii: "+") {
            isNegative = first == UInt8(ascii: "-")
            index = 1
        }
        let start = index
        digits()
        var digitCount = index &- start
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            index &+= 1
            let fraction = index
            fractionDigits()
            exponent = fraction &- index
            digitCount &+= index &- fraction
        }
        guard digitCount > 0 else { return false }
        if digitCount > 19 { isExact = Self.significantDigits(bytes[start..<index]) <= 19 }
        if index == bytes.count { return true }
        guard let explicit = Self.exponentPart(bytes, from: index) else { return false }
        exponent &+= explicit
        return true
    }

    @inline(__always)
    private mutating func digits() {
        while index < bytes.count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return }
            mantissa = mantissa &* 10 &+ UInt64(digit)
            index &+= 1
        }
    }

    /// The number of digits from the first that is not zero.
    @inline(never)
    private static func significantDigits(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        var count = 0
        for byte in bytes where byte != UInt8(ascii: ".") {
            if count > 0 || byte != UInt8(ascii: "0") { count += 1 }
        }
        return count
    }

    /// As `digits()`, but eight at a time, as far as the text ends with them, as most texts do.
    @inline(__always)
    private mutating func fractionDigits() {
        guard bytes.count >= 8 else { return digits() }
        var rest = bytes.count &- index
        while rest > 8 {
            let eight = UnsafeBufferPointer(rebasing: bytes[index..<index &+ 8])
            guard let value = EightDigits.last(8, of: eight) else { return digits() }
            mantissa = mantissa &* 100_000_000 &+ value
            index &+= 8
            rest &-= 8
        }
        guard rest >= 1, let value = EightDigits.last(rest, of: bytes) else { return digits() }
        mantissa = mantissa &* EightDigits.powerOfTen(rest) &+ value
        index = bytes.count
    }

    /// The number after `e` from `index` to the end of `bytes`; `nil` if the text is malformed.
    ///
    /// Static and not inlined: a mutating call would force the whole scan out of registers and into memory.
    @inline(never)
    private static func exponentPart(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var index = start
        guard bytes[index] | 0x20 == UInt8(ascii: "e") else { return nil }
        index += 1
        guard index < bytes.count else { return nil }
        let sign = bytes[index]
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { index += 1 }
        guard index < bytes.count else { return nil }
        var value = 0
        while index < bytes.count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { return nil }
            // Held below overflow; a value this large is never on the fast path.
            if value < 1 << 40 { value = value * 10 + Int(digit) }
            index += 1
        }
        return sign == UInt8(ascii: "-") ? -value : value
    }
}
