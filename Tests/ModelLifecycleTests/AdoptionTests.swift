import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// How learned states go live: restores and changed specs.
@Suite struct AdoptionTests {
    /// Ten examples, and a question that still waits for its label.
    private func trained() throws -> TestFold {
        var fold = try TestFold(tenSecondSpec)
        for index in 0..<10 { fold.example("e\(index)", at: Int64(index), x: Double(index), Double(2 * index)) }
        fold.predict("open", at: 9, x: 3)
        return fold
    }

    @Test func aRestoreBringsTheLearnedStateBackAndLeavesTheLedger() throws {
        var fold = try trained()
        let (then, ledger) = (fold.history[5].digest, fold.state.ledgerDigest)
        #expect(fold.restore(to: 5) == .adopted)
        #expect(fold.state.stateDigest == then)
        #expect(fold.state.ledgerDigest == ledger)
        #expect(fold.state.version == 12)
    }

    @Test func restoringToNowChangesNothing() throws {
        var fold = try trained()
        let digests = fold.digests
        #expect(fold.restore(to: fold.state.offset) == .adopted)
        #expect(fold.digests == digests)
        let before = fold.metric("mae")
        #expect(fold.label("open", at: 10, 100) == .learned)
        #expect(fold.metric("mae") != before, "the serving lineage gave the answer")
    }

    @Test func pendingPredictionsStillTeachAndOnlyTheServingLineageScores() throws {
        var fold = try trained()
        fold.restore(to: 5)
        let (digest, mae) = (fold.state.stateDigest, fold.metric("mae"))
        #expect(fold.label("open", at: 10, 100) == .learned)
        #expect(fold.metric("mae") == mae)
        #expect(fold.state.stateDigest != digest)
    }

    @Test func anAnswerGivenBeforeThePointRestoredToStillScores() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("early", at: 0, x: 1)
        fold.example("e", at: 1, x: 1, 1)
        fold.predict("late", at: 2, x: 1)
        fold.restore(to: 2)
        let mae = fold.metric("mae")
        fold.label("late", at: 3, 50)
        #expect(fold.metric("mae") == mae)
        fold.label("early", at: 3, 50)
        #expect(fold.metric("mae") != mae)
    }

    @Test func restoringBackIntoTheAbandonedBranchScoresItsAnswersAgain() throws {
        var fold = try trained()
        let end = fold.state.offset
        let digest = fold.state.stateDigest
        fold.restore(to: 5)
        fold.predict("between", at: 9, x: 4)
        #expect(fold.restore(to: end) == .adopted)
        #expect(fold.state.stateDigest == digest)
        let mae = fold.metric("mae")
        fold.label("between", at: 10, 70)
        #expect(fold.metric("mae") == mae, "the branch in between does not serve")
        fold.label("open", at: 10, 70)
        #expect(fold.metric("mae") != mae)
    }

    @Test func aRestoreWhoseDigestIsAnotherIsRefused() throws {
        var fold = try trained()
        let digests = fold.digests
        let event = Event(
            .adopted(Adoption(.restore(offset: 5), stateDigest: fold.history[4].digest, revision: .unrecorded)),
            time: fold.state.ledger.time, features: FeatureRow(fold.layout))
        #expect(fold.apply(event, derived: fold.history[5]).refusalKind == .impossibleRestore)
        #expect(fold.digests == digests)
    }

    @Test func modelsWithoutTheirFeaturesAreRefusedAndTheFeaturesNamed() throws {
        var fold = try trained()
        #expect(
            fold.adopt(
                try tenSecondSpec.with("features", ["x": "number"])
                    .with("model", ["standard_scaler", "linear_regression"]).spec) == .adopted)
        let digests = fold.digests
        guard case .refused(let refusal) = fold.restore(to: 5) else {
            Issue.record("restored without its features")
            return
        }
        #expect(refusal.kind == .impossibleRestore)
        #expect(refusal.message.hasSuffix("lacks: c"))
        #expect(fold.digests == digests)
    }

    @Test func aRestoredModelReadsItsFeaturesWhereverTheContractHasThem() throws {
        let features: SpecTree = ["x": "number", "z": ["type": "number", "optional": "true"]]
        let turned: SpecTree = ["z": ["type": "number", "optional": "true"], "x": "number"]
        let plain = tenSecondSpec.with("model", ["standard_scaler", "linear_regression"])
        var fold = try TestFold(plain.with("features", features))
        for index in 0..<10 { fold.example("e\(index)", at: 0, x: Double(index), Double(2 * index)) }
        let target = fold.state.offset
        fold.predict("before", at: 0, x: 4)
        let answer = Array(fold.outcome.answer)
        #expect(fold.adopt(try plain.with("features", turned).spec) == .adopted)
        #expect(fold.restore(to: target) == .adopted)
        fold.predict("after", at: 0, x: 4)
        #expect(Array(fold.outcome.answer) == answer)
        let again = try ApplicationState(encoded: fold.state.encoded)
        var (live, decoded) = (fold, fold)
        decoded.state = again
        live.example("next", at: 1, x: 5, 10)
        decoded.example("next", at: 1, x: 5, 10)
        #expect(live.digests == decoded.digests)
    }

    @Test func modelsOfAnotherTaskAreNotRestored() throws {
        var fold = try trained()
        let binary = tenSecondSpec.with("target", ["name": "y", "type": "binary", "horizon": "10s"])
            .with("model", [["one_hot": ["c"]], "logistic_regression"]).with("metrics", ["accuracy"])
        #expect(fold.adopt(try binary.spec) == .adopted)
        #expect(fold.restore(to: 5).refusalKind == .impossibleRestore)
    }

    @Test func unchangedModelsGoOnAndChangedOnesStartAnew() throws {
        let challengers: SpecTree = [
            "same": ["standard_scaler", "linear_regression"],
            "other": ["standard_scaler", "linear_regression"],
        ]
        let changed: SpecTree = [
            "other": ["standard_scaler", ["linear_regression": ["loss": "huber"]]],
            "same": ["standard_scaler", "linear_regression"],
        ]
        var fold = try TestFold(tenSecondSpec.with("challengers", challengers))
        for index in 0..<10 { fold.example("e\(index)", at: 0, x: Double(index), Double(2 * index)) }
        fold.predict("open", at: 1, x: 3)
        let before = fold.state.learned
        #expect(fold.adopt(try tenSecondSpec.with("challengers", changed).spec) == .adopted)
        let after = fold.state.learned
        #expect(after.models.map(\.name) == ["model", "other", "same"])
        #expect(after.models[0].pipeline.bytes == before.models[0].pipeline.bytes)
        #expect(after.models[2].pipeline.bytes == before.models[1].pipeline.bytes)
        #expect(after.models[1].pipeline.bytes != before.models[2].pipeline.bytes)
        #expect(after.models[2].metrics.values.map(\.value) == before.models[1].metrics.values.map(\.value))
        fold.label("open", at: 2, 50)
        let scored = fold.state.learned.models
        #expect(scored[1].metrics.values[0].value == 0, "it had not been asked")
        #expect(scored[2].metrics.values[0].value != after.models[2].metrics.values[0].value)
    }

    @Test(arguments: 0..<8) func aStateOfAnyNumberOfModelsIsReadBack(_ challengers: Int) throws {
        let models = (0..<challengers).map { ("m\($0)", ["linear_regression"] as SpecTree) }
        let tree = tenSecondSpec.with("features", ["x": "number"])
            .with("model", ["standard_scaler", "linear_regression"])
        let fold = try TestFold(challengers == 0 ? tree : tree.with("challengers", .map(models)))
        #expect(try ApplicationState(encoded: fold.state.encoded).encoded == fold.state.encoded)
    }

    @Test func aStateOfOpenClassesIsReadBack() throws {
        let fold = try TestFold(
            tenSecondSpec.with("target", ["name": "y", "type": "multiclass", "horizon": "10s"])
                .with("model", [["one_hot": ["c"]], "softmax_regression"]).with("metrics", ["accuracy"]))
        #expect(try ApplicationState(encoded: fold.state.encoded).encoded == fold.state.encoded)
    }

    @Test func aShorterHorizonForgetsAndRemembersEachIDOnce() throws {
        let hour = tenSecondSpec.with("target", ["name": "y", "type": "regression", "horizon": "1h"])
        var fold = try TestFold(hour)
        fold.predict("old", at: 0, x: 1)
        fold.example("known", at: 1_000, x: 1, 1)
        #expect(fold.adopt(try tenSecondSpec.spec) == .adopted)
        // The old question expires now, long after its new deadline; the example is still known.
        fold.predict("next", at: 1_005, x: 1)
        _ = fold.predict("old", at: 1_006, x: 2)
        let state = try ApplicationState(encoded: fold.state.encoded)
        #expect(state.ledgerDigest == fold.state.ledgerDigest)
        var decoded = fold
        decoded.state = state
        for seconds in [1_007, 1_012, 1_020] as [Int64] {
            #expect(fold.label("old", at: seconds, 4) == decoded.label("old", at: seconds, 4))
            #expect(fold.digests == decoded.digests)
        }
        #expect(fold.counts.expiredPredictions + fold.counts.labels <= fold.counts.predictions)
        #expect(fold.counts.unmatchedLabels == 0)
    }

    @Test func failedUpdatesAreCountedAndLeaveTheModel() throws {
        var fold = try TestFold(
            tenSecondSpec.with("features", ["x": "number"]).with(
                "model", [["linear_regression": ["optimizer": ["sgd": ["lr": "1e300"]]]]]))
        let bytes = fold.state.learned.models[0].pipeline.bytes
        fold.example("a", at: 0, x: 1e300, 1)
        #expect(fold.state.learned.models[0].failedUpdates == 1)
        #expect(fold.state.learned.models[0].pipeline.bytes == bytes)
    }

    @Test func answersThatAreNotFiniteGiveWayToTheBaselines() throws {
        var fold = try TestFold(
            tenSecondSpec.with("features", ["x": "number"]).with(
                "model", [["linear_regression": ["optimizer": ["sgd": ["lr": "1e100"]]]]]))
        fold.example("a", at: 0, x: 1e100, 6)
        #expect(fold.state.learned.models[0].failedUpdates == 0)
        fold.predict("b", at: 0, x: 1e200)
        #expect(fold.outcome.answerIsBaseline)
        #expect(Array(fold.outcome.answer) == [6])
        #expect(fold.counts.replacedAnswers == 1)
        fold.predict("c", at: 0, x: 0)
        #expect(!fold.outcome.answerIsBaseline)
    }
}
