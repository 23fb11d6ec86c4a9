import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// An amended fold equals the fold of a log in which what was excluded never happened and corrected labels were right
/// from the beginning: over random streams of every task, restores and changed specs among them.
@Suite struct AmendmentPropertyTests {
    /// A log that happened, with what was decided of each event.
    private struct Past {
        var fold: TestFold
        var decisions: [Decision]

        init(_ task: RandomTask, _ seed: UInt64) throws {
            fold = try TestFold(task)
            decisions = fold.decisions
            var stream = RandomStream(seed: seed, labelCount: task.labels.count)
            for _ in 0..<900 {
                var step = stream.next()
                // A corrected label is learned whatever it is; where it had come so, it would be set aside.
                if case .correct(let id, let value) = step { step = .correct(id: id, value: value % 60) }
                let decision = try fold.take(step, task)
                if decision.isLogged { decisions.append(decision) }
            }
        }

        func event(_ offset: Int) throws -> Event { try #require(fold.past.events[offset]).event }

        /// For each label event and example, the question that it labelled.
        func questions() throws -> [Int: Int] {
            var (asked, waiting, questions) = ([[UInt8]: Int](), [[UInt8]: Int](), [Int: Int]())
            for (offset, decision) in decisions.enumerated() {
                let event = try event(offset)
                switch (event.kind, decision) {
                case (.label, .waiting), (.corrected, .waiting): waiting[event.id.bytes] = offset
                case (.corrected, .corrected): break
                case (.label, _), (.corrected, _): questions[offset] = asked[event.id.bytes]
                case (.prediction, .predictedAndLearned), (.prediction, .predictedAndSetAside):
                    if let label = waiting[event.id.bytes] { questions[label] = offset }
                    asked[event.id.bytes] = offset
                case (.prediction, _): asked[event.id.bytes] = offset
                case (.example, _):
                    asked[event.id.bytes] = offset
                    questions[offset] = offset
                default: break
                }
            }
            return questions
        }
    }

    /// The digests of an amended fold before each event, and at its end.
    private func amended(_ past: Past, _ amendments: Amendments, _ spec: Spec) throws -> [Digest] {
        var index = AmendmentIndex(amendments)
        var state = ApplicationState(beginning: spec)
        var (history, outcome) = ([LearnedState](), Outcome())
        var log = TestPast()
        log.events = past.fold.past.events
        for offset in past.decisions.indices {
            history.append(state.learned)
            let event = try past.event(offset)
            log.layout = state.contract.layout
            var derived: LearnedState?
            if case .restore(let target)? = event.adoption?.recipe { derived = history[target] }
            try state.apply(event, under: &index, past: &log, derived: derived, into: &outcome)
            #expect(outcome.decision.isLogged)
            #expect(state.offset == offset + 1)
        }
        return history.map(\.digest) + [state.stateDigest]
    }

    /// The same of a log that holds only what counts.
    private func expected(
        _ past: Past, void: OffsetRanges, labels: [Int: Label], _ spec: Spec
    ) throws -> [Digest] {
        var fold = TestFold(spec)
        var offsets = [0, 1]
        for offset in 1..<past.decisions.count {
            defer { offsets.append(fold.state.offset) }
            var event = try past.event(offset)
            let isAmendment = past.fold.state.amendments.entries.contains { $0.offset == offset }
            guard !void.contains(offset), !isAmendment else { continue }
            switch event.adoption?.recipe {
            case .spec(let spec): fold.adopt(spec)
            case .restore(let target): fold.restore(to: offsets[target])
            case nil:
                if let label = labels[offset] { event.payload = event.payload.relabelled(label) }
                fold.apply(event)
            default: Issue.record("no such recipe")
            }
        }
        return offsets.map { $0 == 0 ? fold.history[0].digest : fold.learned(before: $0).digest }
    }

    @Test(arguments: RandomTask.every, FoldPropertyTests.seeds)
    func equalsALogWithoutWhatWasExcluded(_ task: RandomTask, _ seed: UInt64) throws {
        let spec = try task.specs[0].spec
        let past = try Past(task, seed)
        var generator = SeededGenerator(seed: seed &+ 99)
        let bound = 1 + generator.below(8)
        let void = OffsetRanges(
            try past.decisions.indices.filter { offset in
                let event = try past.event(offset)
                return event.kind.isOfClients && past.decisions[offset] != .corrected
                    && event.id.fingerprint.low % 8 < bound
            })
        try #require(!void.isEmpty)
        var amendments = past.fold.state.amendments
        amendments.append(.exclusion(void, isForgotten: false), at: past.decisions.count)
        let corrected = try labels(past, amendments)
        #expect(try amended(past, amendments, spec) == expected(past, void: void, labels: corrected, spec))
    }

    @Test(arguments: RandomTask.every, FoldPropertyTests.seeds)
    func equalsALogWhoseLabelsWereRight(_ task: RandomTask, _ seed: UInt64) throws {
        let spec = try task.specs[0].spec
        let past = try Past(task, seed)
        var generator = SeededGenerator(seed: seed &+ 7)
        let questions = Set(try past.questions().values).sorted()
        let corrections = questions.filter { _ in generator.below(4) == 0 }.map {
            Amendment.Correction(question: $0, label: task.labels[generator.below(task.labels.count)])
        }
        var amendments = past.fold.state.amendments
        amendments.append(.corrections(corrections), at: past.decisions.count)
        let corrected = try labels(past, amendments)
        #expect(corrected.count >= corrections.count)
        #expect(try amended(past, amendments, spec) == expected(past, void: OffsetRanges(), labels: corrected, spec))
    }

    /// What each label event and example should have said.
    private func labels(_ past: Past, _ amendments: Amendments) throws -> [Int: Label] {
        let index = AmendmentIndex(amendments)
        let questions = try past.questions()
        return questions.compactMapValues { index.label(ofQuestion: $0) }
    }

    @Test func amendmentsComeBackFromTheirBytes() throws {
        let past = try Past(RandomTask.all[2], 3)
        var fold = past.fold
        let layout = fold.layout
        let exclusion = Amendment.exclusion(OffsetRanges([9, 3, 4, 4, 12]), isForgotten: true)
        let event = Event(.amended(exclusion), time: fold.state.ledger.time, features: FeatureRow(layout))
        #expect(fold.apply(event) == .amended)
        #expect(fold.state.amendments.count == past.fold.state.amendments.count + 1)
        let again = try ApplicationState(encoded: fold.state.encoded)
        #expect(again.amendments == fold.state.amendments)
        #expect(again.encoded == fold.state.encoded)
    }

    @Test func whatWasExcludedIsKnownNoMore() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 1, x: 2)
        fold.predict("b", at: 2, x: 3)
        let exclusion = Amendment.exclusion(OffsetRanges([1]), isForgotten: false)
        let layout = fold.layout
        let event = Event(.amended(exclusion), time: second(2), features: FeatureRow(layout))
        #expect(fold.apply(event) == .amended)
        let before = fold.state.stateDigest
        #expect(fold.label("a", at: 3, 5) == .waiting)
        #expect(fold.state.stateDigest == before)
        #expect(fold.label("b", at: 4, 5) == .learned)
    }

    @Test func bytesThatAreNoAmendmentsAreRefused() {
        for bytes: [UInt8] in [[3], [0, 1, 0, 0], [0, 2, 1, 1, 0, 1], [2, 2, 5, 0, 0], [0, 255]] {
            var decoder = CanonicalDecoder(bytes)
            #expect(throws: CanonicalDecodingError.self) { try Amendment(from: &decoder) }
        }
    }
}
