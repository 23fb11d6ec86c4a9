import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// A withdrawn amendment is as if it had never been made: over random streams of every task.
@Suite struct WithdrawalTests {
    /// What happens while an exclusion is in force.
    enum Meanwhile: CaseIterable, Sendable {
        case nothing, labels, labelsAndSpecs, questionsAgain
    }

    /// A stream without corrections by their ids, which need a rebuild of their own to count.
    private static func steps(_ seed: UInt64, _ task: RandomTask, count: Int) -> [RandomStep] {
        var stream = RandomStream(seed: seed, labelCount: task.labels.count)
        return (0..<count).map { _ in stream.next() }.filter { step in
            if case .correct = step { false } else { true }
        }
    }

    private static func isTaken(_ step: RandomStep, _ meanwhile: Meanwhile) -> Bool {
        switch (step, meanwhile) {
        case (_, .nothing), (.restore, _), (.correct, _): false
        case (.label, _): true
        case (.predict, .questionsAgain), (.example, .questionsAgain): true
        case (.adopt, .labelsAndSpecs): true
        default: false
        }
    }

    /// An amended life beside one that was never amended.
    private struct Lives {
        var amended: TestFold
        var plain: TestFold
        let task: RandomTask

        init(_ task: RandomTask, _ seed: UInt64, count: Int) throws {
            self.task = task
            plain = try TestFold(task)
            for step in steps(seed, task, count: count) { _ = try plain.take(step, task) }
            amended = plain
        }

        /// Questions under some ids, and what labelled them; a label that waits for its question belongs to none.
        func offsets(where fulfils: (EventID) -> Bool) throws -> OffsetRanges {
            var (offsets, waiting) = ([Int](), [[UInt8]: Int]())
            for (offset, decision) in amended.decisions.enumerated() {
                let event = try #require(amended.past.events[offset]).event
                guard event.kind.isOfClients, fulfils(event.id) else { continue }
                if decision == .waiting {
                    waiting[event.id.bytes] = offset
                    continue
                }
                offsets.append(offset)
                let hasLabel = [.predictedAndLearned, .predictedAndSetAside].contains(decision)
                if hasLabel, let label = waiting.removeValue(forKey: event.id.bytes) {
                    offsets.append(label)
                }
            }
            return OffsetRanges(offsets)
        }

        /// Neither is ahead of the other afterwards.
        mutating func tick(at seconds: Int64) {
            for path in [\Lives.amended, \.plain] {
                let layout = self[keyPath: path].layout
                self[keyPath: path].apply(Event(.tick, time: second(seconds), features: FeatureRow(layout)))
            }
        }

        /// The same happens to both.
        mutating func goOn(_ steps: [RandomStep]) throws {
            for (index, step) in steps.enumerated() {
                if case .restore = step { continue }
                let (one, other) = (try amended.take(step, task), try plain.take(step, task))
                #expect(one.plain == other.plain, "step \(index), \(step)")
                guard one.hasAnswer else { continue }
                #expect(
                    amended.outcome.answer.map(\.bitPattern) == plain.outcome.answer.map(\.bitPattern), "step \(index)")
            }
        }
    }

    @Test(arguments: RandomTask.all + [.outliers], FoldPropertyTests.seeds)
    func isAsIfNeverAmended(_ task: RandomTask, _ seed: UInt64) throws {
        for meanwhile in Meanwhile.allCases {
            var lives = try Lives(task, seed, count: 300)
            let first = try lives.offsets(where: { $0.fingerprint.low % 3 == 0 })
            let second = try lives.offsets(where: { $0.fingerprint.low % 3 == 1 })
            let open = lives.plain.state.ledger.pendingCount
            let exclusions = try [first, second].map {
                try lives.amended.amend(.exclusion($0, isForgotten: false))
            }
            #expect(lives.amended.state.ledger.pendingCount <= open)
            // Those of a stream that goes on where the first one ended come for what was asked there.
            for step in Self.steps(seed, task, count: 340).dropFirst(290) where Self.isTaken(step, meanwhile) {
                lives.amended.state = try ApplicationState(encoded: lives.amended.state.encoded)
                _ = try lives.amended.take(step, task)
                // A question under an id that is excluded is a retry or a conflict here.
                _ = try lives.plain.take(step, task)
            }
            let now = max(lives.amended.state.ledger.time, lives.plain.state.ledger.time).microseconds / 1_000_000
            lives.tick(at: now)
            for exclusion in seed % 2 == 0 ? exclusions : exclusions.reversed() {
                _ = try lives.amended.amend(.withdrawal(of: exclusion))
            }
            #expect(lives.amended.state.stateDigest == lives.plain.state.stateDigest, "\(meanwhile)")
            // What was answered meanwhile was answered by other models.
            guard meanwhile != .questionsAgain else { continue }
            #expect(lives.amended.state.ledgerDigest == lives.plain.state.ledgerDigest, "\(meanwhile)")
            #expect(lives.amended.state.ledger.pendingCount == lives.plain.state.ledger.pendingCount)
            try lives.goOn(Array(Self.steps(seed, task, count: 700).dropFirst(340)))
            #expect(lives.amended.digests == lives.plain.digests, "\(meanwhile), afterwards")
            try Self.replay(lives.amended)
        }
    }

    /// Folding the log again, and from any state on the way, gives the same.
    private static func replay(_ fold: TestFold) throws {
        var state = ApplicationState(beginning: fold.beginning)
        var outcome = Outcome()
        var past = TestPast()
        (past.events, past.answers) = (fold.past.events, fold.past.answers)
        for offset in 0..<fold.state.offset {
            guard let (event, _) = past.events[offset] else { continue }
            if offset % 37 == 0, offset > 0 { state = try ApplicationState(encoded: state.encoded) }
            past.layout = state.contract.layout
            try state.apply(event, past: &past, derived: fold.derived[offset], into: &outcome)
            #expect(outcome.decision.isLogged, "\(offset): \(outcome.decision)")
        }
        #expect(state.encoded == fold.state.encoded)
    }

    @Test(arguments: RandomTask.all + [.outliers], FoldPropertyTests.seeds)
    func correctionsAreWithdrawnLikewise(_ task: RandomTask, _ seed: UInt64) throws {
        var lives = try Lives(task, seed, count: 300)
        let labels = try lives.amended.labelledQuestions()
        let corrections = labels.filter { $0 % 3 == 0 }.map {
            Amendment.Correction(question: $0, label: task.labels[$0 % task.labels.count])
        }
        try #require(!corrections.isEmpty)
        let one = try lives.amended.amend(.corrections(corrections))
        let more = corrections.map {
            Amendment.Correction(question: $0.question, label: task.labels[($0.question + 1) % task.labels.count])
        }
        let other = try lives.amended.amend(.corrections(more))
        let between = lives.amended.digests
        _ = try lives.amended.amend(.withdrawal(of: one))
        // The later one of each had counted, and does still.
        #expect(lives.amended.digests[0] == between[0])
        _ = try lives.amended.amend(.withdrawal(of: other))
        #expect(lives.amended.digests == lives.plain.digests)
        try lives.goOn(Array(Self.steps(seed, task, count: 500).dropFirst(300)))
        #expect(lives.amended.digests == lives.plain.digests)
    }

    @Test func aCorrectionThatCameMeanwhileCountsAfterwards() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 1, x: 2)
        fold.predict("b", at: 1, x: 5)
        fold.label("a", at: 2, 7)
        let exclusion = try fold.amend(.exclusion(OffsetRanges([1, 3]), isForgotten: false))
        #expect(fold.correct("a", 9) == .waiting)
        _ = try fold.amend(.withdrawal(of: exclusion))
        var other = try TestFold(tenSecondSpec)
        other.predict("a", at: 1, x: 2)
        other.predict("b", at: 1, x: 5)
        other.label("a", at: 2, 9)
        #expect(fold.state.stateDigest == other.state.stateDigest)
        #expect(fold.correct("a", 9) == .repeated(offset: 6))
        #expect(fold.counts.corrections == 1 && fold.counts.unmatchedLabels == 0)
    }

    @Test func whatIsSetAsideExpiresAndIsBounded() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("a", at: 1)
        fold.predict("b", at: 1)
        let exclusion = try fold.amend(.exclusion(OffsetRanges([1]), isForgotten: false))
        #expect(fold.state.openQuestions(touchedBy: .withdrawal(of: exclusion)) == 1)
        fold.predict("c", at: 12)
        #expect(fold.counts.expiredPredictions == 2)
        #expect(fold.state.openQuestions(touchedBy: .withdrawal(of: exclusion)) == 0)
        _ = try fold.amend(.withdrawal(of: exclusion))
        #expect(fold.label("a", at: 13, 5) == .late)
    }

    @Test func refusedWithdrawalsSayWhyAndChangeNothing() throws {
        var fold = try TestFold(tenSecondSpec)
        for id in ["a", "b", "c", "d"] { fold.predict(id, at: 1) }
        let exclusion = try fold.amend(.exclusion(OffsetRanges([1]), isForgotten: false))
        let forgetting = try fold.amend(.exclusion(OffsetRanges([2]), isForgotten: true))
        let withdrawal = try fold.amend(.withdrawal(of: exclusion))
        let gone = try fold.amend(.exclusion(OffsetRanges([3]), isForgotten: false))
        _ = try fold.amend(.exclusion(OffsetRanges([3]), isForgotten: true))
        for (offset, words) in [
            (exclusion, "was withdrawn already, by event \(withdrawal)"), (forgetting, "is gone"),
            (withdrawal, "is a withdrawal"), (gone, "has been forgotten since"), (4, "is no amendment"),
        ] {
            let before = fold.state.encoded
            let signed = SignedAmendment(.withdrawal(of: offset), .none, questionCount: 0)
            let layout = fold.layout
            let event = Event(.signed(signed), time: fold.state.ledger.time, features: FeatureRow(layout))
            guard case .refused(let refusal) = fold.apply(event) else {
                Issue.record("\(offset) was withdrawn")
                continue
            }
            #expect(refusal.message.contains(words), "\(refusal)")
            #expect(refusal.kind == .outOfRange)
            #expect(fold.state.encoded == before)
        }
    }

    @Test func aRebuildKeepsWhoServes() throws {
        let task = RandomTask.all[0]
        var fold = try TestFold(task.specs[0])
        fold.adopt(try task.specs[2].spec)
        // It serves on by its name, and is not the model of `model:`.
        #expect(fold.state.learned.champion.name == "model")
        let refolded = try TestFold(task.specs[2]).state.learned
        #expect(refolded.champion.name == "b")
        let (layout, offset) = (fold.layout, fold.state.offset)
        let derived = fold.state.keepingRoles(refolded, .restore(offset: offset))
        let event = Event(
            .adopted(Adoption(.restore(offset: offset), giving: derived)), time: second(0),
            features: FeatureRow(layout))
        #expect(fold.apply(event, derived: refolded) == .adopted)
        #expect(fold.state.learned.champion.name == "model")
        // A restore to another moment brings back who served then.
        let earlier = Event(
            .adopted(Adoption(.restore(offset: 1), giving: refolded)), time: second(0), features: FeatureRow(layout))
        #expect(fold.apply(earlier, derived: refolded) == .adopted)
        #expect(fold.state.learned.champion.name == "b")
    }

    /// A block with a withdrawal, and a snapshot of a state in which questions are set aside.
    @Test func goldenBytesAreReadByEveryRelease() throws {
        var fold = try TestFold(tenSecondSpec)
        fold.predict("open", at: 1, x: 2)
        fold.example("done", at: 2, x: 3, 4)
        fold.predict("other", at: 2, x: 3, c: "a")
        _ = try fold.amend(.exclusion(OffsetRanges([1, 2]), isForgotten: false))
        // Revision 2 of the fold has written it.
        let bytes = try Golden.bytes("snapshot-marks.bin")
        var again = try ApplicationState(encoded: bytes)
        #expect(again.encoded == bytes && again.stateDigest == fold.state.stateDigest)
        #expect(again.openQuestions(touchedBy: .withdrawal(of: 4)) == 1)
        var (past, outcome) = (fold.past, Outcome())
        let signed = SignedAmendment(
            .withdrawal(of: 4), try Remark(by: "anna", note: "another was meant"), questionCount: 2)
        let row = FeatureRow(fold.layout)
        let event = Event(.signed(signed), time: second(3), features: row)
        try again.apply(event, past: &past, into: &outcome)
        #expect(outcome.decision == .amended && again.ledger.pendingCount == 2)
        var builder = BlockBuilder(contract: again.contract, version: 5, firstOffset: 6)
        builder.append(
            event, time: second(3), decision: .amended, values: [], isBaseline: false, notices: outcome.notices)
        try Golden.expect(builder.payload(), "block-signed.bin")
        var read = Event(again.contract.layout)
        let reader = try BlockReader(try Golden.bytes("block-signed.bin"))
        #expect(try reader.read(0, contract: again.contract, into: &read).notices == outcome.notices)
        #expect(read.payload == event.payload)
    }

    @Test func signedAmendmentsComeBackFromTheirBytes() throws {
        let remark = try Remark(by: "anna", note: "another shop was meant")
        let contract = try tenSecondSpec.spec.contract
        for amendment in [
            Amendment.exclusion(OffsetRanges([3, 4, 9]), isForgotten: false), .withdrawal(of: 300),
            .corrections([.init(question: 7, label: .number(2.5))]),
        ] {
            let event = Event(
                .signed(SignedAmendment(amendment, remark, questionCount: 2)), time: second(5),
                features: FeatureRow(contract.layout))
            var builder = BlockBuilder(contract: contract, version: 0, firstOffset: 12)
            builder.append(event, time: event.time, decision: .amended, values: [], isBaseline: false)
            var read = Event(contract.layout)
            let answer = try BlockReader(builder.payload()).read(0, contract: contract, into: &read)
            #expect(read.payload == event.payload && answer.decision == .amended)
        }
        #expect(throws: Refusal.self) { try Remark(by: String(repeating: "a", count: 201), note: "") }
        #expect(throws: Refusal.self) { try Remark(by: "", note: String(repeating: "a", count: 1_001)) }
    }
}

extension TestFold {
    /// Amends the past and adopts what is folded anew under that.
    /// - Returns: the offset of the amendment.
    mutating func amend(_ amendment: Amendment) throws -> Int {
        let offset = state.offset
        let signed = SignedAmendment(amendment, .none, questionCount: 0)
        let row = FeatureRow(layout)
        #expect(apply(Event(.signed(signed), time: state.ledger.time, features: row)) == .amended)
        let learned = try refolded()
        let recipe = Adoption.Recipe.restore(offset: state.offset)
        let event = Event(.adopted(Adoption(recipe, giving: learned)), time: state.ledger.time, features: row)
        #expect(apply(event, derived: learned) == .adopted)
        return offset
    }

    /// The learned state of the whole log under all amendments, folded from its beginning.
    private func refolded() throws -> LearnedState {
        var index = AmendmentIndex(state.amendments)
        var folded = ApplicationState(beginning: beginning)
        var (before, outcome) = ([LearnedState](), Outcome())
        var log = TestPast()
        (log.events, log.answers) = (past.events, past.answers)
        for offset in 0..<state.offset {
            before.append(folded.learned)
            let event = try #require(log.events[offset]).event
            log.layout = folded.contract.layout
            var derived: LearnedState?
            if case .restore(let target)? = event.adoption?.recipe { derived = before[target] }
            try folded.apply(event, under: &index, past: &log, derived: derived, into: &outcome)
        }
        return folded.learned
    }

    /// Questions that have a label, by their offsets.
    fileprivate func labelledQuestions() throws -> [Int] {
        var (asked, labelled) = ([[UInt8]: Int](), [Int]())
        for offset in 0..<state.offset {
            let (event, decision) = (try #require(past.events[offset]).event, decisions[offset])
            switch (event.kind, decision) {
            case (.example, _), (.prediction, .predictedAndLearned):
                asked[event.id.bytes] = offset
                labelled.append(offset)
            case (.prediction, _): asked[event.id.bytes] = offset
            case (.label, .learned), (.label, .late): labelled.append(try #require(asked[event.id.bytes]))
            default: break
            }
        }
        return labelled.sorted()
    }
}
