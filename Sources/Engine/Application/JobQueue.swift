import EventLog
import ModelLifecycle

/// The bounded queue before a writer: ``WaitingLines`` that threads add to and one takes from. What does not fit is
/// refused at once.
final class JobQueue: @unchecked Sendable {
    // Everything below is guarded by the condition's lock.
    private let condition = MonotonicCondition()
    private var lines = WaitingLines<Job>(eventsMax: Limits.defaultQueuedEvents)
    private var isStopping = false
    private var isWoken = false
    private var whenStopped: [@Sendable (LogFailure?) -> Void] = []
    /// How the writer ended, once it has.
    private var end: LogFailure??

    func setCapacity(_ events: Int) {
        condition.withLock { lines.eventsMax = events }
    }

    /// Queues a job, or says why not.
    func add(_ job: Job) -> Unavailable? {
        condition.withLock {
            if isStopping { return .stopping }
            guard lines.add(job, events: job.eventCount, to: job.line) else {
                return .overloaded(retryAfterSeconds: 1)
            }
            condition.signal()
            return nil
        }
    }

    /// Waits until there are jobs, somebody wakes it, or the time has passed.
    /// - Parameter nanoseconds: how long at most; nil waits without end.
    /// - Returns: false when the queue is stopped and empty.
    func wait(nanoseconds: Int64?) -> Bool {
        condition.withLock {
            while lines.isEmpty {
                if isStopping { return false }
                if isWoken { break }
                if !condition.wait(nanoseconds: nanoseconds) { break }
            }
            isWoken = false
            return true
        }
    }

    /// Takes the job of a line that has waited longest; nil where none waits.
    func next(_ line: Job.Line) -> Job? {
        condition.withLock { lines.next(line) }
    }

    /// Says what became of jobs that were taken.
    /// - Parameters:
    ///   - events: how many were applied, or are given up.
    ///   - divided: jobs that are not done; they go to the end of the line.
    func finish(events: Int, divided: [Job], of line: Job.Line) {
        guard events > 0 || !divided.isEmpty else { return }
        condition.withLock {
            lines.finish(events: events, of: line)
            for job in divided { lines.putBack(job, to: line) }
        }
    }

    /// Takes all jobs that fulfil a condition.
    func take(where fulfils: (Job) -> Bool) -> [Job] {
        condition.withLock {
            let all = lines.takeAll()
            for job in all where !fulfils(job) {
                // What has been applied of it no longer counts.
                let isTaken = lines.add(job, events: job.eventCount - job.replies.count, to: job.line)
                precondition(isTaken, "what waited has no room")
            }
            return all.filter(fulfils)
        }
    }

    /// Whether nothing waits and nobody has asked to stop.
    var isIdle: Bool { condition.withLock { lines.isEmpty && !isStopping } }

    var isEmpty: Bool { condition.withLock { lines.isEmpty } }

    /// Lets the writer look again at what it has to do.
    func wake() {
        condition.withLock {
            isWoken = true
            condition.signal()
        }
    }

    // MARK: Stopping

    /// Takes no more jobs. - Parameter whenDone: is told, once the writer has ended, what it could not do.
    func stop(_ whenDone: @escaping @Sendable (LogFailure?) -> Void) {
        let end: LogFailure?? = condition.withLock {
            isStopping = true
            if self.end == nil { whenStopped.append(whenDone) }
            condition.signal()
            return self.end
        }
        if let end { whenDone(end) }
    }

    /// The writer has ended. - Parameter failure: what it could not do.
    func end(_ failure: LogFailure?) {
        let waiting = condition.withLock {
            end = .some(failure)
            defer { whenStopped = [] }
            return whenStopped
        }
        for done in waiting { done(failure) }
    }
}
