import BundledStreams
import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// What really answered is scored as it was scored when it was lived through, whatever is asked.
@Suite struct BacktestChampionTests {
    private struct Lived {
        let stream: BundledStream
        let spec: Spec
        let log: MemoryLog

        /// - Parameter rows: how many to live through.
        init(_ name: String, rows: Int) async throws {
            stream = try #require(BundledStream.named(name))
            let learner = stream.task == .binary ? "logistic_regression" : "softmax_regression"
            spec = try stream.spec(
                model: .array([.string("standard_scaler"), .string(learner)]),
                metrics: .array([.string("accuracy"), .string(stream.task == .binary ? "log_loss" : "cross_entropy")]))
            log = MemoryLog()
            let application = try BacktestFixture.application(spec, log)
            for batch in try BacktestFixture.events(spec, stream.path, rows).chunks(of: 400) {
                _ = try await application.submit(batch)
            }
            await application.stop()
        }

        func evaluated(rows: Int) throws -> Scorecard {
            let source = try RowSource(path: stream.path, contract: spec.contract, data: spec.data)
            var evaluation = Evaluation(spec, EventSchedule(source, data: spec.data, limit: rows))
            while try evaluation.run(events: 10_000, refused: { _, _, _ in }) {}
            return evaluation.state.learned.models[0].metrics
        }

        func backtest(from: RestorePoint? = nil) throws -> Experiment {
            let present = try ApplicationState(reading: log)
            let backtest = try Backtest([Candidate(name: "own", spec: spec)], on: log, present: present, from: from)
            while try backtest.step() {}
            return backtest.results.experiments[0]
        }
    }

    @Test(arguments: ["phishing", "image_segments"])
    func overTheWholeLogItIsWhatTheSameModelAnswersAgain(_ name: String) async throws {
        let lived = try await Lived(name, rows: 1_000)
        let found = try lived.backtest()
        #expect(found.loss == .logLoss)
        #expect(found.champion.map(\.reading) == found.metrics.map(\.reading))
        #expect(found.champion.map(\.reading) == (try lived.evaluated(rows: 1_000).readings.map(\.reading)))
        #expect(found.difference?.mean == 0)
        #expect(found.difference?.exampleCount ?? 0 > 900)
    }

    /// Classes that are open have their places in the order in which they were first learned, which a range does not
    /// know: the means over the range must be those of the whole, less those before.
    @Test(arguments: ["phishing", "image_segments"])
    func overARangeItsAnswersKeepTheirClasses(_ name: String) async throws {
        let (before, all) = (400, 1_000)
        let lived = try await Lived(name, rows: all)
        // A label comes right after its question: two events a row, after the spec.
        let found = try lived.backtest(from: .offset(1 + 2 * before))
        let (first, whole) = (try lived.evaluated(rows: before), try lived.evaluated(rows: all))
        for (metric, reading) in found.champion {
            guard case .value(let value) = reading, let early = first[metric], let late = whole[metric] else {
                Issue.record("\(metric) is no number")
                continue
            }
            // Before any of its open classes is known there is no answer, and nothing to score.
            let unanswered = name == "image_segments" ? 1 : 0
            let expected = (late * Double(all - unanswered) - early * Double(before - unanswered))
                / Double(all - before)
            #expect(abs(value - expected) < 1e-9, "\(metric)")
        }
        #expect(found.labelCount == all - before)
        #expect(found.champion.map(\.reading) != found.metrics.map(\.reading))
    }
}

extension Array {
    fileprivate func chunks(of count: Int) -> [[Element]] {
        stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
    }
}
