import Determinism

/// Adds parts of an instant: of `departure` the numbers `departure_hour`, `departure_weekday` and so on, in UTC. A part
/// of a missing instant is missing.
///
/// - `parts`: some of `year`, `month` (1–12), `day` (1–31), `hour` (0–23), `minute` (0–59), `weekday` (0 Monday – 6
///   Sunday), `day_of_year` (1–366), and as points on a circle, so that midnight is next to midnight, `hour_sin`,
///   `hour_cos` (around the day), `weekday_sin`, `weekday_cos` (around the week), `day_of_year_sin`, `day_of_year_cos`
///   (around the year, from 1 January); these three go on with every microsecond. Default: `hour`, `weekday`,
///   `day_of_year` and the six points.
///
/// Time: O(parts) per example, some 10 ns each. Memory: none; nothing is learned.
///
/// Of 2024-02-29T06:00:00Z the hour is 6, the weekday 3, the day of the year 60, `hour_sin` 1 and `hour_cos` 0.
///
/// Source: the calendar of H. Hinnant, see ``CivilDate``. River has no such transformer.
public struct TimestampParts: Transformer {
    private enum Part: String, CaseIterable, Sendable {
        case year, month, day, hour, minute, weekday
        case dayOfYear = "day_of_year"
        case hourSin = "hour_sin"
        case hourCos = "hour_cos"
        case weekdaySin = "weekday_sin"
        case weekdayCos = "weekday_cos"
        case dayOfYearSin = "day_of_year_sin"
        case dayOfYearCos = "day_of_year_cos"
    }

    public static let declaration = ComponentDeclaration(
        "timestamp_parts", .transformer, takes: TransformerInputs(.timestamp, replaces: false),
        parameters: [
            ParameterDeclaration(
                "parts", .choices(Part.allCases.map(\.rawValue)),
                default: .names([
                    "hour", "weekday", "day_of_year", "hour_sin", "hour_cos", "weekday_sin", "weekday_cos",
                    "day_of_year_sin", "day_of_year_cos",
                ]), "which parts")
        ])

    private let parts: [Part]
    private let slots: [Int]
    /// Those of the first instant, then those of the next.
    private let outputs: [Int]

    public static func outputs(_ arguments: Arguments, inputs: [String]) -> [String] {
        inputs.flatMap { name in arguments.names("parts").map { "\(name)_\($0)" } }
    }

    public static func origins(_ arguments: Arguments, inputs: [String]) -> [[Int]] {
        inputs.indices.flatMap { index in arguments.names("parts").map { _ in [index] } }
    }

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        parts = arguments.names("parts").compactMap { Part(rawValue: $0) }
        (slots, self.outputs) = (inputs.map(\.slot), outputs)
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool { true }

    public mutating func undo(_ journal: inout Journal) {}

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        var output = 0
        for slot in slots {
            let instant = Instant(row.timestamps[slot])
            for part in parts {
                x.numbers[outputs[output]] = instant.map { Self.value(part, $0) } ?? .nan
                output += 1
            }
        }
    }

    private struct Instant {
        let date: CivilDate
        /// Counted from 1970-01-01.
        let day: Int
        let microsecondOfDay: Int

        init?(_ microseconds: Int64) {
            guard microseconds != FeatureRow.missingTimestamp else { return nil }
            let (quotient, rest) = Int(microseconds).quotientAndRemainder(dividingBy: Self.dayLength)
            day = rest < 0 ? quotient - 1 : quotient
            microsecondOfDay = rest < 0 ? rest + Self.dayLength : rest
            date = CivilDate(daysSinceEpoch: day)
        }

        static let dayLength = 86_400_000_000

        /// From 0 to below 1.
        var shareOfDay: Double { Double(microsecondOfDay) / Double(Self.dayLength) }
        /// From 0 on Monday; the first day was a Thursday.
        var weekday: Int { ((day + 3) % 7 + 7) % 7 }
        var dayOfYear: Int { day - date.firstDayOfYear + 1 }
        var shareOfYear: Double {
            (Double(dayOfYear - 1) + shareOfDay) / (CivilDate.isLeap(date.year) ? 366 : 365)
        }
        var shareOfWeek: Double { (Double(weekday) + shareOfDay) / 7 }
    }

    private static func value(_ part: Part, _ instant: Instant) -> Double {
        switch part {
        case .year: Double(instant.date.year)
        case .month: Double(instant.date.month)
        case .day: Double(instant.date.day)
        case .hour: Double(instant.microsecondOfDay / 3_600_000_000)
        case .minute: Double(instant.microsecondOfDay / 60_000_000 % 60)
        case .weekday: Double(instant.weekday)
        case .dayOfYear: Double(instant.dayOfYear)
        case .hourSin: Elementary.sine(turns: instant.shareOfDay)
        case .hourCos: Elementary.cosine(turns: instant.shareOfDay)
        case .weekdaySin: Elementary.sine(turns: instant.shareOfWeek)
        case .weekdayCos: Elementary.cosine(turns: instant.shareOfWeek)
        case .dayOfYearSin: Elementary.sine(turns: instant.shareOfYear)
        case .dayOfYearCos: Elementary.cosine(turns: instant.shareOfYear)
        }
    }

    public var byteCount: Int { 0 }
    public func encode(to encoder: inout CanonicalEncoder) {}
    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {}
}

extension CivilDate {
    /// The number of 1 January of the same year; also before the year 0.
    fileprivate var firstDayOfYear: Int {
        // Whole eras of 400 years are put aside, because days are counted for years from 0 on only.
        let era = year >= 0 ? year / 400 : (year - 399) / 400
        return CivilDate(year: year - era * 400, month: 1, day: 1).daysSinceEpoch + era * 146_097
    }
}
