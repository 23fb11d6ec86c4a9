import Determinism
import OnlineLearning
import Testing

@Suite struct TimestampPartsTests {
    private static let all = [
        "year", "month", "day", "hour", "minute", "weekday", "day_of_year", "hour_sin", "hour_cos", "weekday_sin",
        "weekday_cos", "day_of_year_sin", "day_of_year_cos",
    ]

    private func parts(_ text: String) throws -> [Double] {
        let fixture = TransformerFixture("timestamp_parts", ["parts": .names(Self.all)], ["w": .timestamp])
        #expect(fixture.outputs == Self.all.map { "w_\($0)" })
        return fixture.numbers([.instant(try #require(Timestamp(text)).microseconds)])
    }

    @Test func partsAreThoseOfTheCalendarInUTC() throws {
        let leap = try parts("2024-02-29T06:00:00Z")
        #expect(Array(leap[..<7]) == [2024, 2, 29, 6, 0, 3, 60])
        #expect(leap[7] == 1)
        #expect(leap[8].magnitude < 1e-15)
        let (before, early, late) = (
            try parts("1969-12-31T23:59:59Z"), try parts("1900-03-01T00:00:00Z"), try parts("2000-12-31T12:30:00Z")
        )
        #expect(Array(before[..<7]) == [1969, 12, 31, 23, 59, 2, 365])
        #expect(Array(early[..<7]) == [1900, 3, 1, 0, 0, 3, 60])
        #expect(Array(late[..<7]) == [2000, 12, 31, 12, 30, 6, 366])
    }

    @Test func pointsGoAroundTheirCircles() throws {
        // Monday at midnight, then half a week later.
        let monday = try parts("2024-01-01T00:00:00Z")
        #expect(Array(monday[7...]) == [0, 1, 0, 1, 0, 1])
        let half = try parts("2024-01-04T12:00:00Z")
        #expect(half[9].magnitude < 1e-15)
        #expect(half[10] == -1)
        let spring = try parts("2023-04-02T06:00:00Z")
        #expect(isClose(spring[11], 1))
    }

    @Test func aMissingInstantHasNoParts() {
        let fixture = TransformerFixture("timestamp_parts", ["w": .timestamp])
        let isMissing = fixture.numbers([nil]).map(\.isNaN)
        #expect(isMissing == [Bool](repeating: true, count: 9))
        #expect(fixture.outputs.count == 9)
    }
}
