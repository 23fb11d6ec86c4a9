/// A day of the proleptic Gregorian calendar, and its number counted from 1970-01-01.
///
/// Source: H. Hinnant, *chrono-Compatible Low-Level Date Algorithms* (`days_from_civil`, `civil_from_days`), 2013.
/// Years begin in March there, so that the leap day is the last of its year; 400 of them have 146097 days.
/// Checked: 2000-03-01 is day 11017.
package struct CivilDate: Equatable, Sendable {
    /// The year, with a year 0 (1 BC) and negative years before it.
    package var year: Int
    /// 1–12.
    package var month: Int
    /// 1–31.
    package var day: Int

    package init(year: Int, month: Int, day: Int) {
        self.year = year
        self.month = month
        self.day = day
    }

    /// The date of a day counted from 1970-01-01. O(1).
    package init(daysSinceEpoch days: Int) {
        // From 0000-03-01.
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// The day's number; 0 for 1970-01-01. For years from 0 on. O(1).
    @inline(__always)
    package var daysSinceEpoch: Int {
        // Unsigned: dividing by constants is then one multiplication and one shift each.
        let isBeforeMarch = month <= 2
        let shifted = UInt(bitPattern: year &- (isBeforeMarch ? 1 : 0) &+ 400)
        let monthFromMarch = UInt(bitPattern: isBeforeMarch ? month &+ 9 : month &- 3)
        let dayOfYear = (153 &* monthFromMarch &+ 2) / 5 &+ UInt(bitPattern: day) &- 1
        let century = shifted / 100
        let days = 365 &* shifted &+ shifted / 4 &- century &+ century / 4 &+ dayOfYear
        return Int(bitPattern: days) &- 719_468 &- 146_097
    }

    /// Whether there is such a month and day.
    @inline(__always)
    package var isValid: Bool {
        guard month >= 1, month <= 12, day >= 1 else { return false }
        return day <= 28 || day <= Self.dayCount(ofMonth: month, inYear: year)
    }

    /// 28–31, for a month in 1–12.
    @inline(__always)
    package static func dayCount(ofMonth month: Int, inYear year: Int) -> Int {
        if month == 2 { return isLeap(year) ? 29 : 28 }
        // Months of 31 days are the odd ones up to July and the even ones after it.
        return 30 + ((month ^ month >> 3) & 1)
    }

    /// Whether `year` has a 29th of February.
    @inline(__always)
    package static func isLeap(_ year: Int) -> Bool {
        year & 3 == 0 && (year % 100 != 0 || year % 400 == 0)
    }
}
