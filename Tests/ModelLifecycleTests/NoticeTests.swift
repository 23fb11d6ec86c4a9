import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// What a step tells the world: once where it matters, now and then where it goes on, and the same from any snapshot.
@Suite struct NoticeTests {
    private static func fold(rate: SpecTree) throws -> TestFold {
        try TestFold(
            tenSecondSpec.with("features", ["x": "number"]).with(
                "model", [["linear_regression": ["optimizer": ["sgd": ["lr": rate]]]]]))
    }

    /// Teaches what no update survives, or what changes nothing.
    private static func teach(_ fold: inout TestFold, _ count: Int, isGood: Bool) {
        for _ in 0..<count {
            let offset = fold.state.offset
            fold.example("e\(offset)", at: Int64(offset), x: isGood ? 0 : 1e300, isGood ? 0 : 1)
        }
    }

    private static func counts(_ fold: TestFold, _ kind: Notice.Kind, from offset: Int = 0) -> [Double] {
        fold.notices.filter { $0.key >= offset }.sorted { $0.key < $1.key }.flatMap(\.value)
            .filter { $0.kind == kind }.flatMap(\.evidence).filter { $0.name == "count" }.map(\.value)
    }

    @Test func aModelThatFailsAtEveryEventIsToldOfAtPowersOfTwo() throws {
        var fold = try Self.fold(rate: "1e300")
        Self.teach(&fold, 100, isGood: false)
        #expect(fold.state.learned.models[0].failedUpdates == 100)
        #expect(Self.counts(fold, .failed) == [1, 2, 4, 8, 16, 32, 64])
        let told = try #require(fold.notices[1]?.first)
        #expect(told.model == fold.state.learned.models[0].name)
        #expect(told.cause == "update not finite")
        #expect(fold.notices[3] == nil)
    }

    @Test func aRunEndsAfterManyGoodStepsInARow() throws {
        var fold = try Self.fold(rate: "1e300")
        Self.teach(&fold, 3, isGood: false)
        Self.teach(&fold, 1_023, isGood: true)
        Self.teach(&fold, 1, isGood: false)
        #expect(Self.counts(fold, .failed) == [1, 2, 4], "one good step too few")
        let offset = fold.state.offset
        Self.teach(&fold, 1_024, isGood: true)
        #expect(Self.counts(fold, .failed, from: offset) == [])
        Self.teach(&fold, 2, isGood: false)
        #expect(Self.counts(fold, .failed, from: offset) == [1, 2])
    }

    @Test func anAdoptionBeginsTheRunsAnew() throws {
        var fold = try Self.fold(rate: "1e300")
        Self.teach(&fold, 5, isGood: false)
        let offset = fold.state.offset
        fold.restore(to: offset)
        Self.teach(&fold, 2, isGood: false)
        #expect(Self.counts(fold, .failed, from: offset) == [1, 2])
    }

    @Test func aSnapshotGoesOnWithTheRuns() throws {
        var fold = try Self.fold(rate: "1e300")
        for _ in 0..<40 {
            Self.teach(&fold, 1, isGood: false)
            fold.state = try ApplicationState(encoded: fold.state.encoded)
            Self.teach(&fold, 2, isGood: true)
            let again = try ApplicationState(encoded: fold.state.encoded)
            #expect(again.encoded == fold.state.encoded)
            fold.state = again
        }
        #expect(Self.counts(fold, .failed) == [1, 2, 4, 8, 16, 32])
    }

    @Test func answersThatAreReplacedAreTold() throws {
        var fold = try Self.fold(rate: "1e100")
        fold.example("a", at: 0, x: 1e100, 6)
        for index in 0..<5 { fold.predict("b\(index)", at: 1, x: 1e200) }
        #expect(Self.counts(fold, .replaced) == [1, 2, 4])
        #expect(fold.outcome.answerIsBaseline)
        fold.predict("c", at: 1, x: 0)
        #expect(fold.outcome.notices.isEmpty && !fold.outcome.answerIsBaseline)
        #expect(fold.notices[2]?.first?.cause == "answer not finite")
    }

    /// One event may teach many questions that have expired.
    @Test func oneStepMayTellSeveral() throws {
        var tree = tenSecondSpec.with("features", ["x": "number"])
            .with("model", [["linear_regression": ["optimizer": ["sgd": ["lr": "1e300"]]]]])
        tree = tree.with(
            "target", ["name": "y", "type": "regression", "horizon": "10s", "unlabelled": ["label": "1"]])
        var fold = try TestFold(tree)
        for index in 0..<4 { fold.predict("q\(index)", at: 0, x: 1e300) }
        fold.predict("later", at: 60, x: 0)
        #expect(fold.outcome.notices.map(\.kind) == [.failed, .failed, .failed])
        #expect(fold.outcome.notices.flatMap(\.evidence).map(\.value) == [1, 2, 4])
    }

    @Test func whatIsAdoptedAndAmendedIsTold() throws {
        var fold = try TestFold(tenSecondSpec)
        #expect(fold.notices[0] == [Notice(.adopted, cause: "spec")])
        fold.predict("a", at: 1)
        fold.label("a", at: 2, 5)
        #expect(fold.correct("a", at: 3, 6) == .corrected)
        #expect(fold.outcome.notices.isEmpty, "a correction by its id is an event like others, counted in the status")
        let exclusion = Amendment.exclusion(OffsetRanges([1, 2]), isForgotten: false)
        let layout = fold.layout
        fold.apply(Event(.amended(exclusion), time: second(3), features: FeatureRow(layout)))
        #expect(fold.outcome.notices == [
            Notice(.amended, cause: "events excluded", evidence: [.init("count", 2)])
        ])
        fold.restore(to: 2)
        #expect(fold.outcome.notices == [Notice(.adopted, cause: "restore", evidence: [.init("to", 2)])])
        fold.restore(to: fold.state.offset)
        #expect(fold.outcome.notices == [Notice(.adopted, cause: "rebuild")])
    }

    @Test func noticesComeBackFromTheirBytes() throws {
        for kind in Notice.Kind.allCases {
            for model in [nil, "", "caf\u{E9}"] {
                let notice = Notice(kind, model: model, cause: "c", evidence: [.init("a", 0.5), .init("b", -1)])
                var encoder = CanonicalEncoder()
                notice.encode(to: &encoder)
                #expect(try Notice(canonicalBytes: encoder.bytes) == notice)
                for length in encoder.bytes.indices {
                    #expect(throws: CanonicalDecodingError.self) {
                        try Notice(canonicalBytes: Array(encoder.bytes[..<length]))
                    }
                }
            }
        }
    }

    @Test func aStepAllocatesNothingForItsOutcome() throws {
        var fold = try TestFold(tenSecondSpec)
        var outcome = Outcome()
        var state = fold.state
        var event = Event(.example(.number(1)), time: second(1), id: EventID("a"), features: fold.row(1))
        try state.apply(event, past: &fold.past, into: &outcome)
        let storage = outcome.answers.withUnsafeBufferPointer { $0.baseAddress }
        let scored = outcome.scored.withUnsafeBufferPointer { $0.baseAddress }
        for index in 0..<200 {
            event.id = EventID("b\(index)")
            try state.apply(event, past: &fold.past, into: &outcome)
            #expect(outcome.answers.withUnsafeBufferPointer { $0.baseAddress } == storage)
            #expect(outcome.scored.withUnsafeBufferPointer { $0.baseAddress } == scored)
        }
    }
}
