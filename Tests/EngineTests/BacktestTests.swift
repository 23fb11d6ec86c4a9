import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// Candidates tried on the past are what they would have been had they been there.
@Suite struct BacktestTests {
    @Test func theApplicationsOwnSpecOverItsWholeLogEndsWhereEvaluatingDoes() async throws {
        let fixture = try BacktestFixture()
        let (log, application) = try await fixture.lived()
        await application.stop()
        let result = try fixture.backtest([fixture.spec], log)
        let state = try fixture.evaluated(fixture.spec, rows: 3_000)
        let experiment = result.experiments[0]
        #expect(experiment.stateDigest == state.stateDigest)
        #expect(result.eventCount == log.endOffset)
        let metrics = state.learned.models[0].metrics.readings
        #expect(experiment.metrics.map(\.reading) == metrics.map(\.reading))
        // What really answered was this very model, so the two differ in nothing.
        #expect(experiment.champion.map(\.reading) == metrics.map(\.reading))
        #expect(experiment.champion.map(\.name) == metrics.map(\.name))
        let difference = try #require(experiment.difference)
        #expect(difference.mean == 0 && difference.halfWidth == 0)
        #expect(difference.exampleCount == experiment.labelCount && experiment.labelCount > 2_000)
        #expect(result.champion?.baseline.map(\.reading) == state.learned.baselineMetrics.readings.map(\.reading))
        #expect(result.curves[0].points.last?.labels == result.champion?.curve.points.last?.labels)
        #expect(result.curves[0].points.count > 100)
    }

    @Test func anotherModelAndOtherFeaturesEndWhereEvaluatingThemDoes() async throws {
        let fixture = try BacktestFixture()
        let (log, application) = try await fixture.lived()
        await application.stop()
        let turned = Array(fixture.spec.contract.features.reversed())
        let optional = FeatureDeclaration(name: "tailnum", kind: .category, isOptional: true)
        let specs = [
            fixture.spec(fixture.pipelines.last, features: turned),
            fixture.spec(fixture.pipelines[0], features: [optional] + turned),
        ]
        let result = try fixture.backtest(specs, log)
        // The optional feature is nowhere in the log, so its model is that of the spec without it.
        let expected = [specs[0], fixture.spec(fixture.pipelines[0], features: turned)]
        for (experiment, spec) in zip(result.experiments, expected) {
            #expect(experiment.stateDigest == (try fixture.evaluated(spec, rows: 3_000).stateDigest))
        }
        #expect(result.experiments[0].stateDigest != result.experiments[1].stateDigest)
    }

    @Test func aRangeIsAPastOfItsOwn() async throws {
        let fixture = try BacktestFixture()
        let (log, application) = try await fixture.lived()
        await application.stop()
        let (from, to) = (2_001, 4_501)
        let within = fixture.events[from - 1..<to - 1]
        let asked = Set(within.filter { $0.kind == .prediction }.map(\.id.text))
        let (alone, other) = try await fixture.lived(within.filter { asked.contains($0.id.text) })
        await other.stop()
        let expected = try fixture.backtest([fixture.spec], alone).experiments[0]
        let found = try fixture.backtest([fixture.spec], log, from: .offset(from), to: .offset(to)).experiments[0]
        #expect(found.stateDigest == expected.stateDigest)
        #expect(found.labelCount == expected.labelCount && found.labelCount > 500)
        // The champion had learned before the range began.
        #expect(found.champion.map(\.reading) != found.metrics.map(\.reading))
    }

    @Test func underAmendmentsItEqualsALogWithoutWhatIsExcluded() async throws {
        let fixture = try BacktestFixture()
        let (log, application) = try await fixture.lived()
        let ids = fixture.events.filter { $0.kind == .prediction }.map(\.id.text)
        let excluded = Set(ids.enumerated().filter { $0.offset % 7 == 3 }.map(\.element))
        let corrected = Set(ids.enumerated().filter { $0.offset % 11 == 5 }.map(\.element)).subtracting(excluded)
        _ = try await application.exclude("id in [\(excluded.sorted().joined(separator: ", "))]")
        let labelled = Set(fixture.events.filter { $0.kind == .label }.map(\.id.text))
        let corrections = corrected.intersection(labelled).sorted().map { (id: $0, label: "7") }
        _ = try await application.correct(corrections)
        await application.stop()
        let remaining = fixture.events.filter { !excluded.contains($0.id.text) }.map { event in
            var event = event
            if event.kind == .label, corrected.contains(event.id.text) { event.payload = .label(.number(7)) }
            return event
        }
        let (plain, other) = try await fixture.lived(remaining)
        await other.stop()
        let spec = fixture.spec(fixture.pipelines.last)
        let found = try fixture.backtest([spec], log).experiments[0]
        let expected = try fixture.backtest([spec], plain).experiments[0]
        #expect(found.amendmentCount == 2)
        #expect(found.stateDigest == expected.stateDigest)
        #expect(found.labelCount == expected.labelCount)
        #expect(found.metrics.map(\.reading) == expected.metrics.map(\.reading))
    }

    @Test func theNumberOfThreadsAndOfCandidatesChangesNothing() async throws {
        let fixture = try BacktestFixture()
        let (log, application) = try await fixture.lived()
        await application.stop()
        let specs = fixture.pipelines.map { fixture.spec($0) }
        #expect(specs.count > 1)
        let one = try fixture.backtest(specs, log, threads: 1)
        let many = try fixture.backtest(specs, log, threads: 2)
        #expect(one.experiments.map(\.resultDigest) == many.experiments.map(\.resultDigest))
        for (spec, experiment) in zip(specs, one.experiments) {
            let alone = try fixture.backtest([spec], log).experiments[0]
            #expect(alone.resultDigest == experiment.resultDigest)
        }
        #expect(Set(one.experiments.map(\.resultDigest)).count == specs.count)
    }

    @Test func overAFileEachCandidateEndsWhereEvaluatingItAloneDoes() throws {
        let fixture = try BacktestFixture()
        let specs = fixture.pipelines.map { fixture.spec($0) }
            + [fixture.spec(features: Array(fixture.spec.contract.features.reversed()))]
        let candidates = specs.enumerated().map { Candidate(name: "\($0)", spec: $1) }
        let contract = try FileBatches.contract(of: candidates)
        let source = try RowSource(path: fixture.path, contract: contract, data: fixture.spec.data)
        let file = try FileBatches(
            EventSchedule(source, data: fixture.spec.data, limit: 3_000), for: candidates,
            refused: { Issue.record("row \($0): \($2)") })
        let backtest = try Backtest(candidates, over: file)
        while try backtest.step() {}
        let result = backtest.results
        #expect(result.champion == nil && result.experiments[0].difference == nil)
        for (experiment, spec) in zip(result.experiments, specs) {
            #expect(experiment.stateDigest == (try fixture.evaluated(spec, rows: 3_000).stateDigest))
        }
        let other = try #require(result.experiments[1].difference)
        #expect(other.exampleCount == result.experiments[0].labelCount)
        let turned = try #require(result.experiments.last?.difference)
        #expect(turned.mean == 0, "the order of features is not the model")
    }

    @Test func anAdoptedCandidateIsWhatItsRerunSaysAndVerifyDerivesIt() async throws {
        let fixture = try BacktestFixture()
        let (log, application) = try await fixture.lived(Array(fixture.events.prefix(4_000)))
        let spec = fixture.spec(fixture.pipelines.last)
        let experiment = try fixture.backtest([spec], log, from: .offset(300)).experiments[0]
        let number = try await application.keep([experiment], ranAt: Timestamp(microseconds: 0))[0]
        _ = try await application.submit(Array(fixture.events[4_000...]))
        let end = log.endOffset
        let adopted = try await application.adopt(experiment: number)
        #expect(adopted.offset == end)
        let rerun = try fixture.backtest([spec], log, from: .offset(300), to: .offset(end)).experiments[0]
        #expect(adopted.stateDigest == rerun.stateDigest)
        #expect(adopted.stateDigest != experiment.stateDigest, "it caught up with what came since")
        #expect(try await application.inspect { $0.stateDigest } == adopted.stateDigest)
        await application.stop()
        let verification = try Verification(of: log)
        #expect(verification.isEqual, "\(verification.differences)")
        #expect(verification.stateDigest == adopted.stateDigest)
        // From the same beginning, by its spec and a moment instead of a number.
        let again = try BacktestFixture.application(nil, log)
        #expect(try await again.adopt(spec, from: .offset(300)).stateDigest == adopted.stateDigest)
        await again.stop()
    }
}
