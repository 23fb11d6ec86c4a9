/// What a text is as a `Timestamp`.
public enum ParseResult: Equatable, Sendable {
    /// The text spells this moment.
    case time(Timestamp)
    /// The text is not of the form.
    case malformed
    /// There is a digit other than zero beyond the microseconds.
    case tooFine
    /// The form is right, but there is no such month, day, hour, minute, second or zone offset, or the year, as written
    /// or in UTC, is outside 0001–9999.
    case outOfRange
}

extension Timestamp {
    /// The moment that `bytes` spell. O(n), without allocation.
    ///
    /// The form is `YYYY-MM-DD`, alone or followed by `T` or a space, `hh:mm:ss`, a fraction `.d…` if any, and `Z` or
    /// `±hh:mm` if any (`T` and `Z` in either case, as in RFC 3339). Without a zone the moment is in UTC; a date alone
    /// is its midnight in UTC. If several things are wrong, the order is: malformed, out of range, too fine.
    ///
    /// A leap second, `23:59:60` of a month's last day in UTC, is taken as the last microsecond before it: moments are
    /// counted without leap seconds, and this keeps the order of what happened.
    public static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> ParseResult {
        guard bytes.count >= 10 else { return .malformed }
        var digits = DigitReader(bytes)
        let date = CivilDate(
            year: 100 &* digits.two(at: 0) &+ digits.two(at: 2), month: digits.two(at: 5), day: digits.two(at: 8))
        let hyphen = UInt8(ascii: "-")
        guard !digits.foundOther, bytes[4] == hyphen, bytes[7] == hyphen else { return .malformed }
        if bytes.count == 10 { return time(of: date, seconds: 0, microseconds: 0, isInRange: true) }

        let colon = UInt8(ascii: ":")
        guard bytes.count >= 19, bytes[10] | 0x20 == UInt8(ascii: "t") || bytes[10] == UInt8(ascii: " "),
            bytes[13] == colon, bytes[16] == colon
        else { return .malformed }
        let (hour, minute, second) = (digits.two(at: 11), digits.two(at: 14), digits.two(at: 17))
        guard !digits.foundOther else { return .malformed }
        let isLeap = second == 60
        var isInRange = hour < 24 && minute < 60 && second <= 60

        var tail = ZoneScan(bytes, from: 19)
        guard tail.fractionAndZone() else { return .malformed }
        isInRange = isInRange && tail.isZoneInRange
        let seconds = 3600 &* hour &+ 60 &* minute &+ (isLeap ? 59 : second) &- tail.zoneSeconds
        if isLeap { isInRange = isInRange && date.isValid && endsMonth(date, seconds: seconds) }
        let microseconds = isLeap ? 999_999 : tail.microseconds
        let result = time(of: date, seconds: seconds, microseconds: microseconds, isInRange: isInRange)
        return tail.isTooFine && result != .outOfRange ? .tooFine : result
    }

    /// Whether the next second begins a month in UTC.
    private static func endsMonth(_ date: CivilDate, seconds: Int) -> Bool {
        let next = 86_400 * date.daysSinceEpoch + seconds + 1
        return next % 86_400 == 0 && CivilDate(daysSinceEpoch: next / 86_400).day == 1
    }

    @inline(__always)
    private static func time(
        of date: CivilDate, seconds: Int, microseconds: Int, isInRange: Bool
    ) -> ParseResult {
        guard isInRange, date.isValid, date.year >= 1 else { return .outOfRange }
        let total = 86_400 &* date.daysSinceEpoch &+ seconds
        // 0001-01-01T00:00:00Z up to 9999-12-31T23:59:59Z: a zone can carry a written year across either end.
        guard total >= -62_135_596_800, total <= 253_402_300_799 else { return .outOfRange }
        return .time(Timestamp(microseconds: Int64(1_000_000 &* total &+ microseconds)))
    }
}

/// Reads pairs of digits and remembers whether anything else was among them, so that one test serves many pairs.
struct DigitReader {
    private let bytes: UnsafeBufferPointer<UInt8>
    private(set) var foundOther = false

    @inline(__always)
    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    /// 0–99. The caller has checked that there are bytes at `index` and after it.
    @inline(__always)
    mutating func two(at index: Int) -> Int {
        let tens = bytes[index] &- UInt8(ascii: "0")
        let ones = bytes[index &+ 1] &- UInt8(ascii: "0")
        foundOther = foundOther || tens > 9 || ones > 9
        return 10 &* Int(tens) &+ Int(ones)
    }
}

/// What follows the seconds: a fraction, if any, and a zone, if any.
struct ZoneScan {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var index: Int
    private(set) var microseconds = 0
    private(set) var isTooFine = false
    /// How far local time is ahead of UTC.
    private(set) var zoneSeconds = 0
    private(set) var isZoneInRange = true

    @inline(__always)
    init(_ bytes: UnsafeBufferPointer<UInt8>, from index: Int) {
        self.bytes = bytes
        self.index = index
    }

    /// Reads to the end of the text; `false` if it is malformed.
    @inline(__always)
    mutating func fractionAndZone() -> Bool {
        if index < bytes.count, bytes[index] == UInt8(ascii: ".") {
            guard fraction() else { return false }
        }
        if index == bytes.count { return true }
        if index &+ 1 == bytes.count { return bytes[index] | 0x20 == UInt8(ascii: "z") }
        return offset()
    }

    @inline(__always)
    private mutating func fraction() -> Bool {
        index &+= 1
        let start = index
        var scale = 100_000
        while index < bytes.count {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit <= 9 else { break }
            microseconds &+= scale &* Int(digit)
            if scale == 0 && digit != 0 { isTooFine = true }
            scale /= 10
            index &+= 1
        }
        return index > start
    }

    @inline(__always)
    private mutating func offset() -> Bool {
        let sign = bytes[index]
        guard bytes.count - index == 6, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"),
            bytes[index + 3] == UInt8(ascii: ":")
        else { return false }
        var digits = DigitReader(bytes)
        let (hours, minutes) = (digits.two(at: index + 1), digits.two(at: index + 4))
        guard !digits.foundOther else { return false }
        isZoneInRange = hours < 24 && minutes < 60
        zoneSeconds = (sign == UInt8(ascii: "-") ? -60 : 60) * (60 * hours + minutes)
        return true
    }
}
