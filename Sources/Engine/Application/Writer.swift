import Determinism
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning

/// The one writer of an application: takes what the queue holds as a batch, applies it, commits it, answers.
///
/// *Durable*: a batch's answers leave after its commit, and no other batch is applied before. *Relaxed*: answers leave
/// at once, and a committer writes behind, within 5 ms. When a commit fails, the state in memory is thrown away,
/// requests are answered *outcome unknown*, and the application recovers from the disk before it serves again.
///
/// Runs on a thread of its own. Where no answer has to wait for the disk, a request may also be carried out by the
/// thread that brings it, which saves two changes of threads: whoever holds the *turn* is the one writer.
final class Writer: @unchecked Sendable {
    /// Guards everything below that changes.
    private let turn = NSLock()
    /// Events in a batch, so that a block stays small enough to be read back for one of them.
    static let batchEventsMax = 4_096
    /// How far ahead of the server's clock a claimed time may be.
    static let claimAheadMicroseconds: Int64 = 5 * 60 * 1_000_000
    static let flushInterval = 0.005
    private static let recoveryInterval = 0.25

    let spec: Spec
    let snapshots: SnapshotNotes
    private let store: StoreAccess
    private let queue: JobQueue
    private let clock: @Sendable () -> Timestamp
    private var serving: Serving?
    private var failure = ""
    private var nextRecovery = Date.distantPast

    init(
        spec: Spec?, store: StoreAccess, queue: JobQueue, clock: @escaping @Sendable () -> Timestamp,
        snapshots: SnapshotNotes
    ) throws {
        self.snapshots = snapshots
        (self.store, self.queue, self.clock) = (store, queue, clock)
        let log = try store.open()
        do {
            let serving = try Serving(log, adopting: spec, snapshots)
            self.spec = serving.state.spec
            self.serving = serving
        } catch {
            try? store.close(log)
            throw error
        }
        queue.setCapacity(self.spec.limits.queuedEvents)
    }

    func run() {
        var deadline: Date?
        while let jobs = queue.take(upTo: Self.batchEventsMax, until: deadline) {
            deadline = turn.withLock {
                if let failed = serving?.committer.failure { fail(failed) }
                if serving == nil { recover() }
                if serving == nil {
                    for job in jobs { job.fail(.recovering(failure)) }
                } else {
                    process(jobs)
                }
                return serving?.flushDeadline
            }
        }
        turn.withLock { finish() }
        queue.finish()
    }

    /// Applies events at once, on the asking thread, where that needs no waiting: the application is relaxed, nobody
    /// else is writing and nothing is queued.
    /// - Returns: nil where the events must be queued.
    func applyAtOnce(_ events: [Event]) -> Result<[Reply], Unavailable>? {
        guard spec.durability == .relaxed, queue.isIdle, turn.try() else { return nil }
        defer { turn.unlock() }
        guard let serving, serving.committer.isReady else { return nil }
        var result: Result<[Reply], Unavailable> = .success([])
        let wasEmpty = serving.flushDeadline == nil
        do {
            _ = try replies(to: events) { result = $0 }()
            try serving.commitIfDue()
        } catch {
            fail("\(error)")
            return .failure(.outcomeUnknown(failure))
        }
        // The thread must learn that there is something to be flushed.
        if wasEmpty, serving.flushDeadline != nil { queue.wake() }
        return result
    }

    // MARK: Batches

    private func process(_ jobs: [Job]) {
        var answers: [() -> Void] = []
        var unanswered: [Job] = []
        do {
            for job in jobs {
                unanswered.append(job)
                answers.append(try answer(job))
            }
            if serving?.state.spec.durability == .durable {
                try serving?.commit()
            } else {
                try serving?.commitIfDue()
            }
            for answer in answers { answer() }
        } catch {
            fail("\(error)")
            let reason = failure
            for job in unanswered { job.fail(.outcomeUnknown(reason)) }
            for job in jobs[unanswered.count...] { job.fail(.recovering(reason)) }
        }
    }

    /// Does a job and returns what tells the asker, to be called once it may be told.
    private func answer(_ job: Job) throws -> () -> Void {
        switch job.work {
        case .events(let events, let done): return try replies(to: events, done)
        case .inspect(let done):
            let state = serving!.state
            return { done(.success(state)) }
        case .flush(let done):
            try serving!.flush()
            let log = serving!.log
            return { done(.success(log)) }
        case .adopt(let adopt, let done):
            let result: Result<Acceptance, any Error>
            do {
                try serving!.flush()
                result = .success(try adopt(serving!))
            } catch let overtaken as Overtaken {
                result = .failure(overtaken)
            } catch let notDerived as NotDerived {
                result = .failure(notDerived.reason)
            } catch let refusal as Refusal {
                result = .failure(refusal)
            }
            return { done(result) }
        }
    }

    private func replies(
        to events: [Event], _ done: @escaping (Result<[Reply], Unavailable>) -> Void
    ) throws -> () -> Void {
        var replies: [Reply] = []
        replies.reserveCapacity(events.count)
        do {
            let now = clock()
            for event in events { replies.append(try serving!.reply(to: event, now: now)) }
        } catch let error as PastEventMissing {
            // Only what refers to the lost event is concerned; the state is as it was before it.
            return { done(.failure(.outcomeUnknown(error.description))) }
        }
        let result = replies
        return { done(.success(result)) }
    }

    // MARK: Failing and recovering

    private func fail(_ reason: String) {
        failure = reason
        if let serving {
            serving.committer.wait()
            serving.compactor.stop()
            try? store.close(serving.log)
        }
        serving = nil
        nextRecovery = .distantPast
    }

    private func recover() {
        guard Date() >= nextRecovery else { return }
        do {
            let log = try store.open()
            do {
                serving = try Serving(log, adopting: nil, snapshots)
            } catch {
                try? store.close(log)
                throw error
            }
        } catch {
            failure = "\(error)"
            nextRecovery = Date(timeIntervalSinceNow: Self.recoveryInterval)
        }
    }

    private func finish() {
        guard let serving else { return }
        do {
            try serving.stop()
            try store.close(serving.log)
        } catch {
            failure = "\(error)"
        }
        self.serving = nil
    }
}
