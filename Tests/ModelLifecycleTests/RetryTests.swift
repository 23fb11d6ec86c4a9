import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// What was said once and is said again names the event that said it first, whatever came between.
@Suite struct RetryTests {
    /// Sends something twice more, to the state and to one that was encoded and decoded between.
    private func expectRepeated(
        _ offset: Int, _ fold: inout TestFold, _ what: String, _ send: (inout TestFold) -> Decision
    ) throws {
        let digests = fold.digests
        for _ in 0..<2 {
            #expect(send(&fold) == .repeated(offset: offset), "\(what)")
            fold.state = try ApplicationState(encoded: fold.state.encoded)
        }
        #expect(fold.digests == digests)
    }

    @Test func everyKindOfEventNamesTheFirstOfItsKind() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("asked", at: 0)
        fold.label("asked", at: 1, 5)
        fold.example("both", at: 1, x: 1, 4)
        fold.label("early", at: 2, 3)
        fold.predict("early", at: 3)
        fold.label("earlier", at: 3, 2)
        fold.example("earlier", at: 4, x: 1, 2)
        try expectRepeated(1, &fold, "a question") { $0.predict("asked", at: 5) }
        try expectRepeated(2, &fold, "a label") { $0.label("asked", at: 5, 5) }
        try expectRepeated(3, &fold, "an example") { $0.example("both", at: 5, x: 1, 4) }
        try expectRepeated(3, &fold, "the label of an example") { $0.label("both", at: 5, 4) }
        try expectRepeated(4, &fold, "a label that waited") { $0.label("early", at: 5, 3) }
        try expectRepeated(5, &fold, "the question it waited for") { $0.predict("early", at: 5) }
        try expectRepeated(6, &fold, "a label that waited for an example") { $0.label("earlier", at: 5, 2) }
        try expectRepeated(7, &fold, "that example") { $0.example("earlier", at: 5, x: 1, 2) }
    }

    @Test func aCorrectionTakesNothingFromWhatCameBefore() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0)
        fold.label("a", at: 1, 5)
        #expect(fold.correct("a", at: 2, 6) == .corrected)
        try expectRepeated(2, &fold, "the label, after it was corrected") { $0.label("a", at: 3, 5) }
        try expectRepeated(3, &fold, "the correction") { $0.correct("a", at: 3, 6) }
        try expectRepeated(3, &fold, "the corrected label as a label") { $0.label("a", at: 3, 6) }
        #expect(fold.correct("a", at: 3, 7) == .corrected)
        try expectRepeated(2, &fold, "the label, corrected twice") { $0.label("a", at: 3, 5) }
        try expectRepeated(4, &fold, "the second correction") { $0.correct("a", at: 3, 7) }
        #expect(fold.correct("a", at: 4, 5) == .corrected, "back to the first")
        try expectRepeated(5, &fold, "the correction back") { $0.correct("a", at: 4, 5) }
        try expectRepeated(2, &fold, "and the label itself") { $0.label("a", at: 4, 5) }
        #expect(fold.label("a", at: 4, 8).refusalKind == .conflict)
    }

    @Test func anExampleAndItsCorrection() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.example("e", at: 0, x: 2, 5)
        #expect(fold.correct("e", 6) == .corrected)
        try expectRepeated(1, &fold, "the example as it was sent") { $0.example("e", at: 1, x: 2, 5) }
        try expectRepeated(1, &fold, "and with the label corrected") { $0.example("e", at: 1, x: 2, 6) }
        #expect(fold.example("e", at: 1, x: 2, 7).refusalKind == .conflict)
    }

    @Test func theStateTellsAFirstLabelFromItsCorrection() throws {
        func corrected(from first: Double) throws -> TestFold {
            var fold = try TestFold(tenSecondSpec)
            fold.predict("a", at: 0)
            fold.label("a", at: 11, first)
            fold.correct("a", at: 12, 6)
            return fold
        }
        let (five, four) = (try corrected(from: 5), try corrected(from: 4))
        #expect(five.state.stateDigest == four.state.stateDigest, "late labels teach nothing")
        #expect(five.state.ledgerDigest != four.state.ledgerDigest, "a retry of 5 is answered otherwise")
    }

    // MARK: The horizon, at its edges

    private static let microsecond = Timestamp(microseconds: 1)

    private func label(_ fold: inout TestFold, atMicroseconds time: Int64, _ value: Double) -> Decision {
        fold.apply(
            Event(
                .label(.number(value)), time: Timestamp(microseconds: time), id: EventID("a"),
                features: FeatureRow(fold.layout)))
    }

    @Test(arguments: [
        (Int64(0), Decision.learned), (10_000_000, .learned), (10_000_001, .late), (20_000_000, .late),
        (20_000_001, .late), (30_000_001, .late), (3_000_000_000, .late),
    ])
    func aLabelIsInTimeUpToTheHorizonAndLateBeyondIt(_ time: Int64, _ expected: Decision) throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0)
        #expect(label(&fold, atMicroseconds: time, 5) == expected)
        #expect(fold.counts.lateLabels == (expected == .late ? 1 : 0))
        #expect(fold.counts.expiredPredictions == (expected == .late ? 1 : 0))
        #expect(fold.counts.unmatchedLabels == 0 && fold.state.ledger.waitingCount == 0)
        // Known for another horizon after its label, late or not.
        for later in [time, time + 1, time + 10_000_000] {
            #expect(label(&fold, atMicroseconds: later, 5) == .repeated(offset: 2))
        }
        #expect(label(&fold, atMicroseconds: time + 10_000_000, 6).refusalKind == .conflict)
        fold.predict("b", at: time / 1_000_000 + 12)
        #expect(label(&fold, atMicroseconds: time + 12_000_000, 5) == .waiting, "the id is forgotten")
    }

    @Test(arguments: [(Int64(20_000_000), Decision.late), (20_000_001, .waiting), (25_000_000, .waiting)])
    func whenOtherEventsLetTimePassAnIDIsKnownForTwoHorizons(_ time: Int64, _ expected: Decision) throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0)
        fold.apply(
            Event(.prediction, time: Timestamp(microseconds: time), id: EventID("b"), features: fold.row(1)))
        #expect(label(&fold, atMicroseconds: time, 5) == expected)
        #expect(label(&fold, atMicroseconds: time, 5) == .repeated(offset: 3))
    }

    @Test func aLateLabelAmongManyThatAreForgottenIsKept() throws {
        var fold = try TestFold(tenSecondSpec)
        for (index, id) in ["x", "a", "y"].enumerated() { fold.predict(id, at: Int64(index)) }
        #expect(label(&fold, atMicroseconds: 100_000_000, 5) == .late)
        #expect(fold.state.ledger.knownCount == 1 && fold.state.ledger.pendingCount == 0)
        #expect(label(&fold, atMicroseconds: 100_000_000, 5) == .repeated(offset: 4))
        #expect(fold.label("x", at: 100, 5) == .waiting)
    }

    @Test func theSameQuestionWaitsForNoLabelOfLongAgo() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.label("a", at: 0, 5)
        #expect(label(&fold, atMicroseconds: 10_000_000, 5) == .repeated(offset: 1))
        #expect(label(&fold, atMicroseconds: 10_000_001, 5) == .waiting, "it waits anew")
        #expect(fold.counts.unmatchedLabels == 1)
    }

    // MARK: The ledger

    @Test(arguments: [false, true]) func anIDTakenOutIsUnknownThoughItWasAskedLast(_ isForgotten: Bool) throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("other", at: 0)
        fold.predict("a", at: 0, x: 1)
        let amendment = Amendment.exclusion(OffsetRanges([2]), isForgotten: isForgotten)
        #expect(
            fold.apply(Event(.amended(amendment), time: second(0), features: FeatureRow(fold.layout)))
                == .amended)
        #expect(fold.state.ledger.pendingCount == 1)
        #expect(fold.label("a", at: 1, 5) == .waiting)
        #expect(fold.predict("a", at: 1, x: 2) == .predictedAndLearned, "a question of its own")
        #expect(fold.state.ledger.pendingCount == 1 && fold.state.ledger.knownCount == 1)
    }

    @Test func askedAgainWithoutALabelATakenOutIDIsNew() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0, x: 1)
        fold.apply(
            Event(
                .amended(.exclusion(OffsetRanges([1]), isForgotten: false)), time: second(0),
                features: FeatureRow(fold.layout)))
        #expect(fold.predict("a", at: 0, x: 1) == .predicted)
        #expect(fold.predict("a", at: 0, x: 1) == .repeated(offset: 3))
    }

    @Test func labelledIDsGoFirstThenWaitingLabelsThenQuestions() throws {
        var fold = try TestFold(
            tenSecondSpec.with("target", ["name": "y", "type": "regression", "horizon": "30d"])
                .with("limits", ["ids": "16KiB"]))
        // In the order opposite to that in which they go, so that age alone would drop others.
        for index in 0..<40 { fold.predict("p\(index)", at: 0) }
        for index in 0..<40 { fold.label("w\(index)", at: 1, 1) }
        for index in 0..<40 { fold.example("e\(index)", at: 2, x: 1, 1) }
        func counts() -> [Int] {
            let ledger = fold.state.ledger
            return [ledger.knownCount, ledger.waitingCount, ledger.pendingCount]
        }
        var (before, sizes) = (counts(), [40, 40, 40])
        for index in 0..<400 {
            fold.predict("q\(index)", at: 3)
            let now = counts()
            for (place, name) in ["labelled", "waiting", "pending"].enumerated()
            where now[place] < before[place] + (place == 2 ? 1 : 0) {
                #expect(now[..<place].allSatisfy { $0 == 0 }, "a \(name) entry went first: \(before) to \(now)")
                sizes[place] = now[place]
            }
            before = now
        }
        #expect(before[0] == 0 && before[1] == 0 && before[2] > 50)
        #expect(fold.label("p0", at: 4, 1) == .waiting, "the oldest question went")
        #expect(fold.label("q399", at: 4, 1) == .learned)
    }

    // MARK: A past that cannot be read

    /// Fails to hand out the features, or the label, at some offsets.
    private struct FailingPast: PastEvents {
        var past: TestPast
        let failing: Set<Int>

        mutating func takeFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing) {
            guard !failing.contains(offset) else { throw PastEventMissing(offset: offset, reason: "a test") }
            try past.takeFeatures(at: offset, into: &row)
        }

        mutating func copyFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing) {
            try takeFeatures(at: offset, into: &row)
        }

        mutating func label(at offset: Int) throws(PastEventMissing) -> Label {
            guard !failing.contains(offset) else { throw PastEventMissing(offset: offset, reason: "a test") }
            return try past.label(at: offset)
        }

        func question(at offset: Int) throws(PastEventMissing) -> PastQuestion {
            guard !failing.contains(offset) else { throw PastEventMissing(offset: offset, reason: "a test") }
            return try past.question(at: offset)
        }

        func forgetFeatures(at offset: Int) {}
    }

    @Test(arguments: [false, true]) func aPastThatCannotBeReadLeavesEverythingAsItWas(_ isStated: Bool) throws {
        let unlabelled: SpecTree = isStated ? ["label": "7"] : "drop"
        let tree = tenSecondSpec.with(
            "target", .map([("name", "y"), ("type", "regression"), ("horizon", "10s"), ("unlabelled", unlabelled)]))
        var fold = try TestFold(tree)
        fold.example("known", at: 0, x: 1, 1)
        fold.predict("old", at: 1)
        fold.predict("older", at: 2)
        fold.label("waits", at: 6, 3)
        fold.predict("new", at: 5)
        let row = fold.row(1)
        func event(_ kind: Event.Kind, _ id: String, _ time: Int64, _ label: Double?) -> Event {
            Event(
                .of(kind, label.map { .number($0) }), time: second(time), id: EventID(id),
                features: kind == .label ? FeatureRow(fold.layout) : row)
        }
        // Each lets time pass over the horizon of the old ones.
        var cases: [(Event, Int)] = [(event(.label, "new", 14, 2), 5), (event(.prediction, "waits", 14, nil), 4)]
        if isStated {
            for event in [
                event(.prediction, "more", 14, nil), event(.example, "more", 14, 2), event(.label, "new", 14, 2),
                event(.label, "old", 14, 2), event(.label, "nobody", 14, 2), event(.prediction, "waits", 14, nil),
            ] { cases.append((event, 3)) }
        }
        for (event, failing) in cases {
            var state = fold.state
            var past = FailingPast(past: fold.past, failing: [failing])
            past.past.layout = fold.layout
            let bytes = state.encoded
            var outcome = Outcome()
            #expect(throws: PastEventMissing.self) { try state.apply(event, past: &past, into: &outcome) }
            #expect(state.encoded == bytes, "\(event.kind) of \(event.id.text), @\(failing) not read")
            #expect(state.stateDigest == fold.state.stateDigest && state.ledgerDigest == fold.state.ledgerDigest)
            past = FailingPast(past: fold.past, failing: [])
            past.past.layout = fold.layout
            try state.apply(event, past: &past, into: &outcome)
            #expect(outcome.decision.isLogged, "and then it goes on")
        }
    }
}
