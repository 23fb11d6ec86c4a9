import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// The label protocol, sentence by sentence.
@Suite struct LabelProtocolTests {
    @Test func aKnownIDWithTheSameFeaturesIsAnsweredAsBefore() throws {
        var fold = try TestFold(tenSecondSpec)
        #expect(fold.predict("a", at: 0, x: 2, c: "r") == .predicted)
        let digests = fold.digests
        #expect(fold.predict("a", at: 3, x: 2, c: "r") == .repeated(offset: 1))
        #expect(fold.digests == digests)
        #expect(fold.label("a", at: 4, 1) == .learned)
        #expect(fold.predict("a", at: 5, x: 2, c: "r") == .repeated(offset: 1))
    }

    @Test func aKnownIDWithOtherFeaturesIsAConflict() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0, x: 2, c: "r")
        let digests = fold.digests
        for (x, c) in [(3, "r"), (2, "s"), (2, nil)] as [(Double, String?)] {
            #expect(fold.predict("a", at: 1, x: x, c: c).refusalKind == .conflict)
        }
        #expect(fold.digests == digests)
        fold.label("a", at: 2, 1)
        #expect(fold.predict("a", at: 3, x: 3, c: "r").refusalKind == .conflict)
    }

    @Test func theSameLabelAgainChangesNothing() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0)
        #expect(fold.label("a", at: 1, 5) == .learned)
        let digests = fold.digests
        #expect(fold.label("a", at: 2, 5) == .repeated(offset: 2))
        #expect(fold.label("a", at: 9, 5) == .repeated(offset: 2))
        #expect(fold.digests == digests)
        #expect(fold.counts.labels == 1)
    }

    @Test func anotherLabelIsAConflictUnlessItCorrects() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0)
        fold.label("a", at: 1, 5)
        let digests = fold.digests
        #expect(fold.label("a", at: 2, 6).refusalKind == .conflict)
        #expect(fold.digests == digests)
        #expect(fold.correct("a", 6) == .corrected)
        #expect(fold.state.stateDigest == digests[0], "a correction takes effect at the next rebuild")
        #expect(fold.counts.corrections == 1)
        let corrected = fold.digests
        #expect(fold.correct("a", 6) == .repeated(offset: 3))
        #expect(fold.label("a", at: 3, 6) == .repeated(offset: 3))
        #expect(fold.label("a", at: 3, 5) == .repeated(offset: 2), "what was sent first, sent again")
        #expect(fold.label("a", at: 3, 7).refusalKind == .conflict)
        #expect(fold.digests == corrected)
    }

    @Test func aCorrectionOfWhatHasNoLabelIsItsFirst() throws {
        var (corrected, labelled) = (try TestFold(tenSecondSpec), try TestFold(tenSecondSpec))
        for id in ["a", "late"] {
            corrected.predict(id, at: 0)
            labelled.predict(id, at: 0)
        }
        for (id, time) in [("a", Int64(1)), ("nobody", 2), ("late", 11)] {
            #expect(corrected.correct(id, at: time, 6) == labelled.label(id, at: time, 6), "\(id)")
            #expect(corrected.digests == labelled.digests, "\(id)")
        }
        #expect(corrected.correct("a", at: 12, 6) == .repeated(offset: 3))
        #expect(corrected.correct("a", at: 12, 7) == .corrected)
        #expect(corrected.state.amendments.count == 1)
    }

    @Test func aLabelThatWaitsIsNotCorrected() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.label("w", at: 0, 1)
        let digests = fold.digests
        #expect(fold.correct("w", 6).refusalKind == .conflict)
        #expect(fold.correct("w", 1) == .repeated(offset: 1))
        #expect(fold.digests == digests)
    }

    @Test func aLabelForAnUnknownIDWaitsAndIsDroppedAfterAHorizon() throws {
        var fold = try TestFold(tenSecondSpec)
        #expect(fold.label("a", at: 0, 5) == .waiting)
        #expect(fold.state.ledger.waitingCount == 1)
        #expect(fold.label("a", at: 1, 5) == .repeated(offset: 1))
        #expect(fold.label("a", at: 1, 6).refusalKind == .conflict)
        fold.predict("b", at: 10)
        #expect(fold.state.ledger.waitingCount == 1)
        #expect(fold.counts.unmatchedLabels == 0)
        fold.predict("c", at: 11)
        #expect(fold.state.ledger.waitingCount == 0)
        #expect(fold.counts.unmatchedLabels == 1)
        #expect(fold.predict("a", at: 11) == .predicted)
    }

    @Test func aPredictionThatFindsItsLabelIsAnsweredThenLearned() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.label("a", at: 0, 5)
        #expect(fold.predict("a", at: 10, x: 2) == .predictedAndLearned)
        #expect(Array(fold.outcome.answer) == [0], "the answer is that of a model that has learned nothing yet")
        #expect(fold.metric("mae") == 5)
        #expect(fold.counts.labels == 1)
        #expect(fold.counts.labelLagMaxMicroseconds == 0)
        #expect(fold.state.ledger.knownCount == 1)
        #expect(fold.state.ledger.waitingCount == 0)
        #expect(fold.predict("a", at: 11, x: 2) == .repeated(offset: 2))
        #expect(fold.label("a", at: 11, 5) == .repeated(offset: 1))
    }

    @Test func aPredictionAndItsLabelTeachTheSameInEitherOrder() throws {
        var first = try TestFold(tenSecondSpec)
        first.label("a", at: 0, 5)
        first.predict("a", at: 0, x: 2)
        var second = try TestFold(tenSecondSpec)
        second.predict("a", at: 0, x: 2)
        second.label("a", at: 0, 5)
        #expect(first.digests[0] == second.digests[0])
    }

    @Test func aLateLabelIsRecordedAndCountedAndNotLearned() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0)
        let learned = fold.state.stateDigest
        #expect(fold.label("a", at: 11, 5) == .late)
        #expect(fold.state.stateDigest == learned)
        #expect(fold.counts.lateLabels == 1)
        #expect(fold.counts.expiredPredictions == 1)
        #expect(fold.counts.labels == 0)
        #expect(fold.label("a", at: 12, 5) == .repeated(offset: 2))
        #expect(fold.label("a", at: 12, 6).refusalKind == .conflict)
        #expect(fold.correct("a", 6) == .corrected)
        #expect(fold.state.stateDigest == learned)
    }

    @Test func aLabelExactlyAtTheHorizonIsInTime() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0)
        #expect(fold.label("a", at: 10, 5) == .learned)
        #expect(fold.counts.labelLagMaxMicroseconds == 10_000_000)
    }

    @Test func predictionsNeverLabelledExpireByLogTime() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0)
        fold.predict("b", at: 5)
        let learned = fold.state.stateDigest
        fold.predict("c", at: 11)
        #expect(fold.counts.expiredPredictions == 1)
        #expect(fold.state.ledger.pendingCount == 2)
        #expect(fold.state.stateDigest == learned, "dropped, nothing learned")
        #expect(fold.counts.unlabelledShare == 1)
    }

    @Test func orTheyAreLearnedWithTheStatedLabel() throws {
        let label: SpecTree = ["label": "7"]
        let stated = tenSecondSpec.with(
            "target", .map([("name", "y"), ("type", "regression"), ("horizon", "10s"), ("unlabelled", label)]))
        var fold = try TestFold(stated)
        for (index, x) in [1.0, 2, 3].enumerated() { fold.predict("p\(index)", at: Int64(index), x: x) }
        fold.predict("late", at: 12, x: 9)
        #expect(fold.counts.expiredPredictions == 2)
        var taught = try TestFold(stated)
        taught.example("p0", at: 0, x: 1, 7)
        taught.example("p1", at: 1, x: 2, 7)
        #expect(
            Array(fold.state.learned.models[0].pipeline.bytes) == taught.state.learned.models[0].pipeline.bytes)
        #expect(fold.metric("mae") == 0, "an answer that was never labelled is not scored")
        #expect(fold.label("p0", at: 12, 3) == .late)
    }

    @Test func anIDIsKnownForAHorizonAfterItsLabel() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0, x: 1)
        fold.label("a", at: 5, 1)
        #expect(fold.predict("a", at: 15, x: 2).refusalKind == .conflict)
        #expect(fold.predict("a", at: 16, x: 2) == .predicted)
    }

    @Test func anIDIsKnownForAHorizonAfterItsExpiry() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0, x: 1)
        #expect(fold.predict("a", at: 20, x: 1) == .repeated(offset: 1))
        #expect(fold.predict("a", at: 20, x: 2).refusalKind == .conflict)
        #expect(fold.state.ledger.pendingCount == 1, "a repeated question does not let time pass")
        #expect(fold.predict("a", at: 21, x: 2) == .predicted)
        #expect(fold.counts.expiredPredictions == 1)
    }

    @Test func beyondTheByteBudgetTheOldestAreDroppedAndCounted() throws {
        var fold = try TestFold(
            tenSecondSpec.with("target", ["name": "y", "type": "regression", "horizon": "30d"])
                .with("limits", ["ids": "16KiB"]))
        for index in 0..<100 { fold.example("e\(index)", at: 0, x: 1, 1) }
        for index in 0..<400 { fold.predict("p\(index)", at: 1) }
        let dropped = fold.counts.droppedIDs
        let kept = UInt64(fold.state.ledger.knownCount + fold.state.ledger.pendingCount)
        #expect(dropped + kept == 500)
        #expect((100...200).contains(kept), "some 100 bytes each")
        #expect(fold.state.ledger.knownCount == 0, "what is done with goes first")
        #expect(fold.label("p0", at: 2, 1) == .waiting, "the oldest question is unknown by now")
        #expect(fold.label("p399", at: 2, 1) == .learned)
    }

    @Test func anExampleIsAQuestionAndItsLabelAtOnce() throws {
        var fold = try TestFold(tenSecondSpec)
        #expect(fold.example("a", at: 0, x: 2, 5) == .predictedAndLearned)
        #expect(fold.metric("mae") == 5)
        #expect(fold.counts.examples == 1)
        #expect(fold.counts.labels == 0)
        let digests = fold.digests
        #expect(fold.example("a", at: 1, x: 2, 5) == .repeated(offset: 1))
        #expect(fold.example("a", at: 1, x: 3, 5).refusalKind == .conflict)
        #expect(fold.example("a", at: 1, x: 2, 6).refusalKind == .conflict)
        #expect(fold.label("a", at: 1, 5) == .repeated(offset: 1))
        #expect(fold.label("a", at: 1, 6).refusalKind == .conflict)
        #expect(fold.predict("a", at: 1, x: 2) == .repeated(offset: 1))
        #expect(fold.digests == digests)
        #expect(fold.correct("a", 6) == .corrected)
    }

    @Test func anExampleOfAWaitingLabelAgreesWithItOrIsRefused() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.label("a", at: 0, 5)
        let digests = fold.digests
        #expect(fold.example("a", at: 1, x: 2, 6).refusalKind == .conflict)
        #expect(fold.digests == digests)
        #expect(fold.example("a", at: 1, x: 2, 5) == .predictedAndLearned)
        #expect(fold.state.ledger.waitingCount == 0)
    }

    @Test func logTimeNeverGoesBack() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 100)
        fold.predict("b", at: 40)
        #expect(fold.state.ledger.time == second(100))
        #expect(fold.label("b", at: 105, 1) == .learned)
        #expect(fold.counts.labelLagMaxMicroseconds == 5_000_000)
        #expect(fold.label("a", at: 3, 1) == .learned)
        #expect(fold.state.ledger.time == second(105))
    }

    @Test func predictionIsPure() throws {
        var fold = try TestFold(tenSecondSpec)
        for index in 0..<20 {
            fold.example("e\(index)", at: 0, x: Double(index), Double(3 * index))
        }
        let digest = fold.state.stateDigest
        for index in 0..<50 { fold.predict("p\(index)", at: 1, x: Double(index), c: "new\(index)") }
        #expect(fold.state.stateDigest == digest)
    }

    @Test func idsAreBytes() throws {
        var fold = try TestFold(tenSecondSpec)
        #expect(fold.predict("caf\u{E9}", at: 0, x: 1) == .predicted)
        #expect(fold.predict("cafe\u{301}", at: 0, x: 2) == .predicted)
        #expect(fold.predict("p", at: 0, x: 1, c: "\u{E9}") == .predicted)
        #expect(fold.predict("p", at: 0, x: 1, c: "e\u{301}").refusalKind == .conflict)
    }

    @Test func labelLagIsAMean() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 0)
        fold.predict("b", at: 0)
        fold.label("a", at: 2, 1)
        fold.label("b", at: 6, 1)
        #expect(fold.counts.labelLag.value == 4_000_000)
        #expect(fold.counts.labelLagMaxMicroseconds == 6_000_000)
    }
}

extension Decision {
    var refusalKind: Refusal.Kind? {
        guard case .refused(let refusal) = self else { return nil }
        return refusal.kind
    }
}

extension Pipeline {
    var bytes: [UInt8] {
        var encoder = CanonicalEncoder()
        encode(to: &encoder)
        return encoder.bytes
    }
}
