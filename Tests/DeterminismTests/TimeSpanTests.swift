import Determinism
import Testing

@Suite struct TimeSpanTests {
    @Test(arguments: [
        ("1w", 604_800_000_000, "1w"), ("30d", 2_592_000_000_000, "30d"), ("24h", 86_400_000_000, "1d"),
        ("15m", 900_000_000, "15m"), ("90s", 90_000_000, "90s"), ("5ms", 5_000, "5ms"), ("7us", 7, "7us"),
        ("90m", 5_400_000_000, "90m"), ("1000ms", 1_000_000, "1s"), ("0d", 0, "0s"), ("007h", 25_200_000_000, "7h"),
        ("9223372036854775807us", .max, "9223372036854775807us"),
    ] as [(String, Int64, String)]) func readsAndWrites(_ text: String, _ microseconds: Int64, _ shortest: String) {
        #expect(TimeSpan(text)?.microseconds == microseconds)
        #expect(TimeSpan(microseconds: microseconds).description == shortest)
        #expect(TimeSpan(shortest)?.microseconds == microseconds)
    }

    @Test(arguments: [
        "", "5", "h", "-5m", "+5m", "1.5h", "5 m", "5M", "5min", "1h30m", "5m ", "99999999999999999999s",
        "9223372036854775807s", "٣m",
    ]) func refuses(_ text: String) {
        #expect(TimeSpan(text) == nil)
    }

    @Test func negativeSpansAreWrittenWithTheirSign() {
        #expect(TimeSpan(microseconds: -120_000_000).description == "-2m")
        #expect(TimeSpan(microseconds: .min).description == "-9223372036854775808us")
        #expect(TimeSpan(microseconds: -1) < TimeSpan(microseconds: 0))
    }

    @Test func encodesAndDecodes() throws {
        let span = TimeSpan(microseconds: -77)
        #expect(try TimeSpan(canonicalBytes: span.canonicalBytes) == span)
    }
}
