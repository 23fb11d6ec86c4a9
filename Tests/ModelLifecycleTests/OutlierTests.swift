import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// Labels far outside the range learned so far: set aside, let in together, dropped, confirmed.
@Suite struct OutlierTests {
    /// By a model that weighs nobody by what was said: of labels that are set aside that is not kept.
    private static let spec = tenSecondSpec.with("target", ["name": "y", "type": "regression", "horizon": "5d"])
        .with(
            "model",
            [["one_hot": ["c"]], "standard_scaler", ["linear_regression": ["optimizer": "twin_ada_grad"]]])
    private static let offSpec = spec.with(
        "target", ["name": "y", "type": "regression", "horizon": "5d", "outliers": "learn"])

    /// A life of so many examples, a second each, with labels from 0 to 9 that x nearly tells.
    private func begun(_ tree: SpecTree = spec, examples: Int = 150) throws -> TestFold {
        var fold = try TestFold(tree)
        for index in 0..<examples {
            fold.example("e\(index)", at: Int64(index), x: Double(index % 10), Double(index % 10 * 7 % 10))
        }
        return fold
    }

    private static let day: Int64 = 86_400

    private func answer(_ fold: TestFold, x: Double = 3) -> [Double] {
        fold.state.preview(fold.row(x), at: fold.state.ledger.time).values
    }

    @Test func oneIsNeitherScoredNorLearned() throws {
        var fold = try begun()
        fold.predict("q", at: 200)
        let (before, mae) = (answer(fold), fold.metric("mae"))
        #expect(fold.label("q", at: 201, -4_100_000) == .setAside)
        #expect(answer(fold) == before && fold.metric("mae") == mae)
        let notice = try #require(fold.outcome.notices.first)
        #expect(notice.kind == .setAside && notice.evidence[0] == .init("question", 151))
        // 20 ranges to each side of the median, each rounded outwards by an eighth at most.
        #expect((-220 ... -170).contains(notice.evidence[1].value))
        #expect((180...230).contains(notice.evidence[2].value))
        #expect(fold.state.asideCount == 1 && fold.state.asideLabels.count == 1 && fold.counts.labels == 1)
        #expect(fold.state.asideListed.map(\.fate) == [.waiting])
        #expect(fold.label("q", at: 202, -4_100_000) == .repeated(offset: 152))
        #expect(fold.label("q", at: 202, 4).isRefused)
        #expect(fold.state.asideCount == 1)
    }

    @Test func thereMustBeAHundredLabels() throws {
        for (count, decision) in [(99, Decision.learned), (112, .setAside)] {
            var fold = try begun(examples: count)
            fold.predict("q", at: 200)
            #expect(fold.label("q", at: 201, 1e9) == decision, "after \(count)")
        }
    }

    /// They are learned in their order, and scored with what was said when asked: as if they had all come at once.
    @Test func twentyAreLetInAsIfTheyHadComeTogether() throws {
        var fold = try begun()
        var plain = try begun(Self.offSpec)
        for index in 0..<20 {
            for path in [\Twins.fold, \.plain] {
                var twins = Twins(fold: fold, plain: plain)
                twins[keyPath: path].predict("q\(index)", at: 200 + Int64(index), x: Double(index % 10))
                (fold, plain) = (twins.fold, twins.plain)
            }
        }
        for index in 0..<20 {
            let value = 1_000 * Double(index + 1)
            #expect(fold.label("q\(index)", at: 300 + Int64(index), value) == (index < 19 ? .setAside : .learned))
            #expect(plain.label("q\(index)", at: 300 + Int64(index), value) == .learned)
        }
        #expect(fold.outcome.learnedLate.map(\.question) == (0..<19).map { 151 + $0 })
        #expect(fold.outcome.notices.map(\.kind) == [.learnedLate])
        #expect(fold.state.asideCount == 0 && fold.state.asideLabels.learnedCount == 19)
        for x in 0..<10 { #expect(answer(fold, x: Double(x)) == answer(plain, x: Double(x))) }
        for name in ["mae", "rmse"] { #expect(fold.metric(name) == plain.metric(name)) }
        // What labels are like now is found out anew.
        fold.predict("r", at: 400)
        #expect(fold.label("r", at: 401, -50_000) == .learned)
    }

    private struct Twins {
        var fold: TestFold
        var plain: TestFold
    }

    @Test func oneOfADayAgoIsDropped() throws {
        var fold = try begun()
        fold.example("q", at: 200, x: 1, 1e6)
        #expect(fold.decisions.last == .predictedAndSetAside)
        // Labels that come slowly are given time.
        for index in 0..<39 { fold.example("s\(index)", at: Self.day + 300 + Int64(index), x: 1, 4) }
        #expect(fold.state.asideCount == 1)
        for index in 39..<42 { fold.example("s\(index)", at: Self.day + 400 + Int64(index), x: 1, 4) }
        #expect(fold.state.asideCount == 0 && fold.state.asideLabels.droppedCount == 1)
        #expect(fold.state.asideListed.map(\.fate) == [.dropped])
        #expect(fold.notices.values.joined().filter { $0.kind == .dropped }.count == 1)
    }

    /// A label a day: no 20 come within one, and a change of scale is followed all the same.
    @Test func slowStreamsFollowAChangeOfScale() throws {
        var fold = try begun()
        for index in 0..<20 {
            fold.example("q\(index)", at: Self.day * Int64(index + 1), x: 1, 1e6)
            #expect(fold.decisions.last == (index < 19 ? .predictedAndSetAside : .predictedAndLearned))
        }
    }

    @Test func aCorrectionIsLearnedAtOnceWhateverItIs() throws {
        for value in [5, 1e6] {
            var fold = try begun()
            fold.predict("q", at: 200)
            fold.label("q", at: 201, 1e6)
            let before = answer(fold)
            #expect(fold.correct("q", at: 202, value) == .learned)
            #expect(answer(fold) != before && fold.state.asideCount == 0 && fold.counts.corrections == 1)
            #expect(fold.correct("q", at: 202, value) == .repeated(offset: 153))
            #expect(fold.state.asideListed.map(\.fate) == [.corrected])
            // For whatever is derived, it was that from the beginning.
            let derived = try fold.amended()
            var right = try begun()
            right.predict("q", at: 200)
            right.correct("q", at: 201, value)
            #expect(derived.stateDigest == right.state.stateDigest)
        }
    }

    @Test func aLabelThatWaitedIsJudgedWithItsQuestion() throws {
        var fold = try begun()
        #expect(fold.label("q", at: 200, 1e6) == .waiting)
        #expect(fold.predict("q", at: 201) == .predictedAndSetAside)
        #expect(fold.state.asideListed.map(\.label) == [151] && !fold.outcome.answer.isEmpty)
    }

    @Test func theKeySwitchesItOff() throws {
        var fold = try begun(Self.offSpec)
        fold.example("q", at: 200, x: 1, 1e6)
        #expect(fold.decisions.last == .predictedAndLearned)
    }

    /// Whoever says that such labels are right wants those that came learned.
    @Test func whatIsSetAsideIsLearnedWhereTheRuleEnds() throws {
        var fold = try begun()
        fold.example("q", at: 200, x: 1, 1e6)
        let before = answer(fold)
        fold.adopt(try Self.offSpec.spec)
        #expect(answer(fold) == before)
        fold.predict("r", at: 201)
        #expect(answer(fold) != before && fold.outcome.learnedLate.count == 1)
        #expect(fold.state.asideCount == 0 && fold.state.asideLabels.learnedCount == 1)
        fold.adopt(try Self.spec.spec)
        fold.example("s", at: 202, x: 1, 1e9)
        #expect(fold.decisions.last == .predictedAndLearned, "the range is that of labels since")
    }

    /// A spec that another model joins: what was set aside scores for the models that answered.
    @Test func answersAreKeptOverAChangedSpec() throws {
        var fold = try begun()
        for index in 0..<19 { fold.example("q\(index)", at: 200, x: 1, 1e6) }
        let mae = fold.metric("mae")
        fold.adopt(try Self.spec.with("challengers", ["plain": ["standard_scaler", "linear_regression"]]).spec)
        fold.state = try ApplicationState(encoded: fold.state.encoded)
        fold.example("q19", at: 201, x: 1, 1e6)
        #expect(fold.outcome.learnedLate.count == 19)
        #expect(try #require(fold.metric("mae")) > 100 * (try #require(mae)))
        // One model answered all of it, the other the last alone.
        let scored = fold.state.learned.models.map { $0.metrics.values[0].value }
        #expect(scored[1] > 5 * scored[0])
    }

    @Test func aRestoreTakesBackWhatWasSetAside() throws {
        var fold = try begun()
        fold.example("q", at: 200, x: 1, 1e6)
        fold.restore(to: 150)
        #expect(fold.state.asideCount == 0 && fold.state.asideListed.map(\.fate) == [.passedOver])
        // Back to where it waits; it counts among the twenty again.
        fold.restore(to: 152)
        #expect(fold.state.asideCount == 1 && fold.state.asideListed.map(\.fate) == [.waiting])
        for index in 0..<19 { fold.example("r\(index)", at: 201, x: 1, 1e6) }
        #expect(fold.outcome.learnedLate.count == 19)
    }

    /// What was answered scores as served once, though its label is learned again after a restore.
    @Test func servedScoresOnce() throws {
        var fold = try begun()
        for index in 0..<19 { fold.example("q\(index)", at: 200, x: 1, 1e6) }
        let waiting = fold.state.offset
        fold.restore(to: waiting)
        fold.example("r", at: 201, x: 1, 1e6)
        let once = fold.state.servedMetrics.values.map(\.value)
        fold.restore(to: waiting)
        #expect(fold.state.asideCount == 19)
        fold.example("s", at: 202, x: 1, 5)
        let before = fold.state.servedMetrics.values.map(\.value)
        #expect(before[0] < once[0])
        fold.example("t", at: 203, x: 1, 1e6)
        #expect(fold.outcome.learnedLate.count == 19)
        // One more answer was scored, and not twenty.
        let after = fold.state.servedMetrics.values.map(\.value)
        let counts = [171.0, 172]
        #expect(abs(after[0] * counts[1] - before[0] * counts[0] - 1e6) < 1e5)
    }

    @Test func anExcludedOrForgottenOneIsGone() throws {
        for isForgotten in [false, true] {
            var fold = try begun()
            fold.example("q", at: 200, x: 1, 1e6)
            let (layout, question) = (fold.layout, fold.state.offset - 1)
            let amendment = Amendment.exclusion(OffsetRanges([question]), isForgotten: isForgotten)
            fold.apply(Event(.amended(amendment), time: second(200), features: FeatureRow(layout)))
            #expect(fold.state.asideCount == 0)
            #expect(fold.state.asideListed.map(\.fate) == (isForgotten ? [] : [.passedOver]))
        }
    }

    /// What revision 2 has folded stays as it was lived: bytes and digests say nothing of ranges.
    @Test func revisionTwoSetsNothingAside() throws {
        let before = try life(under: Self.spec, revision: 2)
        let off = try life(under: Self.offSpec, revision: Revision.fold)
        let now = try life(under: Self.spec, revision: Revision.fold)
        #expect(before.asideLabels.count == 0 && now.asideLabels.count == 1)
        #expect(before.stateDigest == off.stateDigest && before.stateDigest != now.stateDigest)
    }

    private func life(under tree: SpecTree, revision: Int) throws -> ApplicationState {
        let spec = try tree.spec
        var state = ApplicationState(beginning: spec)
        var (past, outcome) = (TestPast(), Outcome())
        let adoption = Adoption(
            .spec(spec), stateDigest: state.successor(under: spec).digest,
            revision: Revision(fold: revision, components: Revision(of: spec.settings).components))
        let row = FeatureRow(spec.contract.layout)
        try state.apply(Event(.adopted(adoption), time: second(0), features: row), past: &past, into: &outcome)
        for index in 0..<150 {
            let label = Label.number(index == 149 ? 1e9 : Double(index % 10))
            let event = Event(.example(label), time: second(Int64(index)), id: EventID("e\(index)"), features: row)
            try state.apply(event, past: &past, into: &outcome)
        }
        return state
    }

    /// A snapshot of a state that has set labels aside.
    @Test func goldenBytesAreReadByEveryRelease() throws {
        var fold = try begun()
        fold.predict("q", at: 200, c: "cafe")
        fold.label("q", at: 201, 1e6)
        fold.example("r", at: 202, x: 2, -1e6)
        try Golden.expect(fold.state.encoded, "snapshot-outliers.bin")
        var again = try ApplicationState(encoded: try Golden.bytes("snapshot-outliers.bin"))
        #expect(again.encoded == fold.state.encoded && again.asideCount == 2)
        var (past, outcome) = (fold.past, Outcome())
        for index in 0..<19 {
            let event = Event(
                .example(.number(1e6)), time: second(203), id: EventID("s\(index)"), features: fold.row(1))
            try again.apply(event, past: &past, into: &outcome)
        }
        #expect(outcome.learnedLate.count == 19 && again.asideCount == 1)
    }

    @Test func constantLabelsAndRareOnesAreLearned() throws {
        var fold = try TestFold(Self.spec)
        var generator = SeededGenerator(seed: 7)
        for index in 0..<2_000 {
            // One in a hundred is no zero, and those are far apart.
            let value = generator.below(100) == 0 ? Elementary.exp(2 * Double(generator.below(700)) / 100) : 0
            fold.example("e\(index)", at: Int64(index), x: 1, value)
        }
        #expect(fold.state.asideLabels.count == 0)
    }

    /// False alarms on tails as they come: none or next to none among 20,000 labels.
    @Test(arguments: [(1, 0), (2, 1), (3, 3)]) func heavyTails(_ sigma: Int, _ most: UInt64) throws {
        var fold = try TestFold(Self.spec.with("model", ["statistic_regressor"]))
        var generator = SeededGenerator(seed: 5)
        for index in 0..<20_000 {
            let normal = Self.normal(&generator)
            fold.example("e\(index)", at: Int64(index), x: 1, Elementary.exp(Double(sigma) * normal))
        }
        #expect(fold.state.asideLabels.count <= most)
    }

    /// By Marsaglia's polar method.
    private static func normal(_ generator: inout SeededGenerator) -> Double {
        while true {
            let (u, v) = (2 * generator.uniform() - 1, 2 * generator.uniform() - 1)
            let s = u * u + v * v
            if s > 0, s < 1 { return u * (-2 * Elementary.log(s) / s).squareRoot() }
        }
    }

    @Test func theKeyIsChecked() throws {
        let other = tenSecondSpec.with("target", ["name": "y", "type": "binary", "outliers": "learn"])
            .with("model", ["logistic_regression"]).with("metrics", ["log_loss"])
        #expect(other.complaints.contains { $0.contains("only a target of type regression has outliers") })
        let unknown = tenSecondSpec.with("target", ["name": "y", "type": "regression", "outliers": "drop"])
        #expect(!unknown.complaints.isEmpty)
        let spec = try Self.offSpec.spec
        #expect(spec.contract.target.outliers == .learn)
        var encoder = CanonicalEncoder()
        spec.encode(to: &encoder)
        var decoder = CanonicalDecoder(encoder.bytes)
        #expect(try Spec(from: &decoder) == spec)
    }

    /// Over random lives the log folded again gives every byte, from the beginning and from states on the way.
    @Test(arguments: FoldPropertyTests.seeds)
    func replayEqualsLive(_ seed: UInt64) throws {
        let task = RandomTask.outliers
        var fold = try TestFold(task)
        var stream = RandomStream(seed: seed, labelCount: task.labels.count)
        for step in 0..<2_000 {
            var next = stream.next()
            // Not to before there were enough labels.
            if case .restore(let share) = next { next = .restore(0.8 + 0.2 * share) }
            _ = try fold.take(next, task)
            guard step % 700 == 699 else { continue }
            // A day passes; what claims to be of before is of now.
            let later = fold.state.ledger.time.microseconds / 1_000_000 + 90_000
            fold.apply(Event(.tick, time: second(later), features: FeatureRow(fold.layout)))
        }
        #expect(fold.state.asideLabels.count > 0)
        var state = ApplicationState(beginning: fold.beginning)
        var (past, outcome) = (fold.past, Outcome())
        for offset in 0..<fold.state.offset {
            let event = try #require(past.events[offset]).event
            if offset % 29 == 0, offset > 0 { state = try ApplicationState(encoded: state.encoded) }
            past.layout = state.contract.layout
            try state.apply(event, past: &past, derived: fold.derived[offset], into: &outcome)
            #expect(outcome.decision == fold.decisions[offset])
            #expect(outcome.notices == fold.notices[offset] ?? [])
        }
        #expect(state.encoded == fold.state.encoded)
    }
}

extension Decision {
    fileprivate var isRefused: Bool {
        if case .refused = self { true } else { false }
    }
}

extension TestFold {
    /// The state of the same log under all its amendments.
    fileprivate func amended() throws -> ApplicationState {
        var index = AmendmentIndex(state.amendments)
        var (state, past, outcome) = (ApplicationState(beginning: beginning), past, Outcome())
        for offset in 0..<self.state.offset {
            let event = try #require(past.events[offset]).event
            past.layout = state.contract.layout
            try state.apply(event, under: &index, past: &past, derived: derived[offset], into: &outcome)
        }
        return state
    }
}
