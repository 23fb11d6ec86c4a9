import Determinism
import Foundation
import Testing

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01", 0), ("1970-01-01 00:00:00", 0), ("1970-01-01t00:00:00z", 0),
        ("2013-01-01T10:15:00Z", 1_357_035_300_000_000), ("2013-01-01T10:15:00", 1_357_035_300_000_000),
        ("2013-01-01T12:15:00+02:00", 1_357_035_300_000_000), ("2013-01-01T04:45:00-05:30", 1_357_035_300_000_000),
        ("2013-01-01T10:15:00-00:00", 1_357_035_300_000_000), ("2013-01-01T10:15:00.5Z", 1_357_035_300_500_000),
        ("2013-01-01T10:15:00.000001Z", 1_357_035_300_000_001), ("1969-12-31T23:59:59.999999Z", -1),
        ("2013-01-01T10:15:00.123456000Z", 1_357_035_300_123_456), ("2000-02-29", 951_782_400_000_000),
        ("0001-01-01", -62_135_596_800_000_000), ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ] as [(String, Int64)]) func reads(_ text: String, _ microseconds: Int64) {
        #expect(parse(text) == .time(Timestamp(microseconds: microseconds)))
        #expect(Timestamp(text) == Timestamp(microseconds: microseconds))
    }

    @Test(arguments: [
        "", "2013", "2013-1-1", "2013-01-01T", "2013-01-01T10", "2013-01-01T10:15", "2013-01-01T10:15Z",
        "2013-01-01X10:15:00", "2013/01/01", "2013-01-01T10:15:00.", "2013-01-01T10:15:00.Z", "2013-01-01T10:15:00ZZ",
        "2013-01-01T10:15:00+02", "2013-01-01T10:15:00+0200", "2013-01-01T10:15:00+02:0x", "2013-01-01Z",
        "2013-01-01T10.15.00", "2o13-01-01", "2013-01-01T1a:15:00Z", " 2013-01-01", "2013-01-01T10:15:00,5Z",
        "+013-01-01", "2013-01-01T10:15:00 +02:00", "1357035300",
    ]) func isMalformed(_ text: String) {
        #expect(parse(text) == .malformed)
        #expect(Timestamp(text) == nil)
    }

    @Test(arguments: [
        "2013-00-01", "2013-13-01", "2013-01-00", "2013-01-32", "2013-02-29", "1900-02-29", "2013-04-31", "0000-01-01",
        "2013-01-01T24:00:00Z", "2013-01-01T10:60:00Z", "2016-12-31T23:59:61Z", "2016-12-30T23:59:60Z",
        "2016-12-31T22:59:60Z", "2016-12-31T23:58:60Z", "2017-01-01T01:59:60+01:00", "2016-02-28T23:59:60Z",
        "2013-01-01T10:15:00+24:00",
        "2013-01-01T10:15:00+02:60", "0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01",
        "2013-02-30T00:00:00.0000001Z",
    ]) func isOutOfRange(_ text: String) {
        #expect(parse(text) == .outOfRange)
    }

    @Test(arguments: [
        "2016-12-31T23:59:60Z", "2016-12-31 23:59:60", "2016-12-31T23:59:60.75Z", "2017-01-01T01:59:60+02:00",
        "2016-12-31T15:59:60-08:00",
    ]) func aLeapSecondIsTheLastMicrosecondBeforeIt(_ text: String) {
        #expect(parse(text) == .time(Timestamp(microseconds: 1_483_228_799_999_999)))
    }

    @Test func anEpochIsToldByItsDigits() {
        func epoch(_ text: String) -> Int64? {
            var text = text
            return text.withUTF8 { Timestamp.parseEpoch($0)?.microseconds }
        }
        #expect(epoch("1357035300") == 1_357_035_300_000_000)
        #expect(epoch("1357035300.25") == 1_357_035_300_250_000)
        #expect(epoch("1357035300123") == 1_357_035_300_123_000)
        #expect(epoch("1357035300123456") == 1_357_035_300_123_456)
        for text in ["", "135703530", "13570353001", "0357035300", "1357035300.", "1357035300.1234567", "1357035300x",
            "-357035300", "1357035300123.5", "13570353001234567"] {
            #expect(epoch(text) == nil, "\(text)")
        }
    }

    @Test func nonzeroDigitsBeyondMicrosecondsAreRefused() {
        #expect(parse("2013-01-01T10:15:00.1234567Z") == .tooFine)
        #expect(parse("2013-01-01T10:15:00.0000000000000000000001+01:00") == .tooFine)
        #expect(parse("2013-01-01T10:15:00.12345600000000000000000Z") != .tooFine)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999999Z"),
        (1_357_035_300_000_000, "2013-01-01T10:15:00Z"),
        (1_357_035_300_120_000, "2013-01-01T10:15:00.12Z"), (-62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
        (-62_135_596_800_000_001, "0000-12-31T23:59:59.999999Z"), (253_402_300_800_000_000, "+10000-01-01T00:00:00Z"),
        (.max, "+294247-01-10T04:00:54.775807Z"), (.min, "-290308-12-21T19:59:05.224192Z"),
    ] as [(Int64, String)]) func writes(_ microseconds: Int64, _ text: String) {
        #expect(Timestamp(microseconds: microseconds).description == text)
    }

    @Test func textGivesTheMomentBack() {
        var generator = SeededGenerator(seed: 5)
        for index in 0..<20_000 {
            let second = Int64(generator.below(315_537_897_600)) - 62_135_596_800
            let fraction = [0, 500_000, Int64(generator.below(1_000_000))][index % 3]
            let time = Timestamp(microseconds: 1_000_000 * second + fraction)
            #expect(parse(time.description) == .time(time))
        }
    }

    /// Every day of 0001–9999, with the calendar counted by hand.
    @Test func everyDayFollowsTheDayBefore() {
        var (year, month, day) = (1, 1, 1)
        for number in CivilDate(year: 1, month: 1, day: 1).daysSinceEpoch..<2_932_897 {
            let date = CivilDate(year: year, month: month, day: day)
            guard date.isValid, date.daysSinceEpoch == number, CivilDate(daysSinceEpoch: number) == date else {
                Issue.record("\(date) is not day \(number)")
                return
            }
            day += 1
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            if day > [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] {
                if CivilDate(year: year, month: month, day: day).isValid { Issue.record("\(year)-\(month)-\(day)") }
                (month, day) = (month + 1, 1)
            }
            if month == 13 { (year, month) = (year + 1, 1) }
        }
        #expect(year == 10_000)
        #expect(CivilDate(year: 2000, month: 3, day: 1).daysSinceEpoch == 11_017)
    }

    @Test func agreesWithFoundation() throws {
        let formatter = ISO8601DateFormatter()
        for second in stride(from: Int64(0), to: 4_000_000_000, by: 86_413 * 37) {
            let text = formatter.string(from: Date(timeIntervalSince1970: Double(second)))
            #expect(Timestamp.seconds(second).description == text)
        }
    }

    @Test func ordersByTime() {
        #expect(Timestamp(microseconds: -1) < Timestamp(microseconds: 0))
        #expect(Timestamp.seconds(2) == Timestamp(microseconds: 2_000_000))
    }

    private func parse(_ text: String) -> ParseResult {
        var text = text
        return text.withUTF8 { Timestamp.parse($0) }
    }
}
