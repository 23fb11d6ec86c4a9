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
    private(set) var ages = [Age](repeating: Age(), count: Lateness.ageEnds.count + 1)
    private(set) var lags = LagHistogram()
    /// Ascending.
    private(set) var days: [Day] = []
    /// Of open classes the log does not say in which order the baseline of another lineage had met them.
    private let comparesBaseline: Bool

    init(_ spec: Spec) {
        let target = spec.contract.target
        score = MeanScore(of: spec.settings.metrics, task: target.task)
        comparesBaseline = !target.hasOpenClasses
    }

    /// Whether there is nothing to say: nothing was asked yet.
    var isEmpty: Bool { days.isEmpty }

    // MARK: Counting

    /// A question was asked.
    mutating func ask(at time: Timestamp) {
        let day = OpenTimes.day(of: time)
        if let last = days.indices.last, days[last].number == day {
            days[last].questions &+= 1
        } else {
            begin(day)
        }
    }

    private mutating func begin(_ day: Int) {
        // Log time never goes back but where a wrong clock is put right, and then the days are brought in order.
        if days.count == Self.daysMax { days.removeFirst() }
        days.append(Day(number: day, questions: 1))
    }

    /// A label came in time.
    /// - Parameters:
    ///   - lag: how long after its question, in microseconds.
    ///   - own, baseline: what was answered to it and what the baseline would have, by the same slots as the truth.
    mutating func label(
        ofQuestionAt asked: Timestamp, after lag: Int64, _ truth: Target, own: UnsafeBufferPointer<Double>,
        baseline: UnsafeBufferPointer<Double>
    ) {
        let lag = max(0, lag)
        lags.add(lag)
        var added = Sums()
        if let numbers = score.numbers(of: own, truth) {
            (added.scored, added.loss) = (1, numbers.loss)
            (added.answers, added.truths) = (numbers.answer, numbers.truth)
            if comparesBaseline, let loss = score.loss(of: baseline, truth) {
                (added.compared, added.baselineLoss) = (1, loss)
            }
        }
        let age = Self.age(of: lag)
        ages.withUnsafeMutableBufferPointer {
            $0[age].labels &+= 1
            $0[age].sums.add(added)
        }
        guard let day = place(ofDay: OpenTimes.day(of: asked)) else { return }
        days.withUnsafeMutableBufferPointer {
            $0[day].labels &+= 1
            $0[day].sums.add(added)
        }
    }

    /// The horizon of a question ended without a label.
    mutating func expire(after horizon: Int64) { ages[Self.age(of: horizon)].expired &+= 1 }

    /// It is open again, or labelled: it had only seemed to end.
    mutating func takeBackExpiry(after horizon: Int64) {
        let age = Self.age(of: horizon)
        if ages[age].expired > 0 { ages[age].expired -= 1 }
    }

    @inline(__always)
    private static func age(of lag: Int64) -> Int {
        if lag <= 3_600_000_000 { return lag <= 60_000_000 ? 0 : lag <= 600_000_000 ? 1 : 2 }
        if lag <= 259_200_000_000 { return lag <= 21_600_000_000 ? 3 : lag <= 86_400_000_000 ? 4 : 5 }
        return lag <= 604_800_000_000 ? 6 : lag <= 2_592_000_000_000 ? 7 : 8
    }

    @inline(__always)
    private func place(ofDay day: Int) -> Int? {
        guard let last = days.indices.last else { return nil }
        // Where no day is without questions, it lies so far from the last one.
        let guess = last - (days[last].number - day)
        if guess >= 0, guess <= last, days[guess].number == day { return guess }
        var (low, high) = (0, days.count)
        while low < high {
            let middle = (low + high) / 2
            if days[middle].number < day { low = middle + 1 } else { high = middle }
        }
        return low < days.count && days[low].number == day ? low : nil
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
        for index in ages.indices { ages[index].sums = Sums() }
        for index in days.indices { days[index].sums = Sums() }
    }

    /// Log time was ahead and is set back: what counts as asked later than that was asked then.
    mutating func setBack(to time: Timestamp) {
        let today = OpenTimes.day(of: time)
        var late = Day(number: today)
        while let last = days.last, last.number >= today {
            late.questions += last.questions
            late.labels += last.labels
            late.sums.add(last.sums)
            days.removeLast()
        }
        if late.questions > 0 { days.append(late) }
    }
}

extension Lateness.Sums {
    @inline(__always)
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
        encoder.count(days.count)
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
        for index in ages.indices {
            ages[index].labels = try decoder.lateCount()
            ages[index].expired = try decoder.lateCount()
            ages[index].sums = try Sums(from: &decoder)
        }
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
            days.append(day)
            next = number + 1
        }
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
        CanonicalDecodingError(offset: offset, reason: "\(what) that no lateness has")
    }
}
