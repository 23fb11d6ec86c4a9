import Determinism

extension Timestamp {
    /// Reads a time in words, of the clock `now` and in UTC: `now`, `today` and `yesterday` (their beginning),
    /// `7d ago`, `90m ago` (units: w, d, h, m, s).
    /// - Returns: nil for every other text, and for what lies before the year 1.
    public init?(words text: String, now: Timestamp) {
        let day: Int64 = 86_400_000_000
        let past = now.microseconds % day
        let midnight = now.microseconds - (past < 0 ? past + day : past)
        switch text {
        case "now": self = now
        case "today": self = Timestamp(microseconds: midnight)
        case "yesterday": self = Timestamp(microseconds: midnight - day)
        default:
            guard text.hasSuffix(" ago"), let span = TimeSpan(String(text.dropLast(4))) else { return nil }
            let (time, overflow) = now.microseconds.subtractingReportingOverflow(span.microseconds)
            guard !overflow, Timestamp(Timestamp(microseconds: time).description) != nil else { return nil }
            self = Timestamp(microseconds: time)
        }
    }
}
