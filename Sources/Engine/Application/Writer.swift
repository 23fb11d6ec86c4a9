import Determinism
import EventLog
import Foundation
import ModelLifecycle
import Synchronization

/// The one writer of an application: takes what the queue holds as a batch, applies it, commits it, answers.
///
/// *Durable*: a batch's answers leave after its commit, and no other batch is applied before. *Relaxed*: answers leave
/// at once, and a committer writes behind, within 5 ms. When a commit fails, the state in memory is thrown away,
/// requests are answered *outcome unknown*, and the application recovers from the disk before it serves again.
///
/// Runs on a thread of its own. Where no answer has to wait for the disk, a request may also be carried out by the
/// thread that brings it, which saves two changes of threads; so may a look at the state. Whoever holds the *turn* is
/// the one writer. `Turn.swift` says what is done in a turn, and in which order.
final class Writer: @unchecked Sendable {
    /// Guards everything below that changes, but for what is published.
    private let turn = NSLock()
    /// Events in a block, so that it stays small enough to be read back for one of them.
    static let batchEventsMax = 4_096
    /// Events of a request that the thread that brings it may carry out itself.
    static let atOnceEventsMax = 8
    /// How far ahead of the server's clock a claimed time may be.
    static let claimAheadMicroseconds: Int64 = 5 * 60 * 1_000_000
    static let flushNanoseconds: Int64 = 5_000_000
    private static let recoveryNanoseconds: Int64 = 250_000_000

    let spec: Spec
    /// Snapshots that were passed over when it began.
    let damage: [SnapshotDamage]
    let queue: JobQueue
    let snapshots: SnapshotNotes
    let names = PublishedNames()
    private let store: StoreAccess
    private let clock: ServerClock
    private let tell: @Sendable (String) -> Void
    var serving: Serving?
    /// Why nothing is serving.
    private(set) var failure = ""
    private var nextRecovery: Moment?
    private var clockGuard: ClockGuard
    private var digestBudget: DigestBudget
    /// Of a relaxed application: why answers that had left may be lost, until something is on the disk again.
    private var loss: String?
    /// What any thread may read: the log being served, or why there is none.
    private let published: Mutex<Result<StoreAccess.Store, Unavailable>>

    init(
        spec: Spec?, store: StoreAccess, queue: JobQueue, clock: ServerClock, snapshots: SnapshotNotes,
        tell: @escaping @Sendable (String) -> Void
    ) throws {
        (self.store, self.queue, self.clock, self.snapshots) = (store, queue, clock, snapshots)
        self.tell = tell
        let log = try store.open()
        do {
            let now = clock.moment()
            let context = Serving.Context(
                clockGuard: ClockGuard(continuing: nil, at: now), digestBudget: DigestBudget(at: now),
                wake: { queue.wake() }, tell: tell, names: names)
            let serving = try Serving(log, adopting: spec, at: now, context, snapshots)
            serving.clockGuard = ClockGuard(
                continuing: clock.trust == .bounded ? try serving.timeRead() : nil, at: now)
            self.spec = serving.state.spec
            (clockGuard, digestBudget, damage) = (serving.clockGuard, serving.digestBudget, serving.damage)
            self.serving = serving
            published = Mutex(.success(log))
        } catch {
            try? store.close(log)
            throw error
        }
        queue.setCapacity(self.spec.limits.queuedEvents)
    }

    func run() {
        var pause: Int64?
        while queue.wait(nanoseconds: pause) {
            pause = turn.withLock {
                takeTurn()
                let deadline = serving.map(\.flushDeadline) ?? nextRecovery
                return deadline.map { max(0, $0 - clock.moment()) }
            }
        }
        let failure = turn.withLock { finish() }
        queue.end(failure)
    }

    /// Applies events at once, on the asking thread, where that needs no waiting: the application is relaxed, nobody
    /// else is writing, nothing is queued, and they are few.
    /// - Returns: nil where the events must be queued.
    func applyAtOnce(_ events: [Event]) -> Result<[Reply], Unavailable>? {
        guard spec.durability == .relaxed, events.count <= Self.atOnceEventsMax, queue.isIdle, turn.try() else {
            return nil
        }
        defer { turn.unlock() }
        guard let serving, serving.committer.isReady else { return nil }
        let wasEmpty = serving.flushDeadline == nil
        let reading = clock.read()
        var result: Result<[Reply], Unavailable>
        do {
            result = try replies(to: events, serving, reading)
            try serving.commitIfDue(at: reading.moment)
        } catch {
            fail(error)
            return .failure(.outcomeUnknown(failure))
        }
        // The thread must learn that there is something to be flushed.
        if wasEmpty, serving.flushDeadline != nil { queue.wake() }
        return result
    }

    /// Looks at what is serving at once, on the asking thread, where nobody is writing and nothing is queued.
    /// - Returns: nil where the look must be queued.
    func lookAtOnce<T>(_ body: (Serving, Reading) -> T) -> T? {
        guard queue.isIdle, turn.try() else { return nil }
        defer { turn.unlock() }
        guard let serving, serving.committer.failure == nil else { return nil }
        return body(serving, clock.read())
    }

    private func replies(
        to events: [Event], _ serving: Serving, _ reading: Reading
    ) throws -> Result<[Reply], Unavailable> {
        if let refusal = serving.refusal(ofAll: events, reading) { return .failure(refusal) }
        var replies: [Reply] = []
        replies.reserveCapacity(events.count)
        do {
            for event in events { replies.append(try serving.reply(to: event, reading)) }
        } catch let error as PastEventMissing {
            // Only what refers to the lost event is concerned; the state is as it was before it.
            return .failure(.outcomeUnknown(error.description))
        }
        return .success(replies)
    }

    private func takeTurn() {
        if let failed = serving?.committer.failure { fail(failed) }
        if serving == nil { recover() }
        guard let serving else {
            for job in queue.take(where: { _ in true }) { job.fail(.recovering(failure)) }
            return
        }
        var turn = Turn(queue, serving, clock)
        do {
            try turn.run()
        } catch {
            fail(error)
            for job in turn.unanswered { job.fail(.outcomeUnknown(failure)) }
        }
    }

    // MARK: What other threads may ask

    /// The log being served. Reading it needs no turn; what was answered `relaxed` a moment ago may not be in it yet.
    func log() throws(Unavailable) -> StoreAccess.Store {
        try published.withLock { $0 }.get()
    }

    // MARK: Failing and recovering

    /// Throws away the state in memory. What has been begun gets no other answer than that its outcome is unknown.
    private func fail(_ error: any Error) {
        let reason = "\(error)"
        let isSuperseded = (error as? LogFailure)?.kind == .superseded
        failure = reason
        published.withLock { $0 = .failure(.recovering(reason)) }
        if let serving {
            let isRelaxed = serving.state.spec.durability == .relaxed
            tell(
                (isSuperseded ? "another writer has the log: " : "a commit failed: ") + reason + "\n  "
                    + (isRelaxed ? "What was answered in the last milliseconds may be lost. " : "")
                    + "It is served again from what \(isSuperseded ? "the log holds now" : "is on the disk").")
            if isRelaxed { loss = reason }
            (clockGuard, digestBudget) = (serving.clockGuard, serving.digestBudget)
            serving.committer.wait()
            serving.compactor.stop()
            // It failed already: what closing it says adds nothing.
            try? store.close(serving.log)
        }
        serving = nil
        nextRecovery = clock.moment()
        for job in queue.take(where: \.hasBegun) { job.fail(.outcomeUnknown(reason)) }
    }

    private func recover() {
        let now = clock.moment()
        if let nextRecovery, now < nextRecovery { return }
        do {
            let log = try store.open()
            do {
                let context = Serving.Context(
                    clockGuard: clockGuard, digestBudget: digestBudget, wake: { [queue] in queue.wake() }, tell: tell,
                    names: names)
                serving = try Serving(log, adopting: nil, at: now, context, snapshots)
            } catch {
                try? store.close(log)
                throw error
            }
            published.withLock { $0 = .success(log) }
            nextRecovery = nil
        } catch {
            failure = "\(error)"
            published.withLock { [failure] in $0 = .failure(.recovering(failure)) }
            nextRecovery = clock.moment() + Self.recoveryNanoseconds
        }
    }

    /// - Returns: what could not be done: events that were answered and may be lost, a snapshot, the closing.
    private func finish() -> LogFailure? {
        guard let serving else {
            return LogFailure(.outcomeUnknown, "stopped before it had recovered: \(failure)")
        }
        defer {
            self.serving = nil
            published.withLock { $0 = .failure(.stopping) }
        }
        var failures: [String] = []
        do { try serving.stop() } catch { failures.append("\(error)") }
        if failures.isEmpty, let loss, !serving.hasCommitted {
            failures.append("what was answered before the last failed commit may be lost: \(loss)")
        }
        do { try store.close(serving.log) } catch { failures.append("\(error)") }
        return failures.isEmpty ? nil : LogFailure(.outcomeUnknown, failures.joined(separator: "; "))
    }
}

/// The clocks that a writer goes by, and how far it trusts the one that may be set.
package struct ServerClock: Sendable {
    package let time: @Sendable () -> Timestamp
    package let moment: @Sendable () -> Moment
    package let trust: ClockTrust

    package init(
        time: @escaping @Sendable () -> Timestamp, moment: @escaping @Sendable () -> Moment = { .now() },
        trust: ClockTrust = .bounded
    ) {
        (self.time, self.moment, self.trust) = (time, moment, trust)
    }

    func read() -> Reading { Reading(time: time(), moment: moment()) }
}

/// How far ahead of the log the first reading of the server's clock may be.
public enum ClockTrust: Sendable {
    /// By the longest time that a process may have been down.
    case bounded
    /// By any time: whoever starts it has looked at the clock.
    case acceptFirst
}
