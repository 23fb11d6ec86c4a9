/// A length of time in whole microseconds, written as a number and a unit: `24h`, `30d`, `5ms`.
///
/// | unit | microseconds |
/// |---|---|
/// | `us` | 1 |
/// | `ms` | 1 000 |
/// | `s` | 1 000 000 |
/// | `m` | 60 s |
/// | `h` | 60 m |
/// | `d` | 24 h |
/// | `w` | 7 d |
public struct TimeSpan: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The length; negative if it points backwards.
    public var microseconds: Int64

    @inlinable
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The length that `text` spells: digits and a unit, without sign, fraction or space; `nil` for any other text
    /// and for more than 2⁶³ − 1 microseconds (292 277 years).
    public init?(_ text: String) {
        var utf8 = text
        let digits = text.utf8.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }.count
        guard let scale = Self.units.first(where: { Array($0.name.utf8) == Array(text.utf8.dropFirst(digits)) }),
            let count = utf8.withUTF8({ DecimalText.parseInteger(UnsafeBufferPointer(rebasing: $0[..<digits])) })
        else { return nil }
        let (product, overflowed) = count.multipliedReportingOverflow(by: scale.microseconds)
        guard !overflowed else { return nil }
        microseconds = product
    }

    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

    /// The shortest exact form, in the largest unit that divides the span: `24h` is `1d`, nothing is `0s`.
    public var description: String {
        if microseconds == 0 { return "0s" }
        for unit in Self.units where microseconds % unit.microseconds == 0 {
            return "\(microseconds / unit.microseconds)\(unit.name)"
        }
        return "\(microseconds)us"
    }

    private static var units: [(name: String, microseconds: Int64)] {
        [
            ("w", 604_800_000_000), ("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000),
            ("ms", 1_000), ("us", 1),
        ]
    }
}

extension TimeSpan: CanonicallyCodable {
    @inlinable
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.int(microseconds)
    }

    @inlinable
    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        microseconds = try decoder.int()
    }
}
