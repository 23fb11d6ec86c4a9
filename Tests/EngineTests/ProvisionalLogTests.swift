import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// A log whose questions are learned provisionally: whoever folds it again, or asks what else would have been, counts
/// the same final labels.
@Suite struct ProvisionalLogTests {
    private static func spec() throws -> Spec {
        try SpecText.spec(
            """
            {"application": "clicks", "clock": "claimed", "features": {"x": "number", "c": "category"}, \
            "target": {"name": "y", "type": "binary", "horizon": "100s", \
            "unlabelled": {"label": "false", "provisional_after": "5s"}}, \
            "model": ["standard_scaler", "logistic_regression"], \
            "metrics": ["log_loss", {"log_loss": {"by": "c"}}, {"rolling": {"metric": "accuracy", "window_size": 50}}]}
            """)
    }

    /// Six hundred questions, a second each; those that are true are told twenty seconds later.
    private static func lived(_ log: MemoryLog, _ spec: Spec) async throws -> ApplicationState {
        let application = try BacktestFixture.application(spec, log)
        var generator = SeededGenerator(seed: 37)
        var truths: [Bool] = []
        func time(_ second: Int) -> Timestamp { Timestamp(microseconds: Int64(second) * 1_000_000) }
        for second in 0..<600 {
            var row = FeatureRow(spec.contract.layout)
            let x = generator.uniform()
            row.setNumber(x, at: 0)
            row.setString(["u", "v"][generator.below(2)], at: 0)
            truths.append(generator.uniform() < x * x)
            var events = [Event(.prediction, time: time(second), id: EventID("q\(second)"), features: row)]
            if second >= 20, truths[second - 20] {
                events.append(
                    Event(
                        .label(.listed(1)), time: time(second), id: EventID("q\(second - 20)"),
                        features: FeatureRow(spec.contract.layout)))
            }
            let replies = try await application.submit(events)
            #expect(replies.allSatisfy { $0.acceptance != nil })
        }
        let state = try await application.inspect { copy $0 }
        await application.stop()
        return state
    }

    @Test func whatReallyAnsweredIsScoredByTheFinalLabels() async throws {
        let (log, spec) = (MemoryLog(), try Self.spec())
        let state = try await Self.lived(log, spec)
        let counts = state.ledger.counts
        #expect(counts.expiredPredictions > 250 && counts.labels > 100 && state.ledger.provisionalCount > 40)
        let verification = try Verification(of: log)
        #expect(verification.isEqual, "\(verification.differences)")
        let backtest = try Backtest([Candidate(name: "own", spec: spec)], on: log, present: state)
        while try backtest.step() {}
        let found = backtest.results.experiments[0]
        #expect(found.champion.map(\.reading) == found.metrics.map(\.reading))
        #expect(found.metrics.map(\.reading) == state.learned.champion.metrics.readings.map(\.reading))
        #expect(found.difference?.mean == 0)
        #expect(found.difference.map { UInt64($0.exampleCount) } == counts.expiredPredictions + counts.labels)
    }

    /// The same where a candidate follows another protocol, so that a fold of its own tells which label came to what.
    @Test func alsoBesideACandidateThatLearnsNothingProvisionally() async throws {
        let (log, spec) = (MemoryLog(), try Self.spec())
        let state = try await Self.lived(log, spec)
        let other = try SpecText.spec(
            """
            {"application": "clicks", "clock": "claimed", "features": {"x": "number", "c": "category"}, \
            "target": {"name": "y", "type": "binary", "horizon": "100s"}, \
            "model": ["standard_scaler", "logistic_regression"], "metrics": ["log_loss"]}
            """)
        let backtest = try Backtest([Candidate(name: "other", spec: other)], on: log, present: state)
        while try backtest.step() {}
        let found = backtest.results.experiments[0]
        let own = state.learned.champion.metrics.readings.first { $0.name == "log_loss" }
        #expect(found.champion.first { $0.name == "log_loss" }?.reading == own?.reading)
        #expect(found.difference.map { UInt64($0.exampleCount) } == state.ledger.counts.labels, "labels alone")
    }
}
