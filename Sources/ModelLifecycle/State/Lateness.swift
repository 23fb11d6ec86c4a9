import Determinism
import OnlineLearning

/// How late labels come, and how what was answered proved by that: by the age of a question at its label, and by the
/// day on which it was asked.
///
/// A metric of the last days is one of the labels that have come, and those that come fast are often the easy ones. It
/// belongs to the present half: what was answered and when its label came no restore takes back. Examples have their
/// labels with them and count in none of it. A label adds to one age, one day and one bin; memory is fixed.
struct Lateness: Sendable {
    /// Days that are kept; with a newer one the oldest goes.
    static let daysMax = 400
    /// Up to which age, in microseconds, each of the ages but the last goes.
    static let ageEnds: [Int64] = [60, 600, 3_600, 21_600, 86_400, 259_200, 604_800, 2_592_000].map { $0 * 1_000_000 }

    /// What was scored of some answers.
    struct Sums: Sendable, Equatable {
        var scored: UInt64 = 0
        var loss = 0.0
        var answers = 0.0
        var truths = 0.0
        /// How many of them the baseline has answered, too, as far as that is known.
        var compared: UInt64 = 0
        var baselineLoss = 0.0
    }

    struct Age: Sendable, Equatable {
        var labels: UInt64 = 0
        /// Questions whose horizon ended at this age.
        var expired: UInt64 = 0
        var sums = Sums()
    }

    struct Day: Sendable, Equatable {
        /// From 0001-01-01, in UTC.
        let number: Int
        var questions: UInt64 = 0
        var labels: UInt64 = 0
        var sums = Sums()
    }

    private(set) var score: MeanScore
    private(set) var lags = LagHistogram()
    private var agesKept = [Age](repeating: Age(), count: Lateness.ageEnds.count + 1)
    /// Ascending.
    private var daysKept: [Day] = []
    /// The age and the day of the last label are at hand; where they lie among those kept is behind.
    private var age = Age(), agePlace = 0
    private var day = Day(number: 0), dayPlace = -1
    /// When the day at hand begins and ends, and when the newest day does, in microseconds.
    private var dayStart = Int64.max, dayEnd = Int64.min, newestEnd = Int64.min
    /// Of open classes the log does not say in which order the baseline of another lineage had met them.
    private let comparesBaseline: Bool

    init(_ spec: Spec) {
        let target = spec.contract.target
        score = MeanScore(of: spec.settings.metrics, task: target.task)
        comparesBaseline = !target.hasOpenClasses
    }

    /// Whether there is nothing to say: nothing was asked yet.
    var isEmpty: Bool { daysKept.isEmpty }

    /// From young to old.
    var ages: [Age] {
        var ages = agesKept
        ages[agePlace] = age
        return ages
    }

    /// Those on which something was asked, ascending.
    var days: [Day] {
        var days = daysKept
        if dayPlace >= 0 { days[dayPlace] = day }
        return days
    }

    // MARK: Counting

    /// A question was asked.
    @inline(__always)
    mutating func ask(at time: Timestamp) {
        // Log time never goes back but where a wrong clock is put right, and then the days are brought in order.
        if time.microseconds >= newestEnd {
            begin(OpenTimes.day(of: time))
        } else if dayEnd == newestEnd {
            day.questions &+= 1
        } else {
            daysKept[daysKept.count - 1].questions &+= 1
        }
    }

    private mutating func begin(_ number: Int) {
        putBack()
        if daysKept.count == Self.daysMax { daysKept.removeFirst() }
        daysKept.append(Day(number: number, questions: 1))
        takeUp(daysKept.count - 1)
        newestEnd = dayEnd
    }

    /// Brings what is kept up to date; no day is at hand then, and the first age.
    private mutating func putBack() {
        (agesKept, daysKept) = (ages, days)
        (age, agePlace) = (agesKept[0], 0)
        (day, dayPlace, dayStart, dayEnd) = (Day(number: 0), -1, .max, .min)
        newestEnd = daysKept.last.map { OpenTimes.beginning(ofDay: $0.number + 1).microseconds } ?? .min
    }

    /// Takes a day to hand, another than that which is.
    private mutating func takeUp(_ place: Int) {
        if dayPlace >= 0 { daysKept[dayPlace] = day }
        (day, dayPlace) = (daysKept[place], place)
        dayStart = OpenTimes.beginning(ofDay: day.number).microseconds
        dayEnd = OpenTimes.beginning(ofDay: day.number + 1).microseconds
    }

    /// A label came in time.
    /// - Parameters:
    ///   - lag: how long after its question, in microseconds.
    ///   - own, baseline: what was answered to it and what the baseline would have, by the same slots as the truth.
    ///   - losses: what scorecards have found of both; NaN where they have not.
    @inline(__always)
    mutating func label(
        ofQuestionAt asked: Timestamp, after lag: Int64, _ truth: Target, own: UnsafeBufferPointer<Double>,
        baseline: UnsafeBufferPointer<Double>, _ losses: (own: Double, baseline: Double) = (.nan, .nan)
    ) {
        let isKept = label(ofQuestionAt: asked, after: lag)
        guard let numbers = score.numbers(of: own, truth, scored: losses.own) ?? score.numbers(of: own, truth) else {
            return
        }
        var baselineLoss = losses.baseline
        if !comparesBaseline {
            baselineLoss = .nan
        } else if baselineLoss.isNaN {
            baselineLoss = score.loss(of: baseline, truth) ?? .nan
        }
        age.sums.add(numbers, baselineLoss)
        if isKept { day.sums.add(numbers, baselineLoss) }
    }

    /// A label came in time, and is not scored, or not yet.
    /// - Returns: whether the day of its question is kept, and at hand.
    @inline(__always) @discardableResult
    mutating func label(ofQuestionAt asked: Timestamp, after lag: Int64) -> Bool {
        let lag = max(0, lag)
        lags.add(lag)
        let place = Self.age(of: lag)
        if place != agePlace {
            agesKept[agePlace] = age
            (age, agePlace) = (agesKept[place], place)
        }
        age.labels &+= 1
        let isKept = asked.microseconds >= dayStart && asked.microseconds < dayEnd || find(asked)
        if isKept { day.labels &+= 1 }
        return isKept
    }

    /// Takes the day of a question to hand; false where it is not kept.
    private mutating func find(_ asked: Timestamp) -> Bool {
        guard let place = place(ofDay: OpenTimes.day(of: asked)) else { return false }
        takeUp(place)
        return true
    }

    /// The horizon of a question ended without a label.
    mutating func expire(after horizon: Int64) {
        let place = Self.age(of: horizon)
        if place == agePlace { age.expired &+= 1 } else { agesKept[place].expired &+= 1 }
    }

    /// It is open again, or labelled: it had only seemed to end.
    mutating func takeBackExpiry(after horizon: Int64) {
        putBack()
        let place = Self.age(of: horizon)
        if agesKept[place].expired > 0 { agesKept[place].expired -= 1 }
        age = agesKept[0]
    }

    @inline(__always)
    private static func age(of lag: Int64) -> Int {
        if lag <= 3_600_000_000 { return lag <= 60_000_000 ? 0 : lag <= 600_000_000 ? 1 : 2 }
        if lag <= 259_200_000_000 { return lag <= 21_600_000_000 ? 3 : lag <= 86_400_000_000 ? 4 : 5 }
        return lag <= 604_800_000_000 ? 6 : lag <= 2_592_000_000_000 ? 7 : 8
    }

    @inline(__always)
    private func place(ofDay day: Int) -> Int? {
        guard let last = daysKept.indices.last else { return nil }
        // Where no day is without questions, it lies so far from the last one.
        let guess = last - (daysKept[last].number - day)
        if guess >= 0, guess <= last, daysKept[guess].number == day { return guess }
        var (low, high) = (0, daysKept.count)
        while low < high {
            let middle = (low + high) / 2
            if daysKept[middle].number < day { low = middle + 1 } else { high = middle }
        }
        return low < daysKept.count && daysKept[low].number == day ? low : nil
    }

    // MARK: Beginning anew

    /// Begins with questions that are open, asked at these times in their order.
    mutating func begin(withOpen times: [Timestamp]) {
        for time in times { ask(at: time) }
    }

    /// Another metric is looked at: what was asked and labelled stays, what was scored begins anew.
    mutating func follow(_ spec: Spec) {
        let other = MeanScore(of: spec.settings.metrics, task: spec.contract.target.task)
        guard other.name != score.name else { return }
        score = other
        putBack()
        for index in agesKept.indices { agesKept[index].sums = Sums() }
        for index in daysKept.indices { daysKept[index].sums = Sums() }
        age = agesKept[0]
    }

    /// Log time was ahead and is set back: what counts as asked later than that was asked then.
    mutating func setBack(to time: Timestamp) {
        putBack()
        let today = OpenTimes.day(of: time)
        var late = Day(number: today)
        while let last = daysKept.last, last.number >= today {
            late.questions += last.questions
            late.labels += last.labels
            late.sums.add(last.sums)
            daysKept.removeLast()
        }
        if late.questions > 0 { daysKept.append(late) }
        putBack()
    }
}

extension Lateness.Sums {
    /// - Parameter baselineLoss: NaN where it is not known.
    @inline(__always)
    fileprivate mutating func add(_ numbers: MeanScore.Numbers, _ baselineLoss: Double) {
        scored &+= 1
        loss += numbers.loss
        answers += numbers.answer
        truths += numbers.truth
        guard baselineLoss == baselineLoss else { return }
        compared &+= 1
        self.baselineLoss += baselineLoss
    }

    fileprivate mutating func add(_ other: Self) {
        scored &+= other.scored
        loss += other.loss
        answers += other.answers
        truths += other.truths
        compared &+= other.compared
        baselineLoss += other.baselineLoss
    }
}

// MARK: Bytes

extension Lateness {
    func encode(to encoder: inout CanonicalEncoder) {
        for age in ages {
            encoder.uint(age.labels)
            encoder.uint(age.expired)
            age.sums.encode(to: &encoder)
        }
        lags.encode(to: &encoder)
        encoder.count(daysKept.count)
        var next = 0
        for day in days {
            encoder.count(day.number - next)
            next = day.number + 1
            encoder.uint(day.questions)
            encoder.uint(day.labels)
            day.sums.encode(to: &encoder)
        }
    }

    init(from decoder: inout CanonicalDecoder, _ spec: Spec) throws(CanonicalDecodingError) {
        self.init(spec)
        for index in agesKept.indices {
            agesKept[index].labels = try decoder.lateCount()
            agesKept[index].expired = try decoder.lateCount()
            agesKept[index].sums = try Sums(from: &decoder)
        }
        age = agesKept[0]
        lags = try LagHistogram(from: &decoder)
        let count = try decoder.count()
        guard count > 0, count <= Self.daysMax else { throw decoder.lateness("\(count) days") }
        var next = 0
        for _ in 0..<count {
            let (number, overflow) = next.addingReportingOverflow(try decoder.natural())
            // A day of the year 9999 is the last that can be written.
            guard !overflow, number < 3_652_059 else { throw decoder.lateness("a day") }
            var day = Day(number: number)
            day.questions = try decoder.lateCount()
            day.labels = try decoder.lateCount()
            day.sums = try Sums(from: &decoder)
            daysKept.append(day)
            next = number + 1
        }
        putBack()
    }
}

extension Lateness.Sums {
    fileprivate func encode(to encoder: inout CanonicalEncoder) {
        encoder.uint(scored)
        guard scored > 0 else { return }
        for sum in [loss, answers, truths] { encoder.double(sum) }
        encoder.uint(compared)
        if compared > 0 { encoder.double(baselineLoss) }
    }

    fileprivate init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        self.init()
        scored = try decoder.lateCount()
        guard scored > 0 else { return }
        (loss, answers, truths) = (try decoder.double(), try decoder.double(), try decoder.double())
        compared = try decoder.lateCount()
        if compared > 0 { baselineLoss = try decoder.double() }
        guard compared <= scored, [loss, answers, truths, baselineLoss].allSatisfy(\.isFinite) else {
            throw decoder.lateness("sums")
        }
    }
}

extension CanonicalDecoder {
    /// A count that no sum of such overflows, and that is exact as a double.
    fileprivate mutating func lateCount() throws(CanonicalDecodingError) -> UInt64 {
        let count = try uint()
        guard count < 1 << 40 else { throw lateness("a count") }
        return count
    }

    func lateness(_ what: String) -> CanonicalDecodingError {
        CanonicalDecodingError(offset: offset, reason: "lateness: \(what)")
    }
}
