import Foundation
import ModelLifecycle
import OnlineLearning

/// One request to the writer, with the way back.
struct Job: Sendable {
    enum Work: Sendable {
        case events([Event], @Sendable (Result<[Reply], Unavailable>) -> Void)
        case inspect(@Sendable (Result<ApplicationState, Unavailable>) -> Void)
        /// Waits until everything answered is on the disk.
        case flush(@Sendable (Result<StoreAccess.Store, Unavailable>) -> Void)
        /// Does something to what is serving, between two batches, with everything answered on the disk.
        case adopt(@Sendable (Serving) throws -> Acceptance, @Sendable (Result<Acceptance, any Error>) -> Void)
    }

    let eventCount: Int
    let work: Work

    func fail(_ error: Unavailable) {
        switch work {
        case .events(_, let done): done(.failure(error))
        case .inspect(let done): done(.failure(error))
        case .flush(let done): done(.failure(error))
        case .adopt(_, let done): done(.failure(error))
        }
    }
}

/// The bounded queue before a writer. It never grows beyond its capacity: what does not fit is refused at once.
final class JobQueue: @unchecked Sendable {
    // Everything below is guarded by the condition's lock.
    private let condition = NSCondition()
    private var jobs: [Job] = []
    private var eventCount = 0
    private var capacity = Limits.defaultQueuedEvents
    private var isStopping = false
    private var isWoken = false
    private var whenStopped: [@Sendable () -> Void] = []

    func setCapacity(_ events: Int) {
        condition.withLock { capacity = events }
    }

    /// Queues a job, or says why not. A job larger than the whole queue is taken when the queue is empty.
    func add(_ job: Job) -> Unavailable? {
        condition.withLock {
            if isStopping { return .stopping }
            if eventCount + job.eventCount > capacity, eventCount > 0 { return .overloaded(retryAfterSeconds: 1) }
            jobs.append(job)
            eventCount += job.eventCount
            condition.signal()
            return nil
        }
    }

    /// Waits for jobs and takes them all, up to a number of events.
    /// - Parameter deadline: when to return without any.
    /// - Returns: nil when the queue is stopped and empty.
    func take(upTo limit: Int, until deadline: Date?) -> [Job]? {
        condition.withLock {
            while jobs.isEmpty {
                if isStopping { return nil }
                if isWoken {
                    isWoken = false
                    return []
                }
                if let deadline {
                    if !condition.wait(until: deadline) { return [] }
                } else {
                    condition.wait()
                }
            }
            var count = 0
            var events = 0
            while count < jobs.count, count == 0 || events + jobs[count].eventCount <= limit {
                events += jobs[count].eventCount
                count += 1
            }
            eventCount -= events
            guard count < jobs.count else {
                defer { jobs = [] }
                return jobs
            }
            defer { jobs.removeFirst(count) }
            return Array(jobs[..<count])
        }
    }

    /// Whether nothing waits and nobody has asked to stop.
    var isIdle: Bool { condition.withLock { jobs.isEmpty && !isStopping } }

    /// Lets the writer look again at what it has to do.
    func wake() {
        condition.withLock {
            isWoken = true
            condition.signal()
        }
    }

    func stop(_ whenDone: @escaping @Sendable () -> Void) {
        let isDone = condition.withLock {
            isStopping = true
            if finished { return true }
            whenStopped.append(whenDone)
            condition.broadcast()
            return false
        }
        if isDone { whenDone() }
    }

    private var finished = false

    /// The writer has stopped.
    func finish() {
        let waiting = condition.withLock {
            finished = true
            defer { whenStopped = [] }
            return whenStopped
        }
        for done in waiting { done() }
    }
}
