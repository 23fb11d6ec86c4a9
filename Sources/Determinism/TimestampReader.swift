/// Reads moments one after the other, of which most are of the day of the one before.
///
/// Gives what ``Timestamp/parse(_:)`` gives. Where a text has the same first ten bytes as the last one of its form
/// `YYYY-MM-DDThh:mm:ssZ`, only the time of day is read, at once in one 64-bit word.
public struct TimestampReader: Sendable {
    /// The first ten bytes of the last text of the form: eight of them, then two. To begin with, `1970-01-01`.
    private var date = (UInt64(littleEndian: 0x2D31_302D_3037_3931), UInt16(littleEndian: 0x3130))
    /// When that day began.
    private var dayMicroseconds: Int64 = 0

    public init() {}

    /// Reads a text. O(n), without allocation.
    @inline(__always)
    public mutating func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> ParseResult {
        if bytes.count == 20 {
            let raw = UnsafeRawBufferPointer(bytes)
            if Self.date(raw) == date, let microseconds = Self.timeOfDay(raw) {
                return .time(Timestamp(microseconds: dayMicroseconds &+ microseconds))
            }
        }
        return parseAny(bytes)
    }

    @inline(never)
    private mutating func parseAny(_ bytes: UnsafeBufferPointer<UInt8>) -> ParseResult {
        let result = Timestamp.parse(bytes)
        if case .time(let time) = result, bytes.count == 20 {
            let raw = UnsafeRawBufferPointer(bytes)
            if let microseconds = Self.timeOfDay(raw) {
                (date, dayMicroseconds) = (Self.date(raw), time.microseconds &- microseconds)
            }
        }
        return result
    }

    /// - Precondition: there are 20 bytes.
    @inline(__always)
    private static func date(_ bytes: UnsafeRawBufferPointer) -> (UInt64, UInt16) {
        (
            bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
        )
    }

    /// The microseconds since the day began, of a text that goes on after its date with `Thh:mm:ssZ`; nil where it
    /// does not, and for leap seconds and what is out of range.
    /// - Precondition: there are 20 bytes.
    @inline(__always)
    private static func timeOfDay(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 11, as: UInt64.self))
        guard bytes[10] == UInt8(ascii: "T"), bytes[19] == UInt8(ascii: "Z") else { return nil }
        // Digits become their values, the two colons 0. The top bits tell of bytes that were below, or are above.
        let digits = word &- 0x3030_3A30_303A_3030
        guard (digits | (digits &+ 0x7676_7F76_767F_7676)) & 0x8080_8080_8080_8080 == 0 else { return nil }
        // In the bytes of the tens, ten of them and the ones.
        let pairs = digits &* 10 &+ digits &>> 8
        let (hour, minute, second) = (pairs & 0xFF, pairs &>> 24 & 0xFF, pairs &>> 48 & 0xFF)
        guard hour < 24, minute < 60, second < 60 else { return nil }
        return Int64(truncatingIfNeeded: 3_600 &* hour &+ 60 &* minute &+ second) &* 1_000_000
    }
}
