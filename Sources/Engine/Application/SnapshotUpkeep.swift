import Determinism
import EventLog
import Foundation
import ModelLifecycle
import Synchronization

/// Takes the snapshots of a serving application, so that a recovery stays short.
///
/// In the writer's turn the state is only copied, which shares its storage: the events that come next copy what they
/// touch, once. A thread of low priority encodes it, and the compactor stores it, behind the commit of the last event
/// in it. Of those taken for a recovery only the newest stays.
final class SnapshotUpkeep {
    /// One state at a time is encoded, over all applications, so that memory holds no more than one twice.
    private static let encoding = NSLock()

    private var policy: SnapshotPolicy
    private let compactor: Compactor
    private let committer: Committer
    private let notes: SnapshotNotes
    private var pending: PendingSnapshot?
    /// The longest event or commit since the pending one was begun.
    private var pause = Duration.zero

    /// - Parameter policy: knows what the recovery took.
    init(
        _ policy: SnapshotPolicy, recoveredEvents: Int, _ compactor: Compactor, _ committer: Committer,
        _ notes: SnapshotNotes
    ) {
        (self.policy, self.compactor, self.committer, self.notes) = (policy, compactor, committer, notes)
        notes.update { $0.recoveredEvents = recoveredEvents }
    }

    // MARK: Measuring

    /// Applies an event, and measures what that costs.
    @inline(__always)
    func applying<T>(_ body: () throws -> T) rethrows -> T {
        let began = policy.begin()
        defer { policy.end(began) }
        return try pausing(body)
    }

    /// Does what answers wait for; how long it takes is told of the snapshot that is being taken.
    @inline(__always)
    func pausing<T>(_ body: () throws -> T) rethrows -> T {
        guard pending != nil else { return try body() }
        let began = ContinuousClock.now
        defer { pause = max(pause, ContinuousClock.now - began) }
        return try body()
    }

    // MARK: Taking

    /// Begins the snapshot that is due, if one is. Every event of the state has been handed to the log.
    func consider(_ state: ApplicationState, bytesPerEvent: Double) {
        settle()
        let recoveryMax = Self.recoverySeconds(state)
        let due = policy.due(at: state.offset, bytesPerEvent: bytesPerEvent, recoveryMax: recoveryMax)
        notes.update { report in
            (report.recoverySeconds, report.recoverySecondsMax) = (policy.recoverySeconds, recoveryMax)
            (report.offset, report.byteCount) = policy.newest
        }
        if let due, pending == nil { begin(due, state) }
    }

    private static func recoverySeconds(_ state: ApplicationState) -> Double {
        Double(state.spec.recovery.microseconds) / 1e6
    }

    private func begin(_ reason: Snapshot.Reason, _ state: ApplicationState) {
        let pending = PendingSnapshot(mark: policy.mark)
        (self.pending, pause) = (pending, .zero)
        let thread = Thread { [compactor, committer] in
            ThreadPriority.low.apply()
            Self.encoding.withLock {
                guard pending.isWanted else { return pending.end(nil, nil) }
                let snapshot = state.snapshot(reason)
                compactor.store(snapshot, behind: committer, where: { pending.isWanted }) { pending.end(snapshot, $0) }
            }
        }
        thread.name = "headrace snapshot"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Takes note of a snapshot that was begun and has come to its end.
    private func settle() {
        guard let pending, let outcome = pending.outcome else { return }
        self.pending = nil
        let milliseconds = pause / .milliseconds(1)
        switch (outcome.snapshot, outcome.failure) {
        case (let snapshot?, nil):
            policy.took(snapshot, at: pending.mark, seconds: outcome.seconds)
            notes.update { report in
                report.takenCount += 1
                (report.takenSeconds, report.failure) = (outcome.seconds, nil)
                report.pauseMilliseconds = milliseconds
                report.pauseMillisecondsMax = max(report.pauseMillisecondsMax, milliseconds)
            }
        case (_, let failure?):
            policy.failed(at: pending.mark)
            notes.update { $0.failure = failure }
        case (nil, nil): break
        }
    }

    // MARK: Others

    /// The log holds a snapshot of where it stands now, as of an adoption.
    func stored(_ snapshot: Snapshot) {
        discard()
        policy.took(snapshot, at: policy.mark, seconds: 0)
    }

    /// What is being taken is not wanted any more: it may hold what is being forgotten.
    func discard() {
        pending?.discard()
        pending = nil
    }

    /// Whether the next start would have something to fold.
    /// - Parameter offset: where the state stands; nothing is being taken any more.
    func isBehind(_ offset: Int) -> Bool {
        settle()
        return policy.newest.offset != offset
    }
}

/// A snapshot on its way to the log.
private final class PendingSnapshot: Sendable {
    struct Outcome {
        let snapshot: Snapshot?
        let failure: String?
        let seconds: Double
    }

    let mark: SnapshotPolicy.Mark
    private let began = ContinuousClock.now
    private let discarded = Atomic(false)
    private let ended = Mutex<Outcome?>(nil)

    init(mark: SnapshotPolicy.Mark) {
        self.mark = mark
    }

    var isWanted: Bool { !discarded.load(ordering: .relaxed) }
    /// Nil while it is on its way.
    var outcome: Outcome? { ended.withLock { $0 } }

    func discard() { discarded.store(true, ordering: .relaxed) }

    /// - Parameters:
    ///   - snapshot: nil where it was given up.
    ///   - failure: why it could not be stored.
    func end(_ snapshot: Snapshot?, _ failure: String?) {
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        ended.withLock { $0 = Outcome(snapshot: snapshot, failure: failure, seconds: seconds) }
    }
}
