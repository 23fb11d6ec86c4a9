import Determinism
import OnlineLearning
import Testing

/// What every ensemble owes to the system around it.
@Suite struct EnsembleTests {
    static let stream = Flow.examples(600, seed: 1)

    static func trained(_ ensemble: Ensemble, _ count: Int = 600, workers: (any Workers)? = nil) -> Subject {
        var subject = Subject(ensemble, workers: workers)
        for example in stream.prefix(count) { subject.learn(example) }
        return subject
    }

    @Test(arguments: Ensemble.all) func theStateDoesNotDependOnWhoWorks(_ ensemble: Ensemble) {
        let alone = Self.trained(ensemble).bytes
        #expect(Self.trained(ensemble, workers: BackwardWorkers()).bytes == alone)
        #expect(Self.trained(ensemble, workers: ThreadedWorkers()).bytes == alone)
    }

    @Test(arguments: Ensemble.all) func goesOnFromItsEncodingAsIfItHadNeverStopped(_ ensemble: Ensemble) throws {
        var straight = Subject(ensemble)
        var stopped = Subject(ensemble)
        for (index, example) in Self.stream.enumerated() {
            if index % 97 == 0 {
                var restored = Subject(ensemble)
                try restored.restore(stopped.bytes)
                #expect(restored.bytes == stopped.bytes)
                stopped = restored
            }
            #expect(stopped.predict(example).map(\.bitPattern) == straight.predict(example).map(\.bitPattern))
            #expect(stopped.learn(example) == straight.learn(example))
        }
        #expect(stopped.bytes == straight.bytes)
    }

    @Test(arguments: Ensemble.all) func predictionIsPureAndACopyIsIndependent(_ ensemble: Ensemble) {
        var subject = Self.trained(ensemble, 300)
        let before = subject.bytes
        let answers = Self.stream.map { subject.predict($0) }
        #expect(subject.bytes == before)
        var copy = subject
        for example in Self.stream { copy.learn(example) }
        #expect(copy.bytes != before && subject.bytes == before)
        #expect(Self.stream.map { subject.predict($0).map(\.bitPattern) } == answers.map { $0.map(\.bitPattern) })
    }

    @Test(arguments: Ensemble.all) func anUpdateThatFailsChangesNotOneBit(_ ensemble: Ensemble) {
        var subject = Self.trained(ensemble, 300)
        var failures = 0
        for (index, var example) in Self.stream.enumerated() {
            example.numbers[index % 4] = index % 2 == 0 ? 1e308 : -1e308
            example.value *= index % 3 == 0 ? 1e300 : 1
            let before = subject.bytes
            if !subject.learn(example) {
                failures += 1
                #expect(subject.bytes == before)
            }
        }
        // A linear model takes what is huge as long as its weights stay finite.
        #expect(failures > 0 || !ensemble.description.contains("forest"))
    }

    @Test(arguments: Ensemble.all) func answersAreFiniteAndProbabilitiesAddUp(_ ensemble: Ensemble) {
        var subject = Subject(ensemble)
        for example in Self.stream {
            let answer = subject.predict(example)
            let known = answer.filter { !$0.isNaN }
            #expect(known.allSatisfy { $0.isFinite })
            if ensemble.task != .regression { #expect(known.allSatisfy { $0 >= 0 && $0 <= 1 }) }
            if ensemble.task == .multiclass, !known.isEmpty { #expect((known.reduce(0, +) - 1).magnitude < 1e-12) }
            #expect(ensemble.task == .multiclass || answer.count == 1)
            subject.learn(example)
        }
    }

    @Test(arguments: Ensemble.all) func learnsAndAnswersWithoutAnyFeature(_ ensemble: Ensemble) {
        var subject = Subject(ensemble)
        for var example in Self.stream {
            example.numbers = [.nan, .nan, .nan, .nan]
            let isLearned = subject.learn(example)
            let answer = subject.predict(example).filter { !$0.isNaN }
            #expect(isLearned && !answer.isEmpty && answer.allSatisfy { $0.isFinite })
        }
    }

    @Test(arguments: Ensemble.all.filter { $0.task == .multiclass })
    func aClassThatWasSkippedHasNoProbabilityUntilItComes(_ ensemble: Ensemble) {
        var subject = Subject(ensemble)
        var example = Self.stream[0]
        for label in [2, 0] {
            example.label = label
            for _ in 0..<30 { subject.learn(example) }
        }
        #expect(subject.predict(example).map(\.isNaN) == [false, true, false])
    }

    @Test(arguments: Ensemble.all) func damagedBytesAreRefusedOrHarmless(_ ensemble: Ensemble) {
        let damage = DamagedBytes<Subject>(
            restore: { bytes in
                var subject = Subject(ensemble)
                try subject.restore(bytes)
                return subject
            },
            encode: { $0.bytes },
            step: { subject, index in (subject.predict(Self.stream[index]), subject.learn(Self.stream[index])) },
            fault: { ensemble.task == .multiclass || $0.count == 1 ? nil : "one number" })
        damage.areRefusedOrHarmless(Self.trained(ensemble, 200).bytes, rounds: 150, steps: 6)
    }

    @Test(arguments: Ensemble.all.filter { !$0.description.hasPrefix("voting") })
    func anotherSeedIsAnotherModel(_ ensemble: Ensemble) throws {
        let declaration = try #require(Catalogue.declaration(named: ensemble.component.name))
        let index = try #require(declaration.parameters.firstIndex { $0.name == "seed" })
        var arguments = ensemble.component.arguments
        arguments[index] = .integer(2)
        var other = Subject(ensemble)
        other.learner = Ensemble.make(Component(name: ensemble.component.name, arguments: arguments), ensemble.task)
        for example in Self.stream { other.learn(example) }
        #expect(other.bytes != Self.trained(ensemble).bytes)
    }
}
