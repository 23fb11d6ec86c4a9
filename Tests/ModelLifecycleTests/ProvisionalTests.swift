import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// Questions that are learned provisionally as the stated class: when, by whom, and what becomes of them.
@Suite struct ProvisionalTests {
    private static func target(_ label: String = "no", after: String? = "2s") -> SpecTree {
        var unlabelled: [(String, SpecTree)] = [("label", .plain(label))]
        if let after { unlabelled.append(("provisional_after", .plain(after))) }
        return .map([
            ("name", "y"), ("type", "binary"), ("classes", ["no", "yes"]), ("horizon", "10s"),
            ("unlabelled", .map(unlabelled)),
        ])
    }

    /// Learned as *no* after two seconds, final after ten.
    /// Without voices, so that what it learns is easily said; with them `FoldPropertyTests` goes over both.
    private static let plain: SpecTree = ["logistic_regression": ["optimizer": "twin_ada_grad"]]
    private static let tree = tenSecondSpec.with("target", target()).with("model", [plain])
        .with("metrics", ["log_loss", "accuracy"])
    private static let (no, yes) = (Label.listed(0), Label.listed(1))

    private func model(_ fold: TestFold, _ place: Int = 0) -> [UInt8] {
        Array(fold.state.learned.models[place].pipeline.bytes)
    }

    private func baseline(_ fold: TestFold) -> Double {
        var answer: [Double] = []
        fold.state.learned.baseline.predict(into: &answer)
        return answer[0]
    }

    /// A question that was learned as *no*, at the event 2.
    private func learned(_ tree: SpecTree = tree) throws -> TestFold {
        var fold = try TestFold(tree)
        fold.predict("a", at: 0, x: 1)
        fold.predict("b", at: 3, x: 2)
        return fold
    }

    /// The first model after it was taught the first question, as what is said, with these weights.
    private func taught(_ lessons: [(Target, weight: (Double) -> Double)], _ fold: TestFold) throws -> [UInt8] {
        var pipeline = try TestFold(Self.tree).state.learned.models[0].pipeline
        var workspace = Pipeline.Workspace()
        for (target, weight) in lessons {
            var answer: [Double] = []
            pipeline.predict(fold.row(1), into: &answer, workspace: &workspace)
            pipeline.learn(fold.row(1), target, weight: weight(1 - answer[0]), workspace: &workspace)
        }
        return Array(pipeline.bytes)
    }

    @Test func aQuestionIsLearnedOnceItIsOldEnough() throws {
        var fold = try TestFold(Self.tree)
        fold.predict("a", at: 0, x: 1)
        let fresh = model(fold)
        fold.predict("b", at: 2, x: 2)
        #expect(model(fold) == fresh && fold.state.ledger.provisionalCount == 0, "it is not older than two seconds")
        fold.predict("c", at: 3, x: 3)
        #expect(try model(fold) == taught([(.label(0), { _ in 1 })], fold))
        #expect(fold.state.ledger.provisionalCount == 1 && fold.state.ledger.pendingCount == 3)
        #expect(fold.metric("log_loss") == 0, "nothing is scored before it is final")
        #expect(baseline(fold) == 0.25)
        let after = model(fold)
        fold.predict("d", at: 3, x: 4)
        #expect(model(fold) == after, "it is not learned again")
    }

    @Test func anotherLabelPutsItRight() throws {
        var fold = try learned()
        #expect(fold.label("a", at: 4, Self.yes) == .learned)
        #expect(try model(fold) == taught([(.label(0), { _ in 1 }), (.label(1), { 1 / max($0, 0.25) })], fold))
        #expect(baseline(fold) == 0.75, "of one example, which is positive")
        #expect(fold.metric("accuracy") == 0 || fold.metric("accuracy") == 1)
        #expect(fold.metric("log_loss") ?? 0 > 0)
        #expect(fold.state.ledger.provisionalCount == 0)
        #expect(fold.label("a", at: 4, Self.yes) == .repeated(offset: 3))
        #expect(fold.label("a", at: 4, Self.no).refusalKind == .conflict)
    }

    @Test func theStatedLabelIsScoredAndNotLearnedAgain() throws {
        var fold = try learned()
        let (before, answer) = (model(fold), fold.past.answers[1]?[0] ?? .nan)
        #expect(fold.label("a", at: 4, Self.no) == .learned)
        #expect(model(fold) == before && baseline(fold) == 0.25)
        #expect(fold.metric("log_loss").map { abs($0 + Elementary.log(1 - answer)) < 1e-12 } == true)
    }

    /// Before it is old enough, and where no event has let the time pass.
    @Test(arguments: [1, 2, 5, 10] as [Int64]) func aLabelThatComesFirstIsSimplyLearned(_ time: Int64) throws {
        var folds = try [Self.tree, Self.tree.with("target", Self.target(after: nil))].map { try TestFold($0) }
        for index in folds.indices {
            folds[index].predict("a", at: 0, x: 1)
            #expect(folds[index].label("a", at: time, Self.yes) == .learned)
        }
        #expect(model(folds[0]) == model(folds[1]) && folds[0].digests[0] == folds[1].digests[0])
    }

    @Test func whenTheHorizonEndsItIsScoredOnce() throws {
        var fold = try learned()
        let (before, answer) = (model(fold), fold.past.answers[1]?[0] ?? .nan)
        #expect(fold.predict("c", at: 10, x: 1) == .predicted)
        let atTen = model(fold)
        #expect(atTen != before, "the second question was due")
        fold.predict("d", at: 11, x: 1)
        #expect(fold.outcome.concluded.map(\.question) == [1])
        #expect(model(fold) == atTen, "it is not learned again")
        #expect(fold.metric("log_loss").map { abs($0 + Elementary.log(1 - answer)) < 1e-12 } == true)
        #expect(fold.counts.expiredPredictions == 1 && fold.counts.labels == 0)
        let digest = fold.state.stateDigest
        #expect(fold.label("a", at: 11, Self.yes) == .late)
        #expect(fold.state.stateDigest == digest)
    }

    /// After a long silence a question is learned and scored by the same event.
    @Test func inASilenceItIsLearnedAndScoredAtOnce() throws {
        var fold = try TestFold(Self.tree)
        fold.predict("a", at: 0, x: 1)
        fold.predict("b", at: 100, x: 1)
        #expect(try model(fold) == taught([(.label(0), { _ in 1 })], fold))
        #expect(fold.outcome.concluded.count == 1 && fold.state.ledger.provisionalCount == 0)
        #expect(fold.metric("log_loss") ?? 0 > 0 && baseline(fold) == 0.25)
    }

    @Test func manyThatAreDueAreLearnedStepByStep() throws {
        var fold = try TestFold(Self.tree)
        for number in 0..<2_500 { fold.predict("q\(number)", at: 0, x: Double(number % 7)) }
        for (number, expected) in [1_024, 2_048, 2_500, 2_500].enumerated() {
            fold.predict("more\(number)", at: 4)
            #expect(fold.state.ledger.provisionalCount == expected)
        }
        #expect(fold.state.ledger.pendingCount == 2_504)
        let again = try ApplicationState(encoded: fold.state.encoded)
        #expect(again.encoded == fold.state.encoded && again.ledger.provisionalCount == 2_500)
    }

    // MARK: Other states

    /// A restore takes back what was learned provisionally since: the label is then learned plainly.
    @Test func aRestoreTakesItBack() throws {
        var fold = try learned()
        fold.restore(to: 2)
        var plain = try TestFold(Self.tree)
        #expect(model(fold) == model(plain))
        #expect(fold.state.ledger.provisionalCount == 1, "it is not learned again, as no label is")
        var expired = fold
        fold.label("a", at: 4, Self.yes)
        plain.example("a", at: 0, x: 1, Self.yes)
        #expect(model(fold) == model(plain) && baseline(fold) == 0.75)
        let before = model(expired)
        expired.label("b", at: 4, Self.no)
        expired.predict("c", at: 11)
        #expect(expired.outcome.concluded.map(\.question) == [1])
        #expect(baseline(expired) == 0.25 && model(expired) != before)
    }

    @Test(arguments: [false, true]) func aRestoreToLaterKeepsIt(_ throughBytes: Bool) throws {
        var fold = try learned()
        fold.predict("c", at: 3)
        fold.restore(to: 3)
        if throughBytes { fold.state = try ApplicationState(encoded: fold.state.encoded) }
        fold.label("a", at: 4, Self.yes)
        #expect(try model(fold) == taught([(.label(0), { _ in 1 }), (.label(1), { 1 / max($0, 0.25) })], fold))
        #expect(baseline(fold) == 0.75)
    }

    @Test func aModelThatCameLaterHasNotLearnedIt() throws {
        var fold = try learned()
        fold.adopt(try Self.tree.with("challengers", ["new": [Self.plain]]).spec)
        fold.state = try ApplicationState(encoded: fold.state.encoded)
        fold.label("a", at: 3, Self.yes)
        #expect(try model(fold) == taught([(.label(0), { _ in 1 }), (.label(1), { 1 / max($0, 0.25) })], fold))
        #expect(try model(fold, 1) == taught([(.label(1), { _ in 1 })], fold))
    }

    @Test func whereAnotherClassIsStatedItIsLearnedAsThat() throws {
        var fold = try learned()
        fold.adopt(try Self.tree.with("target", Self.target("yes")).spec)
        #expect(fold.state.ledger.provisionalCount == 0)
        fold.predict("c", at: 4)
        #expect(fold.state.ledger.provisionalCount == 1)
        let before = model(fold)
        fold.label("a", at: 4, Self.yes)
        #expect(model(fold) == before)
    }

    @Test func openQuestionsAreCaughtUpWith() throws {
        var fold = try TestFold(Self.tree.with("target", Self.target(after: nil)))
        fold.predict("a", at: 0, x: 1)
        fold.predict("b", at: 5, x: 1)
        let before = model(fold)
        fold.adopt(try Self.tree.spec)
        #expect(model(fold) == before)
        fold.predict("c", at: 5)
        #expect(fold.state.ledger.provisionalCount == 1)
        #expect(try model(fold) == taught([(.label(0), { _ in 1 })], fold))
        fold.adopt(try Self.tree.with("target", Self.target(after: nil)).spec)
        #expect(fold.state.ledger.provisionalCount == 0, "and nothing is provisional any more")
    }

    // MARK: What cannot be read

    private struct GonePast: PastEvents {
        var past: TestPast
        let gone: Int

        func takeFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing) {
            guard offset != gone else { throw PastEventMissing(offset: offset, reason: "a test") }
            try past.takeFeatures(at: offset, into: &row)
        }

        func copyFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing) {
            try takeFeatures(at: offset, into: &row)
        }

        func label(at offset: Int) throws(PastEventMissing) -> Label { try past.label(at: offset) }
        func question(at offset: Int) throws(PastEventMissing) -> PastQuestion { try past.question(at: offset) }
        func forgetFeatures(at offset: Int) {}
    }

    @Test(arguments: [(1, 3), (2, 3), (1, 20), (2, 20)] as [(Int, Int64)])
    func aPastThatCannotBeReadLeavesEverythingAsItWas(_ gone: Int, _ time: Int64) throws {
        var fold = try TestFold(Self.tree)
        fold.predict("a", at: 0, x: 1)
        fold.predict("b", at: 0, x: 2)
        let bytes = fold.state.encoded
        var (past, outcome) = (GonePast(past: fold.past, gone: gone), Outcome())
        past.past.layout = fold.layout
        let event = Event(.prediction, time: second(time), id: EventID("c"), features: fold.row(1))
        #expect(throws: PastEventMissing.self) { try fold.state.apply(event, past: &past, into: &outcome) }
        #expect(fold.state.encoded == bytes)
        fold.apply(event)
        #expect(fold.state.ledger.provisionalCount == (time == 3 ? 2 : 0))
    }

    // MARK: Bytes

    @Test func goldenBytesAreReadByEveryRelease() throws {
        var fold = try learned(Self.tree.with("challengers", ["other": ["logistic_regression"]]))
        fold.restore(to: 2)
        fold.predict("c", at: 6)
        #expect(fold.state.ledger.provisionalCount == 2)
        try Golden.expect(fold.state.encoded, "snapshot-provisional.bin")
        var again = try ApplicationState(encoded: try Golden.bytes("snapshot-provisional.bin"))
        #expect(again.encoded == fold.state.encoded && again.ledgerDigest == fold.state.ledgerDigest)
        var (past, outcome) = (fold.past, Outcome())
        for (id, label) in [("a", Self.yes), ("b", Self.yes)] {
            let event = Event(.label(label), time: second(6), id: EventID(id), features: FeatureRow(fold.layout))
            try again.apply(event, past: &past, into: &outcome)
            fold.apply(event)
            #expect(outcome.decision == .learned)
        }
        #expect(again.encoded == fold.state.encoded)
    }
}

extension TestFold {
    @discardableResult
    fileprivate mutating func example(_ id: String, at seconds: Int64, x: Double, _ label: Label) -> Decision {
        apply(Event(.example(label), time: second(seconds), id: EventID(id), features: row(x)))
    }
}
