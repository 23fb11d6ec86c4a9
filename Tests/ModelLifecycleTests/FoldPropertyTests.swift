import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// Laws of the fold over random streams of every task.
@Suite struct FoldPropertyTests {
    static let seeds = Array(UInt64(1)...6)
    static let stepCount = 1_500

    @Test(arguments: RandomTask.taken, seeds)
    func everyDecisionIsThatOfTheDumbProtocol(_ task: RandomTask, _ seed: UInt64) throws {
        var fold = try TestFold(task.specs[0])
        var plain = PlainProtocol(horizon: 10)
        var stream = RandomStream(seed: seed, labelCount: task.labels.count)
        var seen: Set<String> = []
        for index in 0..<Self.stepCount {
            let step = stream.next()
            let decision = try fold.take(step, task)
            guard let expected = plain.take(step) else { continue }
            #expect(decision.plain == expected, "step \(index): \(step)")
            seen.insert(expected.rawValue)
        }
        #expect(fold.counts.plain == plain.counts)
        #expect(seen.count == 8, "all kinds of decisions were seen: \(seen.sorted())")
    }

    @Test(arguments: RandomTask.every, seeds)
    func encodingDecodingAndGoingOnEqualsNeverHavingStopped(_ task: RandomTask, _ seed: UInt64) throws {
        var fold = try TestFold(task.specs[0])
        var other = fold
        var stream = RandomStream(seed: seed, labelCount: task.labels.count)
        for index in 0..<Self.stepCount {
            let step = stream.next()
            if index % 7 == 0 {
                let bytes = other.state.encoded
                other.state = try ApplicationState(encoded: bytes)
                #expect(other.state.encoded == bytes)
            }
            let (decision, again) = (try fold.take(step, task), try other.take(step, task))
            #expect(decision == again)
            if decision == .predicted || decision == .predictedAndLearned {
                #expect(fold.outcome.notices == other.outcome.notices)
                #expect(fold.outcome.answer.map(\.bitPattern) == other.outcome.answer.map(\.bitPattern))
            }
            if index % 50 == 0 { #expect(fold.digests == other.digests, "after step \(index)") }
        }
        #expect(fold.digests == other.digests)
    }

    @Test(arguments: RandomTask.every, seeds)
    func foldingTheLogAgainGivesTheSame(_ task: RandomTask, _ seed: UInt64) throws {
        var fold = try TestFold(task.specs[0])
        var stream = RandomStream(seed: seed, labelCount: task.labels.count)
        for _ in 0..<Self.stepCount { _ = try fold.take(stream.next(), task) }
        var state = ApplicationState(beginning: try task.specs[0].spec)
        var outcome = Outcome()
        var past = TestPast()
        past.events = fold.past.events
        for offset in 0..<fold.state.offset {
            guard let (event, _) = past.events[offset] else { continue }
            past.layout = state.contract.layout
            var derived: LearnedState?
            if case .restore(let target)? = event.adoption?.recipe { derived = fold.learned(before: target) }
            try state.apply(event, past: &past, derived: derived, into: &outcome)
            #expect(outcome.decision.isLogged)
            #expect(outcome.notices == fold.notices[offset] ?? [])
        }
        #expect(state.stateDigest == fold.state.stateDigest)
        #expect(state.ledgerDigest == fold.state.ledgerDigest)
        #expect(state.encoded == fold.state.encoded)
    }

    @Test(arguments: RandomTask.every, seeds)
    func whatIsNotLoggedChangesNothingAndPredictingTeachesNothing(_ task: RandomTask, _ seed: UInt64) throws {
        var fold = try TestFold(task.specs[0])
        var stream = RandomStream(seed: seed, labelCount: task.labels.count)
        for _ in 0..<600 {
            let (step, bytes, digest) = (stream.next(), fold.state.encoded, fold.state.stateDigest)
            let decision = try fold.take(step, task)
            if !decision.isLogged { #expect(fold.state.encoded == bytes) }
            // Where questions are learned provisionally, the passing of time teaches.
            guard !task.isProvisional, [.predicted, .waiting, .late, .corrected].contains(decision) else { continue }
            #expect(fold.state.stateDigest == digest)
        }
    }
}

extension TestFold {
    mutating func take(_ step: RandomStep, _ task: RandomTask) throws -> Decision {
        func event(_ kind: Event.Kind, _ id: String, _ time: Int64, _ features: FeatureRow?, _ value: Int?) -> Event {
            Event(
                .of(kind, value.map { task.labels[$0] }), time: second(time), id: EventID(id),
                features: features ?? FeatureRow(layout))
        }
        switch step {
        case .predict(let id, let time, let x, let c): return apply(event(.prediction, id, time, row(x, c), nil))
        case .label(let id, let time, let value): return apply(event(.label, id, time, nil, value))
        case .example(let id, let time, let x, let c, let value):
            return apply(event(.example, id, time, row(x, c), value))
        case .correct(let id, let value): return apply(event(.corrected, id, 0, nil, value))
        case .restore(let share): return restore(to: 1 + Int(share * Double(state.offset)))
        case .adopt(let index): return adopt(try task.specs[index].spec)
        }
    }

    func learned(before offset: Int) -> LearnedState {
        offset == history.count ? state.learned : history[offset]
    }
}

extension PlainProtocol {
    /// Nil for what it has no notion of.
    mutating func take(_ step: RandomStep) -> Outcome? {
        switch step {
        case .predict(let id, let time, let x, let c): predict(id, at: time, features: features(x, c))
        case .label(let id, let time, let value): label(id, at: time, "\(value)")
        case .example(let id, let time, let x, let c, let value):
            example(id, at: time, features: features(x, c), "\(value)")
        case .correct(let id, let value): correct(id, "\(value)")
        case .restore, .adopt: nil
        }
    }

    /// A name of the row that tells two normalizations apart, as comparing `String`s does not.
    private func features(_ x: Double, _ c: String?) -> String {
        "\(x) " + (c.map { Array($0.utf8).description } ?? "")
    }
}
