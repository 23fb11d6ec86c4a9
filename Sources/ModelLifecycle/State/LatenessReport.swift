import Determinism
import OnlineLearning

/// What is to be said of how late labels come, and of how answers proved by that.
///
/// Questions are counted since the log began, or since a program kept it first; examples are none. Ages are told apart
/// to 1/800 of the horizon or a second, lags to 3.2 %.
public struct LatenessReport: Sendable {
    /// How answers proved whose labels have come.
    public struct Figures: Sendable {
        /// How many were scored.
        public let scored: Int
        /// The metric over them; nil where there are none.
        public let metric: Double?
        /// That of the baseline, over those of them that it is known to have answered; nil of open classes.
        public let baseline: Double?
        /// The means of what was answered and of what was true; binary, of the probability of the positive class and of
        /// how often it came; of several classes, of the probability of the one chosen and of how often that came.
        public let meanAnswer, meanTruth: Double?
    }

    /// Labels that came when their questions were so old, and questions that are.
    public struct Age: Sendable {
        /// Up to which age it goes, in microseconds; nil for the last.
        public let end: Int64?
        public let labels: Int
        /// Questions of this age that are open now.
        public let open: Int
        /// The share of all questions that have no label yet at the end of this age, from 0 to 1; where some are
        /// younger now, as far as one can tell by the older ones (a life table). Nil where none has come so far.
        public let stillOpen: Double?
        public let figures: Figures
    }

    public struct Day: Sendable {
        /// As `2013-01-16`, in UTC.
        public let name: String
        public let questions, labels, open: Int
        public let figures: Figures
    }

    /// The name of the metric: the first of the spec's that is a mean over all answers.
    public let metric: String
    public let biggerIsBetter: Bool
    /// Labels that came in time.
    public let labels: Int
    /// How long those were waited for, in microseconds: half, nine of ten, 99 of 100, and all, at most.
    public let median, ninth, last, longest: Int64?
    /// Labels by lag, in two steps for every doubling: from and below how many microseconds, and how many.
    public let lags: [(start: Int64, end: Int64, count: Int)]
    /// From young to old.
    public let ages: [Age]
    /// Those of the last 400 on which something was asked, the oldest first.
    public let days: [Day]
}

extension ApplicationState {
    /// Nil where nothing was asked, or a program folds that kept nothing of it. Complexity: O(1), some 7,000 numbers.
    public var latenessReport: LatenessReport? {
        hasLateness ? LatenessReport(lateness, open: ledger.openTimes.open(at: ledger.time)) : nil
    }
}

extension LatenessReport {
    init(_ lateness: Lateness, open slots: [(age: Int64, day: Int, count: Int)]) {
        let score = lateness.score
        (metric, biggerIsBetter) = (score.name, score.biggerIsBetter)
        labels = Int(lateness.lags.total)
        median = lateness.lags.quantile(0.5)
        ninth = lateness.lags.quantile(0.9)
        last = lateness.lags.quantile(0.99)
        longest = labels == 0 ? nil : lateness.lags.longest
        lags = lateness.lags.coarse.map { ($0.start, $0.end, Int($0.count)) }
        var openByAge = lateness.ages.map { _ in 0 }
        var openByDay = lateness.days.map { _ in 0 }
        // Young slots come first, and so do young days from the end.
        var day = lateness.days.count - 1
        for slot in slots {
            openByAge[Lateness.ageEnds.firstIndex { slot.age <= $0 } ?? Lateness.ageEnds.count] += slot.count
            while day >= 0, lateness.days[day].number > slot.day { day -= 1 }
            if day >= 0, lateness.days[day].number == slot.day { openByDay[day] += slot.count }
        }
        let shares = Self.stillOpen(lateness.ages, openByAge)
        ages = lateness.ages.indices.map { index in
            Age(
                end: index < Lateness.ageEnds.count ? Lateness.ageEnds[index] : nil,
                labels: Int(lateness.ages[index].labels), open: openByAge[index], stillOpen: shares[index],
                figures: Figures(lateness.ages[index].sums, score))
        }
        days = zip(lateness.days, openByDay).map { day, open in
            Day(
                name: String(OpenTimes.beginning(ofDay: day.number).description.prefix(10)),
                questions: Int(day.questions), labels: Int(day.labels), open: open, figures: Figures(day.sums, score))
        }
    }

    /// The share of questions without a label at the end of each age: the actuarial estimate, in which a question that
    /// is open and of this age now has been looked at for half of it. One whose horizon ended never gets a label.
    ///
    /// Source: S. J. Cutler and F. Ederer, *Maximum utilization of the life table method in analyzing survival*,
    /// Journal of Chronic Diseases 8(6), 1958.
    private static func stillOpen(_ ages: [Lateness.Age], _ open: [Int]) -> [Double?] {
        var reached = zip(ages, open).reduce(0.0) { $0 + Double($1.0.labels + $1.0.expired) + Double($1.1) }
        var share = 1.0
        return zip(ages, open).map { age, open in
            let seen = reached - Double(open) / 2
            guard seen > 0 else { return nil }
            share *= 1 - Double(age.labels) / seen
            reached -= Double(age.labels + age.expired) + Double(open)
            return max(0, share)
        }
    }
}

extension LatenessReport.Figures {
    fileprivate init(_ sums: Lateness.Sums, _ score: MeanScore) {
        scored = Int(sums.scored)
        let count = Double(sums.scored)
        metric = scored == 0 ? nil : score.value(sum: sums.loss, count: scored)
        baseline = sums.compared == 0 ? nil : score.value(sum: sums.baselineLoss, count: Int(sums.compared))
        (meanAnswer, meanTruth) = scored == 0 ? (nil, nil) : (sums.answers / count, sums.truths / count)
    }
}
