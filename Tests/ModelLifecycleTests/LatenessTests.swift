import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// How late labels come and how answers proved by that is counted in the fold as anybody would count it from the log.
@Suite struct LatenessTests {
    /// What was asked and what became of it, kept whole.
    private struct Witness {
        struct Question {
            let asked: Int64
            let answer: [Double]
            let baseline: [Double]
        }

        struct Labelled {
            let asked, lag: Int64
            let answer, baseline, truth: Double
        }

        var questions: [Int64] = []
        private var open: [Int: Question] = [:]
        private(set) var labelled: [Labelled] = []
        /// Those scored by the metric in force.
        private(set) var scored: [Labelled] = []
        var openTimes: [Int64] { open.values.map(\.asked) }

        mutating func resetScores() { scored = [] }
        mutating func exclude(_ offset: Int) { open[offset] = nil }

        mutating func take(_ fold: TestFold, _ event: Event, horizon: Int64) {
            let (outcome, time) = (fold.outcome, fold.state.ledger.time.microseconds)
            open = open.filter { time - $0.value.asked <= horizon }
            if event.kind == .example { return }
            if outcome.decision.hasAnswer {
                questions.append(time)
                let baseline = Array(outcome.answers.suffix(outcome.width))
                open[fold.state.offset - 1] = Question(
                    asked: time, answer: Array(outcome.answer), baseline: baseline)
            }
            guard outcome.decision.hasLearned, let question = open.removeValue(forKey: outcome.labelledQuestion),
                let truth = fold.labelGiven(event)
            else { return }
            let found = Labelled(
                asked: question.asked, lag: time - question.asked, answer: question.answer.first ?? .nan,
                baseline: question.baseline.first ?? .nan, truth: truth)
            labelled.append(found)
            if found.answer.isFinite { scored.append(found) }
        }
    }

    private static let hour: Int64 = 3_600_000_000
    private static let day = 24 * hour
    private static let ends: [Int64] = [
        60_000_000, 600_000_000, hour, 6 * hour, day, 3 * day, 7 * day, 30 * day, .max,
    ]

    private static func name(_ time: Int64) -> String {
        String(Timestamp(microseconds: time).description.prefix(10))
    }

    private static func specs(_ task: RandomTask) -> [SpecTree] {
        task.specs.map { tree in
            tree.with("target", ["name": "y", "type": .plain(task.description), "horizon": "3d"])
        }
    }

    private static func compare(_ fold: TestFold, _ witness: Witness, isRegression: Bool) throws {
        let report = try #require(fold.state.latenessReport)
        let now = fold.state.ledger.time.microseconds
        #expect(report.labels == witness.labelled.count)
        #expect(witness.openTimes.count == fold.state.ledger.pendingCount)
        func loss(_ answer: Double, _ truth: Double) -> Double {
            isRegression ? abs(answer - truth) : (answer > 0.5) == (truth == 1) ? 1 : 0
        }
        func compare(_ figures: LatenessReport.Figures, _ of: [Witness.Labelled], _ where_: String) {
            #expect(figures.scored == of.count, "\(where_)")
            guard !of.isEmpty, let metric = figures.metric else { return }
            let count = Double(of.count)
            func isNear(_ one: Double?, _ sum: Double) -> Bool {
                one.map { abs($0 - sum / count) <= 1e-9 * max(1, abs(sum)) } ?? false
            }
            #expect(isNear(metric, of.reduce(0) { $0 + loss($1.answer, $1.truth) }), "\(where_)")
            #expect(isNear(figures.baseline, of.reduce(0) { $0 + loss($1.baseline, $1.truth) }), "\(where_)")
            #expect(isNear(figures.meanAnswer, of.reduce(0) { $0 + $1.answer }), "\(where_)")
            #expect(isNear(figures.meanTruth, of.reduce(0) { $0 + $1.truth }), "\(where_)")
        }
        // Days.
        #expect(Set(report.days.map(\.name)) == Set(witness.questions.map(name)))
        #expect(report.days.map(\.name) == report.days.map(\.name).sorted())
        for day in report.days {
            #expect(day.questions == witness.questions.count { name($0) == day.name })
            #expect(day.labels == witness.labelled.count { name($0.asked) == day.name })
            #expect(day.open == witness.openTimes.count { name($0) == day.name }, "\(day.name)")
            compare(day.figures, witness.scored.filter { name($0.asked) == day.name }, day.name)
        }
        // Ages: of labels to the microsecond, of open questions to a slot, here 2 minutes.
        #expect(report.ages.map { $0.end ?? .max } == ends)
        for (index, age) in report.ages.enumerated() {
            let from = index == 0 ? -1 : ends[index - 1]
            let within = witness.labelled.count { $0.lag > from && $0.lag <= ends[index] }
            #expect(age.labels == within)
            compare(age.figures, witness.scored.filter { $0.lag > from && $0.lag <= ends[index] }, "age \(index)")
            let slot: Int64 = 120_000_000
            let sure = witness.openTimes.count { now - $0 > from + slot && now - $0 <= ends[index] &- slot }
            let atMost = witness.openTimes.count { now - $0 > from - slot && now - $0 - slot <= ends[index] }
            #expect(age.open >= sure && age.open <= atMost, "age \(index)")
        }
        #expect(report.ages.reduce(0) { $0 + $1.open } == witness.openTimes.count)
        let shares = report.ages.compactMap(\.stillOpen)
        #expect(shares == shares.sorted(by: >) && shares.allSatisfy { (0...1).contains($0) })
        // Lags.
        let lags = witness.labelled.map(\.lag).sorted()
        guard let longest = lags.last else { return }
        #expect(report.longest == longest)
        for (share, found) in [(0.5, report.median), (0.9, report.ninth), (0.99, report.last)] {
            let exact = lags[max(0, Int((share * Double(lags.count)).rounded(.up)) - 1)]
            let found = try #require(found)
            #expect(found >= exact && Double(found) <= Double(exact) * 1.032 + 1_100, "\(share): \(found), \(exact)")
        }
        #expect(report.lags.reduce(0) { $0 + $1.count } == lags.count)
    }

    /// Questions over some weeks, labels after anything from a microsecond to four days, restores, changed specs,
    /// exclusions, corrections, examples.
    @Test(arguments: [RandomTask.all[0], RandomTask.all[1]], [UInt64(1), 2, 3, 4])
    func itIsWhatTheLogSays(_ task: RandomTask, _ seed: UInt64) throws {
        let isRegression = task.description == "regression"
        let specs = Self.specs(task)
        var (fold, witness) = (try TestFold(specs[0]), Witness())
        var generator = SeededGenerator(seed: seed &+ 40)
        var (time, isFirstMetric) = (20_000 * Self.day, true)
        var waiting: [(id: String, due: Int64)] = []
        for index in 0..<1_500 {
            time += Int64(generator.uniform() * Double(Self.hour))
            let dice = generator.below(100)
            let due = waiting.firstIndex { $0.due <= time }
            let row = FeatureRow(fold.layout)
            var event: Event?
            if let due, dice < 60 {
                let id = waiting.remove(at: due).id
                let label = task.labels[generator.below(task.labels.count)]
                event = Event(
                    .of(generator.below(8) == 0 ? .corrected : .label, label),
                    time: Timestamp(microseconds: time), id: EventID(id), features: row)
            } else if dice < 92 {
                // Lags of every size.
                let lag = Int64(exp2(generator.uniform() * 38.4))
                if generator.below(6) > 0 { waiting.append(("q\(index)", time + lag)) }
                event = Event(
                    .prediction, time: Timestamp(microseconds: time), id: EventID("q\(index)"),
                    features: fold.row(Double(generator.below(3)), "a"))
            } else if dice < 94 {
                event = Event(
                    .of(.example, task.labels[0]), time: Timestamp(microseconds: time), id: EventID("e\(index)"),
                    features: fold.row(1, "b"))
            } else if dice < 96 {
                fold.restore(to: 1 + generator.below(fold.state.offset))
            } else if dice < 98 {
                // Number 3 looks at another metric first.
                let number = isRegression ? generator.below(3) : generator.below(4)
                fold.adopt(try specs[number].spec)
                let isFirst = number < 3
                if isFirst != isFirstMetric { witness.resetScores() }
                isFirstMetric = isFirst
            } else {
                let offset = generator.below(fold.state.offset)
                let exclusion = Amendment.exclusion(OffsetRanges([offset]), isForgotten: dice == 98)
                fold.apply(Event(.amended(exclusion), time: fold.state.ledger.time, features: row))
                witness.exclude(offset)
            }
            if let event, fold.apply(event).isLogged { witness.take(fold, event, horizon: 3 * Self.day) }
            if index % 70 == 23 { fold.state = try ApplicationState(encoded: fold.state.encoded) }
            if index % 50 == 0, isFirstMetric, !witness.questions.isEmpty {
                try Self.compare(fold, witness, isRegression: isRegression)
            }
        }
        #expect(witness.labelled.count > 300 && fold.state.ledger.pendingCount > 0)
        #expect(fold.counts.expiredPredictions > 0 || fold.counts.lateLabels > 0)
        try Self.replay(fold)
    }

    /// From the beginning, with every state taken from its bytes now and then, the same comes out.
    private static func replay(_ fold: TestFold) throws {
        var (state, outcome, past) = (ApplicationState(beginning: fold.beginning), Outcome(), TestPast())
        (past.events, past.answers) = (fold.past.events, fold.past.answers)
        for offset in 0..<fold.state.offset {
            guard let (event, _) = past.events[offset] else { continue }
            if offset % 41 == 0, offset > 0 { state = try ApplicationState(encoded: state.encoded) }
            past.layout = state.contract.layout
            try state.apply(event, past: &past, derived: fold.derived[offset], into: &outcome)
        }
        #expect(state.encoded == fold.state.encoded && state.ledgerDigest == fold.state.ledgerDigest)
    }

    // MARK: What people ask

    private func hourly(_ horizon: String) -> SpecTree {
        tenSecondSpec.with("target", ["name": "y", "type": "regression", "horizon": .plain(horizon)])
    }

    /// A sale is known at once, a fraud late: what is known of the last day is not what is true of it.
    @Test func theShareStillOpenIsThatOfALifeTable() throws {
        var fold = try TestFold(hourly("10d"))
        let day: Int64 = 86_400
        // Every day 4 questions; 2 are labelled after half an hour, 1 after two days, 1 never.
        for today in 0..<30 as Range<Int64> {
            for number in 0..<4 { fold.predict("q\(today)-\(number)", at: today * day + Int64(number)) }
            for number in 0..<2 { fold.label("q\(today)-\(number)", at: today * day + 1_800 + Int64(number), 0) }
            if today >= 2 { fold.label("q\(today - 2)-2", at: today * day + 7_200, 100) }
        }
        let report = try #require(fold.state.latenessReport)
        #expect(report.ages.map(\.labels) == [0, 0, 60, 0, 0, 28, 0, 0, 0])
        // After an hour half of all; after three days one of four, estimated from those that are old enough.
        #expect(report.ages[1].stillOpen == 1 && report.ages[2].stillOpen == 0.5)
        #expect(abs((report.ages[5].stillOpen ?? 0) - 0.25) < 0.01)
        #expect(report.ages[6].stillOpen == report.ages[5].stillOpen)
        #expect(report.days.count == 30)
        // The last two days show fast labels alone.
        #expect(report.days[29].labels == 2 && report.days[29].open == 2 && report.days[29].figures.meanTruth == 0)
        #expect(report.days[5].labels == 3 && report.days[5].open == 0)
        #expect(report.days[5].figures.meanTruth.map { abs($0 - 100.0 / 3) < 1e-9 } == true)
        #expect(report.metric == "mae" && !report.biggerIsBetter)
        #expect(report.median == 1_800_000_000 || (report.median ?? 0) > 1_800_000_000)
    }

    @Test func itIsAbsentWhereThereIsNothingToSay() throws {
        var fold = try TestFold(tenSecondSpec)
        #expect(fold.state.latenessReport == nil)
        fold.example("a", at: 1, x: 1, 2)
        #expect(fold.state.latenessReport == nil, "an example has its label with it")
        #expect(try ApplicationState(encoded: fold.state.encoded).latenessReport == nil)
        fold.predict("b", at: 2)
        let report = try #require(fold.state.latenessReport)
        #expect(report.days.map(\.questions) == [1] && report.labels == 0 && report.median == nil)
        #expect(report.ages[0].stillOpen == 1 && report.days[0].figures.metric == nil)
    }

    @Test func fourHundredDaysAreKept() throws {
        var fold = try TestFold(hourly("3000d"))
        let day: Int64 = 86_400
        for today in 0..<450 as Range<Int64> { fold.predict("q\(today)", at: today * day) }
        let report = try #require(fold.state.latenessReport)
        #expect(report.days.count == 400 && report.days[0].name == "1970-02-20" && report.days[399].open == 1)
        // A label of a day that is gone counts by its age.
        fold.label("q3", at: 450 * day, 1)
        let after = try #require(fold.state.latenessReport)
        #expect(after.labels == 1 && after.ages[8].labels == 1 && after.days.allSatisfy { $0.labels == 0 })
        #expect(after.ages.reduce(0) { $0 + $1.open } == 449)
        #expect(try ApplicationState(encoded: fold.state.encoded).encoded == fold.state.encoded)
    }

    /// What a program before folded has nothing of it; it begins with the adoption by this one, with what is open.
    @Test func itBeginsWithTheAdoptionByAProgramThatKeepsIt() throws {
        let spec = try hourly("1h").spec
        var fold = TestFold(spec, foldedBy: 2)
        let before = fold.state.ledgerDigest
        fold.predict("open", at: 10)
        fold.predict("done", at: 11)
        fold.label("done", at: 12, 3)
        #expect(fold.state.latenessReport == nil && fold.state.ledgerDigest != before)
        let snapshot = try ApplicationState(encoded: fold.state.encoded)
        #expect(snapshot.encoded == fold.state.encoded)
        fold.state = snapshot
        fold.restore(to: fold.state.offset)
        let report = try #require(fold.state.latenessReport)
        #expect(report.days.map(\.questions) == [1] && report.days[0].open == 1 && report.labels == 0)
        fold.label("open", at: 100, 3)
        #expect(fold.state.latenessReport?.labels == 1)
        try Self.replay(fold)
    }

    @Test func aClockThatIsSetBackMovesWhatCameLater() throws {
        var fold = try TestFold(hourly("1d"))
        fold.predict("a", at: 100)
        fold.predict("b", at: 400 * 86_400)
        #expect(fold.state.latenessReport?.days.count == 2 && fold.state.ledger.pendingCount == 1)
        let correction = ClockCorrection(from: 2, opened: OffsetRanges([1]))
        let row = FeatureRow(fold.layout)
        fold.apply(Event(.clock(correction), time: second(200), features: row))
        let report = try #require(fold.state.latenessReport)
        #expect(report.days.map(\.name) == ["1970-01-01"] && report.days[0].questions == 2 && report.days[0].open == 2)
        #expect(report.ages.reduce(0) { $0 + $1.open } == 2 && report.ages.allSatisfy { $0.stillOpen ?? 1 == 1 })
        fold.label("a", at: 300, 1)
        #expect(fold.state.latenessReport?.days[0].labels == 1)
        #expect(try ApplicationState(encoded: fold.state.encoded).encoded == fold.state.encoded)
    }

    @Test func goldenBytesAreReadByEveryRelease() throws {
        var fold = try TestFold(hourly("2d"))
        for number in 0..<6 as Range<Int64> { fold.predict("q\(number)", at: number * 40_000, x: Double(number)) }
        fold.label("q3", at: 200_010, 2)
        fold.label("q4", at: 230_000, -1)
        try Golden.expect(fold.state.encoded, "snapshot-lateness.bin")
        let again = try ApplicationState(encoded: try Golden.bytes("snapshot-lateness.bin"))
        #expect(again.encoded == fold.state.encoded && again.ledgerDigest == fold.state.ledgerDigest)
        #expect(again.latenessReport?.labels == 2 && again.latenessReport?.days.count == 3)
    }

    @Test func damagedBytesAreRefused() throws {
        var fold = try TestFold(hourly("2d"))
        for number in 0..<6 as Range<Int64> { fold.predict("q\(number)", at: number * 40_000, x: Double(number)) }
        fold.label("q3", at: 200_010, 2)
        let bytes = fold.state.encoded
        for place in bytes.count - 60..<bytes.count {
            for change in [UInt8(1), 0x80, 0xFF] {
                var damaged = bytes
                damaged[place] ^= change
                // Another number it may be; what is taken comes back as it was taken.
                guard let state = try? ApplicationState(encoded: damaged) else { continue }
                #expect(state.encoded == damaged && state.latenessReport != nil)
            }
        }
    }
}

extension TestFold {
    /// The label that the last step learned, as a number.
    fileprivate func labelGiven(_ event: Event) -> Double? {
        switch event.label {
        case .number(let value): value
        case .listed(let slot): Double(slot)
        default: nil
        }
    }
}

private func exp2(_ power: Double) -> Double { Elementary.exp(power * 0.6931471805599453) }
