import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// A recovered application in the writer's hands: the state, the log it continues, and the block being filled.
final class Serving {
    let log: StoreAccess.Store
    private var fold: Fold<LogPast>
    let committer: Committer
    let compactor: Compactor
    var clockGuard: ClockGuard
    private(set) var digestBudget: DigestBudget
    let tell: @Sendable (String) -> Void
    private let names: PublishedNames
    /// The digests that were found last.
    private var knownDigests: Standing.Digests?
    /// Whether the log says that readings of the server's clock have stamped it.
    var isReadingNoted: Bool
    /// Whether the last reading was refused.
    var isClockRefused = false
    private var builder: BlockBuilder
    /// Blocks that are full, before the one being filled; they are committed with it.
    private var full: [Block] = []
    private let snapshots: SnapshotUpkeep
    /// The log time, in microseconds, at which it is looked again for what is too old.
    var nextRetention = Int64.min
    /// What this process has committed.
    private var committed = (events: 0, bytes: 0)
    private var builderBegan: Moment
    /// Snapshots that were passed over on the way here.
    let damage: [SnapshotDamage]

    /// What outlives a recovery, and what is told of.
    struct Context {
        let clockGuard: ClockGuard
        let digestBudget: DigestBudget
        /// Lets the writer look at what has failed behind its back.
        let wake: @Sendable () -> Void
        let tell: @Sendable (String) -> Void
        let names: PublishedNames
    }

    /// Recovers: newest snapshot, then the events after it. Adopts a spec where the log's is another.
    /// - Parameter notes: are told what that took.
    init(
        _ log: StoreAccess.Store, adopting spec: Spec?, at now: Moment, _ context: Context, _ notes: SnapshotNotes
    ) throws {
        self.log = log
        (clockGuard, digestBudget) = (context.clockGuard, context.digestBudget)
        (tell, names) = (context.tell, context.names)
        builderBegan = now
        // Asked before anything is folded: what others append after it is not folded, and no block follows it then.
        let tip = try log.lastKnownTip()
        committer = Committer(log, after: tip, whenFailed: context.wake)
        compactor = Compactor(log, tell: context.tell, notes)
        isReadingNoted = try log.firstReading() != nil
        let (replay, snapshotOffset, policy, contradictions) = try Self.recover(log, to: tip.endOffset, notes.cost)
        damage = replay.damage + contradictions
        snapshots = SnapshotUpkeep(
            policy, recoveredEvents: replay.offset - snapshotOffset, compactor, committer, notes)
        guard let recovered = replay.state ?? spec.map({ ApplicationState(beginning: $0) }) else {
            throw LogFailure(.damaged, "the log is empty", hint: "name a spec: `headrace up SPEC`")
        }
        fold = Fold(recovered, LogPast(log, under: recovered.contract))
        builder = BlockBuilder(
            contract: recovered.contract, version: recovered.version, firstOffset: recovered.offset)
        try takeOverNames()
        names.publish(state.names)
        // What it says is found without looking at the state, where nothing was folded after it.
        if snapshotOffset > 0, snapshotOffset == state.offset, contradictions.isEmpty {
            knownDigests = try log.snapshots().last { $0.offset == snapshotOffset }.map(Standing.Digests.init)
        }
        if let spec {
            let models = state.spec.settings.models + state.learned.settings.models
            let goingOn = replay.state == nil ? spec : spec.goingOn(from: models)
            if goingOn != spec {
                tell(
                    "models go on with the defaults that they began with, which are others now: `headrace status "
                        + "--spec` shows them; name the new ones in the spec to have them, untrained")
            }
            if replay.state == nil || state.spec != goingOn {
                _ = try adopt(.spec(goingOn), state.successor(under: goingOn))
            }
        }
        // What came after the newest snapshot was folded by this program's arithmetic: where that is another than
        // answered then, it is said from where on.
        if state.revisionOfOthers != nil {
            _ = try adopt(.upgrade(from: snapshotOffset), state.learned)
        }
        // What took long to fold is never folded again.
        snapshots.consider(state, bytesPerEvent: 0)
        compactor.prune(state)
        retainIfDue()
    }

    var state: ApplicationState { fold.state }

    /// The names that a store of format 2 kept in a table become events, once.
    private func takeOverNames() throws {
        for (name, offset) in try log.formerNames() {
            var naming = Event(
                .named(Naming(name, offset: max(0, offset))), time: state.ledger.time,
                features: FeatureRow(state.contract.layout))
            if offset >= 0 { try fold.step(&naming) }
            if offset >= 0, case .noted = fold.outcome.decision {
                _ = record(naming, builderBegan)
            } else {
                tell("the name '\(name)' is given up: it stands for @\(offset), or there are too many")
            }
        }
        guard !builder.isEmpty else { return }
        let blocks = sealed()
        try committer.commit { tip throws(LogFailure) in (try log.appendNames(blocks, after: tip), ()) }
    }

    // MARK: Events

    /// Applies one event that the contract check has let through.
    /// - Throws: `PastEventMissing` where an event it refers to cannot be read; then the state is as before.
    func reply(to request: Event, _ reading: Reading) throws -> Reply {
        var event = request
        if let refused = try stamp(&event, reading) { return refused }
        try apply(event)
        switch fold.outcome.decision {
        case .refused(let refusal): return .refused(refusal)
        case .repeated(let offset): return .accepted(try repeated(offset, event))
        default: return .accepted(record(event, reading.moment))
        }
    }

    private func apply(_ event: Event) throws {
        // The block is given the event, too: the fold takes over a row that both share.
        var event = event
        try lookingBack { try snapshots.applying { try fold.step(&event) } }
    }

    /// Does what reads events of the past; those of the block being filled are read from there, because committing it
    /// now would cut the request in two, of which a crash could leave one.
    private func lookingBack<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let missing as PastEventMissing {
            if let block = full.first(where: { missing.offset < $0.endOffset }), block.firstOffset <= missing.offset {
                try fold.past.reader.show(block.payload, from: block.firstOffset, count: block.count)
            } else {
                try fold.past.reader.show(builder.payload(), from: builder.firstOffset, count: builder.count)
            }
        }
        do {
            return try body()
        } catch is PastEventMissing {
            // It may be in one that is on its way to the disk.
            try flush()
            return try body()
        }
    }

    /// Puts the event of the last step into the block, with what came of it.
    private func record(_ event: Event, _ now: Moment) -> Acceptance {
        let (offset, outcome) = (state.offset - 1, fold.outcome)
        let decision = outcome.decision
        if builder.isEmpty { builderBegan = now }
        let values = decision.hasAnswer ? outcome.answer : []
        let isBaseline = decision.hasAnswer && outcome.answerIsBaseline
        func put() {
            builder.append(
                event, time: state.ledger.time, decision: decision, values: values, isBaseline: isBaseline,
                notices: outcome.notices)
        }
        put()
        if builder.byteCountMax > LogLimit.blockBytesMax, builder.count > 1 {
            // One too many: the block ends before it.
            builder.removeLast()
            full.append(seal())
            put()
        }
        if case .named = event.payload { names.publish(state.names) }
        return Acceptance(
            kind: event.kind.told(decision), id: event.id.text, decision: decision, isRepeated: false, offset: offset,
            version: state.version, values: Array(values), isBaseline: isBaseline,
            classes: decision.hasAnswer ? classNames(of: values.count) : [])
    }

    /// The reply to the event at an offset, which said the same before.
    private func repeated(_ offset: Int, _ request: Event) throws -> Acceptance {
        let (event, answer, _, version) = try lookingBack { try fold.past.event(at: offset) }
        let isQuestion = request.kind.isQuestion
        // A label may have come with the features, or by an amendment of many; there is no reply of its own then.
        var decision: Decision = isQuestion || !event.kind.isQuestion ? answer.decision : .learned
        if decision == .amended { decision = .corrected }
        if !isQuestion, answer.decision == .predictedAndSetAside { decision = .setAside }
        return Acceptance(
            kind: isQuestion ? request.kind : Event.Kind.label.told(decision), id: request.id.text,
            decision: decision, isRepeated: true, offset: offset, version: version,
            values: isQuestion ? answer.values : [], isBaseline: answer.isBaseline,
            classes: isQuestion ? classNames(of: answer.values.count) : [])
    }

    /// The classes that an answer of so many values is about. Open ones may have become more since, even by the label
    /// of the very example.
    private func classNames(of count: Int) -> [String] {
        switch state.contract.target.task {
        case .regression: []
        case .binary: state.classNames
        case .multiclass: Array(state.classNames.prefix(count))
        }
    }

    // MARK: Adopting

    /// Puts a learned state in the place of the present one, after events that say under which amendments it was
    /// derived.
    ///
    /// The amendments and the adoption are one append, committed with the snapshot of what was adopted: all of it has
    /// happened, or nothing.
    ///
    /// - Parameters:
    ///   - derived: the learned state of the recipe.
    ///   - forgetting: takes payloads out of the log, in the same transaction.
    /// - Returns: what is serving now, and what was before.
    /// - Throws: a `Refusal` where the present contract cannot feed its models; nothing has changed then.
    func adopt(
        _ recipe: Adoption.Recipe, _ derived: LearnedState,
        after amendments: [(payload: Event.Payload, time: Timestamp)] = [], forgetting: Forgetting? = nil
    ) throws -> GoneLive {
        try flush()
        let before = state
        let contract = state.contract
        builder = BlockBuilder(
            contract: contract, version: state.offset + amendments.count, firstOffset: state.offset)
        for (payload, time) in amendments {
            var event = Event(payload, time: time, features: FeatureRow(contract.layout))
            try fold.step(&event)
            if case .refused(let refusal) = fold.outcome.decision { throw undo(to: before, refusal) }
            _ = record(event, builderBegan)
        }
        let derived = state.keepingRoles(derived, recipe)
        var event = Event(
            .adopted(Adoption(recipe, giving: derived)), time: state.ledger.time, features: FeatureRow(contract.layout))
        try fold.step(&event, derived: derived)
        if case .refused(let refusal) = fold.outcome.decision { throw undo(to: before, refusal) }
        let acceptance = record(event, builderBegan)
        let snapshot = state.snapshot(.adoption, restoredOffset: recipe.restoredOffset)
        let heads = try commit(snapshot: snapshot, forgetting)
        compactor.prune(state)
        builder = BlockBuilder(contract: state.contract, version: state.version, firstOffset: state.offset)
        return GoneLive(
            offset: acceptance.offset, stateDigest: snapshot.stateDigest, before: ModelsShown(before.learned),
            after: ModelsShown(state.learned), heads: heads,
            openCount: amendments.compactMap(\.payload.amendment).reduce(0) { count, amendment in
                count + before.openQuestions(touchedBy: amendment)
            })
    }

    private func undo(to before: ApplicationState, _ refusal: Refusal) -> Refusal {
        fold.undo(to: before)
        builder = BlockBuilder(contract: state.contract, version: state.version, firstOffset: state.offset)
        full = []
        return refusal
    }

    // MARK: Committing

    /// When a relaxed block must be on its way to the disk.
    var flushDeadline: Moment? {
        builder.isEmpty ? nil : builderBegan + Writer.flushNanoseconds
    }

    /// Events that the next commit will hold.
    var blockCount: Int { builder.endOffset - (full.first?.firstOffset ?? builder.firstOffset) }

    /// Whether anything has been put on the disk since it was recovered; to be asked when all is flushed.
    var hasCommitted: Bool { committed.events > 0 }

    /// Hands the block on to the committer where its time has come.
    func commitIfDue(at now: Moment) throws {
        guard let flushDeadline, now >= flushDeadline || blockCount >= Writer.batchEventsMax else { return }
        snapshots.pausing { committer.append(sealed()) }
        considerSnapshot()
    }

    /// Commits what has been applied, in one append.
    func commit() throws {
        guard !builder.isEmpty else { return }
        try snapshots.pausing { try committer.commit(sealed()) }
        considerSnapshot()
    }

    private func commit(snapshot: Snapshot, _ forgetting: Forgetting?) throws -> Heads? {
        let blocks = sealed()
        defer {
            snapshots.stored(snapshot)
            knownDigests = Standing.Digests(snapshot)
        }
        if let forgetting {
            snapshots.discard()
            // What is being packed may be what is to go.
            let heads = try compactor.excluded {
                try committer.commit { tip throws(LogFailure) in
                    try forgetting.run(on: log, after: tip, appending: blocks, snapshot)
                }
            }
            // What was read before may be forgotten.
            fold.past = LogPast(log, under: state.contract)
            return heads
        } else {
            try committer.commit { tip throws(LogFailure) in
                (try log.append(blocks, with: snapshot, after: tip), ())
            }
            return nil
        }
    }

    /// Returns when everything applied is on the disk.
    func flush() throws {
        committer.wait()
        if let failure = committer.failure { throw failure }
        try commit()
    }

    /// Ends cleanly, with a snapshot of where it stands: the next start has nothing to fold.
    func stop() throws {
        defer { compactor.finish() }
        try flush()
        // What is being stored is waited for; what is still being encoded comes to nothing.
        compactor.stop()
        // Where a snapshot was damaged, the next start is not to pass over it again.
        guard snapshots.isBehind(state.offset) || !damage.isEmpty else { return }
        let snapshot = state.snapshot(.stop)
        try log.save(snapshot, dropping: compactor.pruning.stale(before: snapshot))
    }

    /// What the next append is: full blocks, and the one being filled.
    private func sealed() -> [Block] {
        defer { full = [] }
        return full + [seal()]
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
        retainIfDue()
        // What an event takes is not known of those that others have committed, and packed since.
        snapshots.consider(state, bytesPerEvent: Double(committed.bytes) / Double(max(1, committed.events)))
    }
}

// MARK: Looking

extension Serving {
    /// What a status shows, in time that does not grow with the state; digests may be those of a moment before.
    func standing(_ reading: Reading) -> Standing {
        if knownDigests?.offset != state.offset, digestBudget.allows(at: reading.moment) || knownDigests == nil {
            let begin = Moment.now()
            knownDigests = Standing.Digests(state)
            digestBudget.spend(Moment.now() - begin, at: reading.moment)
        }
        let jump = clockGuard.jump(reading, logTime: state.ledger.time)
        return Standing(state, knownDigests ?? Standing.Digests(state), alarms: jump.map { [$0.alarm] } ?? [])
    }
}

extension Adoption.Recipe {
    fileprivate var restoredOffset: Int? {
        if case .restore(let offset) = self { offset } else { nil }
    }
}
