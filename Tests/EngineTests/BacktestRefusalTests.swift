import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// What cannot be back-tested is refused before anything is read, and what is wrong is named.
@Suite struct BacktestRefusalTests {
    private func refusal(_ body: () async throws -> Void) async throws -> Refusal {
        do {
            try await body()
        } catch let refusal as Refusal {
            return refusal
        }
        Issue.record("it was not refused")
        return Refusal(.malformed, "")
    }

    private func lived() async throws -> (BacktestFixture, MemoryLog) {
        let fixture = try BacktestFixture(rows: 200)
        let (log, application) = try await fixture.lived()
        await application.stop()
        return (fixture, log)
    }

    @Test func featuresThatTheLogLacksAreNamedWithWhatTheyAre() async throws {
        let (fixture, log) = try await lived()
        let features = fixture.spec.contract.features.map { feature in
            feature.name == "carrier" ? FeatureDeclaration(name: "carrier", kind: .number) : feature
        } + [FeatureDeclaration(name: "tailnum", kind: .category), FeatureDeclaration(name: "wind", kind: .number)]
        let refusal = try await refusal { _ = try fixture.backtest([fixture.spec(features: features)], log) }
        #expect(refusal.kind == .missingFeature)
        #expect(refusal.message.contains("'carrier' is a number, and a category in the log"))
        #expect(refusal.message.contains("'tailnum' (category) is missing"))
        #expect(refusal.message.contains("'wind' (number) is missing"))
        #expect(refusal.hint?.contains("dest") == true)
    }

    @Test func aFeatureThatCameLaterIsMissingBefore() async throws {
        let (fixture, log) = try await lived()
        let features = fixture.spec.contract.features + [FeatureDeclaration(name: "wind", kind: .number)]
        let later = fixture.spec(features: features)
        let application = try BacktestFixture.application(later, log)
        await application.stop()
        #expect(log.endOffset == fixture.events.count + 2)
        let refusal = try await refusal { _ = try fixture.backtest([later], log) }
        #expect(refusal.kind == .missingFeature)
        #expect(refusal.message.contains("from @0 on"))
        #expect(throws: Never.self) { try fixture.backtest([fixture.spec], log) }
    }

    @Test func anotherTargetIsRefused() async throws {
        let (fixture, log) = try await lived()
        let name = TargetDeclaration(name: "dep_delay", task: .regression)
        let task = TargetDeclaration(name: fixture.spec.contract.target.name, task: .multiclass)
        let classifier = PipelineDeclaration(
            numbers: [], transformers: [], learner: Component(named: "prior_classifier"))
        for spec in [
            fixture.spec(target: name),
            fixture.spec(classifier, target: task, metrics: [Component(named: "accuracy")]),
        ] {
            let refusal = try await refusal { _ = try fixture.backtest([spec], log) }
            #expect(refusal.kind == .impossibleBacktest)
            #expect(refusal.message.contains("another target"))
        }
    }

    @Test(arguments: ["@300", "@99999", "2900-01-01T00:00:00Z", "never"])
    func aRangeThatIsNoPastIsRefused(_ from: String) async throws {
        let (fixture, log) = try await lived()
        let to: RestorePoint? = from == "@300" ? .offset(300) : nil
        let refusal = try await refusal {
            _ = try fixture.backtest([fixture.spec], log, from: try RestorePoint(from), to: to)
        }
        #expect(refusal.kind == (from == "never" ? .impossibleRestore : .impossibleBacktest))
    }

    @Test func theSameCandidateTwiceIsRefused() async throws {
        let (fixture, log) = try await lived()
        let refusal = try await refusal { _ = try fixture.backtest([fixture.spec(), fixture.spec()], log) }
        #expect(refusal.message.contains("'candidate 0' and 'candidate 1' are the same"))
        let none = try await self.refusal { _ = try fixture.backtest([], log) }
        #expect(none.kind == .impossibleBacktest)
    }

    @Test func filesThatAreReadDifferentlyAreRefused() throws {
        let fixture = try BacktestFixture(rows: 10)
        let features = fixture.spec.contract.features.map { feature in
            feature.name == "carrier" ? FeatureDeclaration(name: "carrier", kind: .text) : feature
        }
        let candidates = [fixture.spec, fixture.spec(features: features)].enumerated().map {
            Candidate(name: "\($0)", spec: $1)
        }
        #expect(throws: Refusal.self) { try FileBatches.contract(of: candidates) }
    }

    @Test func whatThePresentContractLacksIsNotAdopted() async throws {
        let (fixture, log) = try await lived()
        let application = try BacktestFixture.application(nil, log)
        let features = fixture.spec.contract.features + [FeatureDeclaration(name: "wind", kind: .number)]
        let windy = PipelineDeclaration(
            numbers: ["wind"], transformers: [], learner: Component(named: "linear_regression"))
        let digest = try await application.inspect { $0.stateDigest }
        let windySpec = fixture.spec(windy, features: features)
        let lacking = try await refusal { _ = try await application.adopt(windySpec, from: 1) }
        #expect(lacking.kind == .impossibleRestore && lacking.message.hasSuffix("lacks: wind"))
        let unknown = try await refusal { _ = try await application.adopt(experiment: 7) }
        #expect(unknown.message == "there is no experiment 7")
        let future = try await refusal { _ = try await application.adopt(fixture.spec(), from: 100_000) }
        #expect(future.kind == .impossibleRestore)
        #expect(try await application.inspect { $0.stateDigest } == digest)
        #expect(log.endOffset == fixture.events.count + 1)
        await application.stop()
    }
}
