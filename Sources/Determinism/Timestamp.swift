/// A moment in time: whole microseconds since 1970-01-01T00:00:00Z, without leap seconds.
///
/// Text is RFC 3339, and of that `description` gives back exactly one form: `2013-01-01T10:15:00Z`.
public struct Timestamp: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Microseconds since 1970-01-01T00:00:00Z; negative before.
    public var microseconds: Int64

    @inlinable
    public init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// The moment that `text` spells, as in `parse(_:)`; `nil` for all it refuses.
    public init?(_ text: String) {
        var utf8 = text
        guard case .time(let time) = utf8.withUTF8({ Self.parse($0) }) else { return nil }
        self = time
    }

    /// The moment `count` seconds after 1970-01-01T00:00:00Z; |`count`| is at most 9 223 372 036 854.
    @inlinable
    public static func seconds(_ count: Int64) -> Timestamp {
        Timestamp(microseconds: count * 1_000_000)
    }

    @inlinable
    public static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

    /// RFC 3339 in UTC: seconds always, a fraction only if it is not zero, and then without trailing zeros.
    ///
    /// `parse(_:)` reads it back if the year is in 0001–9999; other years have a sign and at least four digits.
    public var description: String {
        let (seconds, fraction) = Self.floorDivide(microseconds, by: 1_000_000)
        let (days, secondOfDay) = Self.floorDivide(seconds, by: 86_400)
        let date = CivilDate(daysSinceEpoch: Int(days))
        var text: [UInt8] = []
        text.reserveCapacity(32)
        if date.year < 0 || date.year > 9999 { text.append(UInt8(ascii: date.year < 0 ? "-" : "+")) }
        Self.append(Int(date.year.magnitude), digits: 4, to: &text)
        text.append(UInt8(ascii: "-"))
        Self.append(date.month, digits: 2, to: &text)
        text.append(UInt8(ascii: "-"))
        Self.append(date.day, digits: 2, to: &text)
        text.append(UInt8(ascii: "T"))
        Self.append(Int(secondOfDay / 3600), digits: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        Self.append(Int(secondOfDay / 60 % 60), digits: 2, to: &text)
        text.append(UInt8(ascii: ":"))
        Self.append(Int(secondOfDay % 60), digits: 2, to: &text)
        if fraction != 0 {
            text.append(UInt8(ascii: "."))
            Self.append(Int(fraction), digits: 6, to: &text)
            while text.last == UInt8(ascii: "0") { text.removeLast() }
        }
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    private static func append(_ value: Int, digits: Int, to text: inout [UInt8]) {
        let decimal = String(value).utf8
        for _ in 0..<max(0, digits - decimal.count) { text.append(UInt8(ascii: "0")) }
        text.append(contentsOf: decimal)
    }

    /// The quotient rounded down, and the remainder, which is not negative.
    private static func floorDivide(_ value: Int64, by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}

extension Timestamp: CanonicallyCodable {
    @inlinable
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.int(microseconds)
    }

    @inlinable
    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        microseconds = try decoder.int()
    }
}
