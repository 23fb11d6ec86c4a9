import Determinism
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning

/// A recovered application in the writer's hands: the state, the log it continues, and the block being filled.
final class Serving {
    /// The log grows by this many times the last snapshot's size before the next is taken, and by at least so much.
    static let snapshotGrowth = 120
    static let snapshotGrowthBytesMin = 1 << 20

    let log: StoreAccess.Store
    private(set) var state: ApplicationState
    let committer = Committer()
    let compactor: Compactor
    private var past: LogPast
    private var builder: BlockBuilder
    private var hasNewEvents = false
    private var lastSnapshotBytes = 0
    /// The offset of the newest snapshot that stays: those of clean stops give way to the next.
    private var keptSnapshotOffset = 0
    /// What this process has committed.
    private var committed = (events: 0, bytes: 0)
    private var builderBegan = Date.distantPast
    /// Snapshots that were passed over on the way here.
    let damage: [SnapshotDamage]

    /// Recovers: newest snapshot, then the events after it. Adopts a spec where the log's is another.
    init(_ log: StoreAccess.Store, adopting spec: Spec?) throws {
        self.log = log
        compactor = Compactor(log)
        var replay = try Replay(log)
        let snapshotOffset = replay.offset
        try replay.run()
        damage = replay.damage
        // The next start is not to pass over them again.
        hasNewEvents = !damage.isEmpty
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
        lastSnapshotBytes = snapshotOffset == 0
            ? 0 : try log.snapshot(atOrBefore: snapshotOffset)?.payload.count ?? 0
        keptSnapshotOffset = try log.snapshots().last { $0.reason != .stop }?.offset ?? 0
        if let spec, replay.state == nil || state.spec != spec {
            _ = try adopt(.spec(spec), state.successor(under: spec))
        }
        // What came after the newest snapshot was folded by this program's arithmetic: where that is another than
        // answered then, it is said from where on.
        if state.revisionOfOthers != nil {
            _ = try adopt(.upgrade(from: snapshotOffset), state.learned)
        }
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
        } else if let refusal = Self.refusal(ofClaimed: event.time, now) {
            return refusal
        }
        if event.id.isEmpty {
            event.id = EventID("auto-\(state.offset)")
        }
        return nil
    }

    /// Why a claimed time is not taken, if it is not.
    static func refusal(ofClaimed time: Timestamp, _ now: Timestamp) -> Refusal? {
        guard time.microseconds > now.microseconds &+ Writer.claimAheadMicroseconds else { return nil }
        return Refusal(
            .wrongTime, "the time \(time) is more than 5 minutes ahead of this server's clock, \(now)",
            hint: "events are stamped when they happen; check the client's clock")
    }

    private func apply(_ event: Event) throws -> Decision {
        do {
            return try state.apply(event, past: &past)
        } catch {
            // What it refers to may be in a block that is not written yet.
            guard !builder.isEmpty else { throw error }
            try flush()
            return try state.apply(event, past: &past)
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

    /// The reply to the event at an offset, which said the same before.
    private func repeated(_ offset: Int, _ request: Event) throws -> Acceptance {
        if offset >= builder.firstOffset { try flush() }
        let (event, answer, _, version) = try past.event(at: offset)
        let isQuestion = request.kind.isQuestion
        // A label may have come with the features, or by an amendment of many; there is no reply of its own then.
        let decision: Decision = isQuestion || !event.kind.isQuestion ? answer.decision : .learned
        return Acceptance(
            kind: isQuestion || event.kind.isQuestion ? request.kind : event.kind, id: request.id.text,
            decision: decision == .amended ? .corrected : decision, isRepeated: true, offset: offset, version: version,
            values: isQuestion ? answer.values : [], isBaseline: answer.isBaseline,
            classes: isQuestion ? classNames : [])
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
        let (block, snapshot) = seal()
        committer.append(block, snapshot, to: log)
        if snapshot != nil { compactor.wake() }
    }

    /// Commits the block being filled, with the snapshot that is due.
    func commit() throws {
        guard !builder.isEmpty else { return }
        let (block, snapshot) = seal()
        try log.append(block, snapshot: snapshot)
        if snapshot != nil { compactor.wake() }
    }

    private func commit(snapshot: Snapshot, _ forgetting: Forgetting?) throws {
        let (block, _) = seal(withSnapshot: false)
        if let forgetting {
            // What is being packed may be what is to go.
            try compactor.excluded { try forgetting.run(on: log, appending: block, snapshot) }
            // What was read before may be forgotten.
            past = LogPast(log, layout: state.contract.layout)
            past.reader.know(state.contract)
        } else {
            try log.append(block, snapshot: snapshot)
        }
        note(snapshot)
    }

    /// Returns when everything applied is on the disk.
    func flush() throws {
        committer.wait()
        if let failure = committer.failure { throw LogFailure(.outcomeUnknown, failure) }
        try commit()
    }

    /// Ends cleanly, with a snapshot of where it stands.
    func stop() throws {
        defer { compactor.finish() }
        try flush()
        guard hasNewEvents else { return }
        try log.save(state.snapshot(.stop))
    }

    private func seal(withSnapshot: Bool = true) -> (Block, Snapshot?) {
        let payload = builder.payload()
        let block = Block(
            firstOffset: builder.firstOffset, count: builder.count, firstTime: builder.firstTime,
            lastTime: builder.lastTime, payload: payload)
        builder.begin(at: builder.endOffset)
        hasNewEvents = true
        committed = (committed.events + block.count, committed.bytes + payload.count)
        // What an event takes is not known of those that others have committed, and packed since.
        let bytesPerEvent = Double(committed.bytes) / Double(committed.events)
        let growth = Double(block.endOffset - keptSnapshotOffset) * bytesPerEvent
        let due = max(Self.snapshotGrowth * lastSnapshotBytes, Self.snapshotGrowthBytesMin)
        guard withSnapshot, growth >= Double(due) else { return (block, nil) }
        let snapshot = state.snapshot(.growth)
        note(snapshot)
        return (block, snapshot)
    }

    private func note(_ snapshot: Snapshot) {
        (lastSnapshotBytes, keptSnapshotOffset, hasNewEvents) = (snapshot.payload.count, snapshot.offset, false)
    }
}

extension Adoption.Recipe {
    fileprivate var restoredOffset: Int? {
        if case .restore(let offset) = self { offset } else { nil }
    }
}
