import Determinism
import EventLog
import ModelLifecycle

/// A replay that stops at single events, to be looked at before and after.
struct AuditFold {
    private let log: StoreAccess.Store
    private var replay: Replay
    /// The offset of the snapshot that the fold began from first.
    let beginning: Int

    /// Folds up to an offset, from the snapshot before it.
    init(_ log: StoreAccess.Store, to offset: Int) throws {
        self.log = log
        replay = try Replay(log, atOrBefore: offset)
        beginning = replay.offset
        try replay.run(to: offset)
    }

    /// Folds on up to an offset, or from a later snapshot where there is one.
    mutating func run(to offset: Int) throws {
        if let later = try log.snapshots().last(where: { $0.offset <= offset }), later.offset > replay.offset {
            replay = try Replay(log, atOrBefore: offset)
        }
        try replay.run(to: offset)
    }

    /// The state as it is.
    func present() throws -> ApplicationState {
        guard let state = replay.state else {
            throw LogFailure(.damaged, "the log does not begin with a spec", hint: "`headrace verify` says more")
        }
        return state
    }

    /// The state that an event at this time finds: with everything expired that has by then.
    func state(at time: Timestamp) throws -> ApplicationState {
        var state = try present()
        var past = LogPast(log, under: state.contract)
        try state.letTimePass(to: time, &past)
        return state
    }

    /// Folds the next event. - Returns: its answer.
    mutating func step() throws -> StoredAnswer {
        let offset = replay.offset
        var derived: StoredAnswer?
        try replay.run(to: offset + 1, check: { _, _, outcome in derived = StoredAnswer(copy outcome) })
        guard let derived else {
            throw LogFailure(.damaged, "event \(offset) is not in the log", hint: "`headrace verify` says more")
        }
        return derived
    }
}
