import Determinism
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning

/// A recovered application in the writer's hands: the state, the log it continues, and the block being filled.
final class Serving {
    let log: StoreAccess.Store
    private(set) var state: ApplicationState
    let committer = Committer()
    let compactor: Compactor
    private var past: LogPast
    private var builder: BlockBuilder
    private let snapshots: SnapshotUpkeep
    /// What this process has committed.
    private var committed = (events: 0, bytes: 0)
    private var builderBegan = Date.distantPast

    /// Recovers: newest snapshot, then the events after it. Adopts a spec where the log's is another.
    /// - Parameter notes: are told what that took.
    init(_ log: StoreAccess.Store, adopting spec: Spec?, _ notes: SnapshotNotes) throws {
        self.log = log
        compactor = Compactor(log)
        let (replay, snapshotOffset, policy) = try Self.recover(log, notes.cost)
        snapshots = SnapshotUpkeep(
            policy, recoveredEvents: replay.offset - snapshotOffset, compactor, committer, notes)
        if let state = replay.state {
            self.state = state
        } else {
            guard let spec else {
                throw LogFailure(.damaged, "the log is empty", hint: "name a spec: `headrace up SPEC`")
            }
            state = ApplicationState(beginning: spec)
        }
        past = LogPast(log, layout: state.contract.layout)
        past.reader.know(state.contract)
        builder = BlockBuilder(contract: state.contract, version: state.version, firstOffset: state.offset)
        if let spec, replay.state == nil || state.spec != spec {
            _ = try adopt(.spec(spec), state.successor(under: spec))
        }
        // What came after the newest snapshot was folded by this program's arithmetic: where that is another than
        // answered then, it is said from where on.
        if state.revisionOfOthers != nil {
            _ = try adopt(.upgrade(from: snapshotOffset), state.learned)
        }
        // What took long to fold is never folded again.
        snapshots.consider(state, bytesPerEvent: 0)
    }

    /// Folds what follows the newest snapshot, and measures that.
    private static func recover(
        _ log: StoreAccess.Store, _ cost: @escaping @Sendable () -> Double
    ) throws -> (Replay, snapshotOffset: Int, SnapshotPolicy) {
        let began = cost()
        var replay = try Replay(log)
        let (start, read) = (replay.offset, cost())
        try replay.run()
        var policy = SnapshotPolicy(
            newest: (start, replay.snapshotBytes),
            keptOffset: try log.snapshots().last { !$0.reason.givesWay }?.offset ?? 0, cost: cost)
        policy.recovered(
            readSeconds: read - began, foldSeconds: cost() - read, events: replay.offset - start)
        return (replay, start, policy)
    }

    // MARK: Events

    /// Applies one event that the contract check has let through.
    /// - Throws: `PastEventMissing` where an event it refers to cannot be read; then the state is as before.
    func reply(to request: Event, now: Timestamp) throws -> Reply {
        var event = request
        if let refusal = stamp(&event, now) { return .refused(refusal) }
        var decision = try apply(event)
        if case .refused(.nothingToCorrect) = decision, event.kind == .amended {
            // There is no label yet that this could correct: it is the first.
            event.kind = .label
            decision = try apply(event)
        }
        switch decision {
        case .refused(let refusal): return .refused(refusal)
        case .repeated(let offset): return .accepted(try repeated(offset, event))
        default: return .accepted(record(event, decision))
        }
    }

    /// Gives an event the time and the id that it does not claim.
    private func stamp(_ event: inout Event, _ now: Timestamp) -> Refusal? {
        if event.time == .unclaimed {
            event.time = now
        } else if event.time.microseconds > now.microseconds &+ Writer.claimAheadMicroseconds {
            return Refusal(
                .wrongTime, "the time \(event.time) is more than 5 minutes ahead of this server's clock, \(now)",
                hint: "events are stamped when they happen; check the client's clock")
        }
        if event.id.isEmpty {
            event.id = EventID("auto-\(state.offset)")
        }
        return nil
    }

    private func apply(_ event: Event) throws -> Decision {
        do {
            return try snapshots.applying { try state.apply(event, past: &past) }
        } catch {
            // What it refers to may be in a block that is not written yet.
            guard !builder.isEmpty else { throw error }
            try flush()
            return try snapshots.applying { try state.apply(event, past: &past) }
        }
    }

    private func record(_ event: Event, _ decision: Decision) -> Acceptance {
        let offset = state.offset - 1
        if builder.isEmpty { builderBegan = Date() }
        let values = decision.hasAnswer ? state.answer : []
        builder.append(
            event, time: state.ledger.time, decision: decision, values: values, isBaseline: state.answerIsBaseline)
        if case .predicted = decision { past.recent.remember(event.features, at: offset) }
        return Acceptance(
            kind: event.kind, id: event.id.text, decision: decision, isRepeated: false, offset: offset,
            version: state.version, values: Array(values), isBaseline: decision.hasAnswer && state.answerIsBaseline,
            classes: decision.hasAnswer ? classNames : [])
    }

    /// The reply that the first of equal requests got.
    private func repeated(_ offset: Int, _ request: Event) throws -> Acceptance {
        if offset >= builder.firstOffset { try flush() }
        let (event, answer, _, version) = try past.event(at: offset)
        // A label is known by its prediction's entry: what is repeated is the label, the entry names the question.
        let isQuestion = request.kind == .prediction || request.kind == .example
        return Acceptance(
            kind: request.kind, id: request.id.text,
            decision: isQuestion ? answer.decision : (event.kind == .label ? answer.decision : .learned),
            isRepeated: true, offset: offset, version: version, values: isQuestion ? answer.values : [],
            isBaseline: answer.isBaseline, classes: isQuestion ? classNames : [])
    }

    private var classNames: [String] {
        state.contract.target.task == .regression ? [] : state.classNames
    }

    // MARK: Adopting

    /// Puts a learned state in the place of the present one, after amendments that it was derived under.
    ///
    /// The amendments and the adoption are one block, committed with the snapshot of what was adopted: all of it has
    /// happened, or nothing.
    ///
    /// - Parameters:
    ///   - derived: the learned state of the recipe.
    ///   - forgetting: takes payloads out of the log, in the same transaction.
    /// - Returns: the acceptance of the adoption.
    /// - Throws: a `Refusal` where the present contract cannot feed its models; nothing has changed then.
    func adopt(
        _ recipe: Adoption.Recipe, _ derived: LearnedState, after amendments: [Amendment] = [],
        forgetting: Forgetting? = nil
    ) throws -> Acceptance {
        try flush()
        let before = state
        let contract = state.contract
        builder = BlockBuilder(
            contract: contract, version: state.offset + amendments.count, firstOffset: state.offset)
        for amendment in amendments {
            let event = Event(
                .amended, time: state.ledger.time, features: FeatureRow(contract.layout), amendment: amendment)
            let decision = try state.apply(event, past: &past)
            if case .refused(let refusal) = decision { throw undo(to: before, refusal) }
            _ = record(event, decision)
        }
        let event = Event(
            .adopted, time: state.ledger.time, features: FeatureRow(contract.layout),
            adoption: Adoption(recipe, giving: derived))
        let decision = try state.apply(event, past: &past, derived: derived)
        if case .refused(let refusal) = decision { throw undo(to: before, refusal) }
        past.adopt(state.contract)
        let acceptance = record(event, decision)
        try commit(snapshot: state.snapshot(.adoption, restoredOffset: recipe.restoredOffset), forgetting)
        builder = BlockBuilder(contract: state.contract, version: state.version, firstOffset: state.offset)
        return acceptance
    }

    private func undo(to before: ApplicationState, _ refusal: Refusal) -> Refusal {
        state = before
        builder = BlockBuilder(contract: state.contract, version: state.version, firstOffset: state.offset)
        return refusal
    }

    // MARK: Committing

    /// When a relaxed block must be on its way to the disk.
    var flushDeadline: Date? {
        builder.isEmpty ? nil : builderBegan.addingTimeInterval(Writer.flushInterval)
    }

    /// Hands the block on to the committer where its time has come.
    func commitIfDue() throws {
        guard let flushDeadline, Date() >= flushDeadline || builder.count >= Writer.batchEventsMax else { return }
        snapshots.pausing { committer.append(seal(), nil, to: log) }
        considerSnapshot()
    }

    /// Commits the block being filled.
    func commit() throws {
        guard !builder.isEmpty else { return }
        try snapshots.pausing { try log.append(seal(), snapshot: nil) }
        considerSnapshot()
    }

    private func commit(snapshot: Snapshot, _ forgetting: Forgetting?) throws {
        let block = seal()
        if let forgetting {
            snapshots.discard()
            // What is being packed may be what is to go.
            try compactor.excluded { try forgetting.run(on: log, appending: block, snapshot) }
            // What was read before may be forgotten.
            past = LogPast(log, layout: state.contract.layout)
            past.reader.know(state.contract)
        } else {
            try log.append(block, snapshot: snapshot)
        }
        snapshots.stored(snapshot)
    }

    /// Returns when everything applied is on the disk.
    func flush() throws {
        committer.wait()
        if let failure = committer.failure { throw LogFailure(.outcomeUnknown, failure) }
        try commit()
    }

    /// Ends cleanly, with a snapshot of where it stands: the next start has nothing to fold.
    func stop() throws {
        defer { compactor.finish() }
        try flush()
        // What is being stored is waited for; what is still being encoded comes to nothing.
        compactor.stop()
        guard snapshots.isBehind(state.offset) else { return }
        let snapshot = state.snapshot(.stop)
        try log.save(snapshot, dropping: Compaction.stale(among: try log.snapshots(), before: snapshot))
    }

    private func seal() -> Block {
        let payload = builder.payload()
        let block = Block(
            firstOffset: builder.firstOffset, count: builder.count, firstTime: builder.firstTime,
            lastTime: builder.lastTime, payload: payload)
        builder.begin(at: builder.endOffset)
        committed = (committed.events + block.count, committed.bytes + payload.count)
        return block
    }

    private func considerSnapshot() {
        // What an event takes is not known of those that others have committed, and packed since.
        snapshots.consider(state, bytesPerEvent: Double(committed.bytes) / Double(max(1, committed.events)))
    }
}

extension Adoption.Recipe {
    fileprivate var restoredOffset: Int? {
        if case .restore(let offset) = self { offset } else { nil }
    }
}
