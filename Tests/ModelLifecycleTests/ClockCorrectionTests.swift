import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// Log time ran ahead, expired what was open, and is set back: everything is as if it had not.
@Suite struct ClockCorrectionTests {
    private static let target: SpecTree = .map([
        ("name", "y"), ("type", "regression"), ("horizon", "10s"), ("unlabelled", ["label": "7"]),
    ])

    /// The state that the log of a fold leads to where log time never ran ahead.
    private func rebuilt(_ fold: TestFold, from jump: Int, latest: Timestamp, _ spec: Spec) throws -> ApplicationState {
        var amendments = fold.state.amendments
        amendments.append(.clock(from: jump, latest: latest), at: .max)
        var (index, past, state) = (AmendmentIndex(amendments), fold.past, ApplicationState(beginning: spec))
        var outcome = Outcome()
        for offset in 0..<fold.state.offset {
            let event = try #require(fold.past.events[offset]).event
            past.layout = state.contract.layout
            var derived: LearnedState?
            if case .restore(let target)? = event.adoption?.recipe { derived = fold.learned(before: target) }
            try state.apply(event, under: &index, past: &past, derived: derived, into: &outcome)
        }
        return state
    }

    /// Sets the clock of a fold back, and adopts what it would have learned.
    private func setClock(_ fold: inout TestFold, _ rebuilt: ApplicationState, from jump: Int, _ time: Timestamp) {
        let opened = fold.state.questionsLost(butIn: rebuilt)
        let correction = ClockCorrection(from: jump, opened: opened)
        #expect(fold.apply(Event(.clock(correction), time: time, features: FeatureRow(fold.layout))) == .noted)
        let adoption = Adoption(.restore(offset: fold.state.offset), giving: rebuilt.learned)
        let event = Event(.adopted(adoption), time: time, features: FeatureRow(fold.layout))
        #expect(fold.apply(event, derived: rebuilt.learned) == .adopted)
    }

    /// By a model that weighs nobody by what was said: of questions that are opened again that is gone.
    @Test func whatTheJumpExpiredIsOpenAgain() throws {
        let tree = tenSecondSpec.with("target", Self.target)
            .with("model", ["standard_scaler", ["linear_regression": ["optimizer": "twin_ada_grad"]]])
        var (fold, right) = (try TestFold(tree), try TestFold(tree))
        for id in ["a", "b", "c", "d"] {
            fold.predict(id, at: 0, x: 3)
            right.predict(id, at: 0, x: 3)
        }
        fold.label("a", at: 2, 30)
        right.label("a", at: 2, 30)
        let jump = fold.state.offset
        fold.predict("e", at: 1_000, x: 1)
        #expect(fold.state.ledger.pendingCount == 1, "the jump has expired the others")
        #expect(fold.label("b", at: 3, 31) == .waiting, "and their labels find nothing")
        #expect(fold.label("e", at: 4, 9) == .learned)
        right.predict("e", at: 5, x: 1)
        right.label("b", at: 5, 31)
        right.label("e", at: 5, 9)
        #expect(fold.state.stateDigest != right.state.stateDigest)

        let rebuilt = try rebuilt(fold, from: jump, latest: second(5), tree.spec)
        setClock(&fold, rebuilt, from: jump, second(5))
        #expect(fold.state.stateDigest == right.state.stateDigest)
        #expect(fold.state.ledger.time == second(5))
        #expect(fold.state.ledger.pendingCount == 2 && fold.state.ledger.knownCount == 2)
        #expect(fold.state.ledger.waitingCount == 0, "the label that waited has found its question")
        #expect(fold.counts.expiredPredictions == 0)
        for (id, seconds) in [("c", Int64(6)), ("d", 10)] {
            #expect(fold.label(id, at: seconds, 32) == .learned)
            #expect(right.label(id, at: seconds, 32) == .learned)
        }
        #expect(fold.label("b", at: 10, 31).isLogged == false, "said before")
        for x in [1.0, 2, 3] {
            let row = fold.row(x)
            #expect(fold.state.preview(row, at: second(11)).values == right.state.preview(row, at: second(11)).values)
        }
    }

    /// Before the jump a changed spec put the champion in another place; what it answered is scored as served.
    @Test func aQuestionThatIsOpenAgainKeepsWhoAnswered() throws {
        let (linear, other) = (["standard_scaler", "linear_regression"] as SpecTree, ["linear_regression"] as SpecTree)
        let (old, new) = (
            try tenSecondSpec.with("model", ["name": "old", "model": linear]).spec,
            try tenSecondSpec.with("model", ["name": "new", "model": other]).with("challengers", ["old": linear]).spec
        )
        var fold = TestFold(old)
        var errors = 4.0
        func answered(_ fold: TestFold) -> Double { abs(10 - (fold.outcome.answer.first ?? .nan)) }
        fold.example("e", at: 0, x: 1, 4)
        fold.predict("early", at: 0, x: 2)
        errors += answered(fold)
        fold.adopt(new)
        #expect(fold.state.learned.roles.champion == 1)
        fold.predict("late", at: 1, x: 3)
        errors += answered(fold)
        let jump = fold.state.offset
        fold.predict("far", at: 1_000, x: 4)
        errors += answered(fold)
        #expect(fold.state.ledger.pendingCount == 1)

        setClock(&fold, try rebuilt(fold, from: jump, latest: second(5), old), from: jump, second(5))
        #expect(fold.state.ledger.pendingCount == 3 && fold.state.learned.roles.champion == 1)
        let bytes = fold.state.encoded
        fold.state = try ApplicationState(encoded: bytes)
        #expect(fold.state.encoded == bytes)
        for id in ["early", "late", "far"] { #expect(fold.label(id, at: 6, 10) == .learned) }
        let served = try #require(fold.state.servedMetrics.values.first { $0.name == "mae" }).value
        #expect(abs(served - errors / 4) < 1e-9)
    }

    @Test func onlyAClockThatIsAheadIsSet() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 5)
        for (from, opened, seconds) in [(1, [Int](), Int64(5)), (1, [], 6), (9, [], 1), (1, [7], 1)] {
            let correction = ClockCorrection(from: from, opened: OffsetRanges(opened))
            let event = Event(.clock(correction), time: second(seconds), features: FeatureRow(fold.layout))
            #expect(fold.apply(event).refusalKind == .wrongTime)
        }
    }

    /// A random life whose clock runs ahead in the middle: the models are those of the same events in time, and what
    /// follows is learned alike; folded again or decoded, the log gives the same.
    @Test(arguments: RandomTask.every, FoldPropertyTests.seeds)
    func aRandomLifeIsAsIfItHadNot(_ task: RandomTask, _ seed: UInt64) throws {
        let spec = try task.specs[0].spec
        var fold = TestFold(spec)
        var stream = RandomStream(seed: seed &+ 400, labelCount: task.labels.count)
        for _ in 0..<300 { try stream.next(into: &fold, task) }
        let (jump, before) = (fold.state.offset, fold.state.ledger.time)
        fold.predict("far", at: 5_000_000)
        for _ in 0..<60 { try stream.next(into: &fold, task) }
        let time = Timestamp(microseconds: before.microseconds + 2_000_000)
        let rebuilt = try rebuilt(fold, from: jump, latest: time, spec)

        var right = TestFold(spec)
        for offset in 1..<fold.state.offset {
            var event = try #require(fold.past.events[offset]).event
            if offset >= jump { event.time = min(event.time, time) }
            right.apply(event)
        }
        setClock(&fold, rebuilt, from: jump, time)
        #expect(fold.state.stateDigest == right.state.stateDigest)

        var (other, outcome) = (try ApplicationState(encoded: fold.state.encoded), Outcome())
        for _ in 0..<200 {
            let end = fold.state.offset
            try stream.next(into: &fold, task)
            guard fold.state.offset > end else { continue }
            var past = fold.past
            past.layout = other.contract.layout
            try other.apply(try #require(fold.past.events[end]).event, past: &past, into: &outcome)
        }
        #expect(other.encoded == fold.state.encoded)
        var again = ApplicationState(beginning: spec)
        for offset in 0..<fold.state.offset {
            var past = fold.past
            past.layout = again.contract.layout
            let event = try #require(fold.past.events[offset]).event
            let derived = event.adoption?.recipe.isSpec == false ? rebuilt.learned : nil
            try again.apply(event, past: &past, derived: derived, into: &outcome)
        }
        #expect(again.encoded == fold.state.encoded)
    }
}

extension RandomStream {
    /// The next step that asks or teaches: what amends or adopts would be another story.
    fileprivate mutating func next(into fold: inout TestFold, _ task: RandomTask) throws {
        while true {
            switch next() {
            case .restore, .adopt, .correct: continue
            case let step: return _ = try fold.take(step, task)
            }
        }
    }
}

extension Adoption.Recipe {
    fileprivate var isSpec: Bool {
        if case .spec = self { true } else { false }
    }
}
