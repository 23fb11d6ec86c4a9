import Determinism
import EventLog
import ModelLifecycle

/// One turn of the writer: questions first, everything else in slices between them.
///
/// Whoever waits longest in a line goes first; a request that takes longer than a slice goes on at the end of its line,
/// so that no request delays another by more than a slice of each. While questions wait, labels, examples and governing
/// work get one slice of ``sliceNanoseconds`` in a turn, and never more than ``othersNanoseconds``, 80 % of the longest
/// turn; questions get no more than that either while other work waits.
struct Turn {
    static let sliceNanoseconds: Int64 = 2_000_000
    static let turnNanoseconds: Int64 = 10_000_000
    static let othersNanoseconds: Int64 = 8_000_000

    private let queue: JobQueue
    private let serving: Serving
    private let clock: ServerClock
    private let isDurable: Bool
    private let start: Moment
    private var othersSpent: Int64 = 0
    /// When the first answer that waits for the commit was there.
    private var answeredSince: Moment?
    private var hasQuestion = false
    /// Jobs that are done and wait for the commit, with what tells the asker.
    private var answers: [(job: Job, tell: @Sendable () -> Void)] = []
    /// The job being carried out.
    private var present: Job?

    init(_ queue: JobQueue, _ serving: Serving, _ clock: ServerClock) {
        (self.queue, self.serving, self.clock) = (queue, serving, clock)
        isDurable = serving.state.spec.durability == .durable
        start = clock.moment()
    }

    /// The jobs that were taken and have got no answer, if it throws.
    var unanswered: [Job] { answers.map(\.job) + (present.map { [$0] } ?? []) }

    /// Applies what waits, commits it and answers. - Throws: where the outcome of something is unknown.
    mutating func run() throws {
        var hasTaken = true
        while hasTaken, goesOn {
            hasTaken = try slice(.questions, start + Self.othersNanoseconds)
            let before = clock.moment()
            if try slice(.others, before + Self.sliceNanoseconds) { hasTaken = true }
            othersSpent += clock.moment() - before
        }
        if isDurable {
            // Those that have come meanwhile share the commit.
            _ = try slice(.questions, clock.moment() + Self.sliceNanoseconds)
            try serving.commit()
        } else {
            try serving.commitIfDue(at: clock.moment())
        }
        let told = answers
        answers = []
        for answer in told { answer.tell() }
    }

    private var goesOn: Bool {
        guard !isFull(.others), !queue.isEmpty else { return false }
        let now = clock.moment()
        guard isDurable else { return now - start < Self.turnNanoseconds && othersSpent < Self.othersNanoseconds }
        // Where no answer waits for it, the commit can wait for a full block.
        guard let answeredSince else { return true }
        return !hasQuestion && now - answeredSince < Self.othersNanoseconds
    }

    /// Whether the block has no more room for a line's events. Questions leave some of it to the others.
    private func isFull(_ line: Job.Line) -> Bool {
        serving.blockCount >= (line == .questions ? Writer.batchEventsMax * 4 / 5 : Writer.batchEventsMax)
    }

    /// Carries out the jobs of a line until a moment, each for a slice at most.
    /// - Returns: false where there was none, or no room for it.
    private mutating func slice(_ line: Job.Line, _ end: Moment) throws -> Bool {
        var hasTaken = false
        var eventCount = 0
        var divided: [Job] = []
        defer { queue.finish(events: eventCount, divided: divided, of: line) }
        while !isFull(line), let job = queue.next(line) {
            let reading = clock.read()
            let done = job.replies.count
            (present, hasTaken) = (job, true)
            do {
                let tell = try carryOut(job, reading, until: min(end, reading.moment + Self.sliceNanoseconds))
                eventCount += tell == nil ? job.replies.count - done : job.eventCount - done
                present = nil
                if let tell { answer(job, tell, reading.moment) } else { divided.append(job) }
            } catch {
                eventCount += job.eventCount - done
                throw error
            }
            if !isDurable { try serving.commitIfDue(at: reading.moment) }
            if clock.moment() >= end { break }
        }
        return hasTaken
    }

    private mutating func answer(_ job: Job, _ tell: @escaping @Sendable () -> Void, _ now: Moment) {
        guard isDurable else { return tell() }
        answers.append((job, tell))
        answeredSince = answeredSince ?? now
        if job.line == .questions { hasQuestion = true }
    }

    /// Does a job, or a part of it.
    /// - Returns: what tells the asker, to be called once it may be told; nil where there is more to do.
    private func carryOut(_ job: Job, _ reading: Reading, until end: Moment) throws -> (@Sendable () -> Void)? {
        switch job.work {
        case .events(let events, let done): return try apply(events, of: job, reading, until: end, done)
        case .look(let look, _): return look(serving, reading)
        case .flush(let done):
            try serving.flush()
            let log = serving.log
            return { done(.success(log)) }
        case .adopt(let adopt, let done):
            let result: Result<GoneLive, any Error>
            do {
                try serving.flush()
                result = .success(try adopt(serving))
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

    private func apply(
        _ events: [Event], of job: Job, _ reading: Reading, until end: Moment,
        _ done: @escaping @Sendable (Result<[Reply], Unavailable>) -> Void
    ) throws -> (@Sendable () -> Void)? {
        if job.replies.isEmpty {
            if let refusal = serving.refusal(ofAll: events, reading) { return { done(.failure(refusal)) } }
            job.replies.reserveCapacity(events.count)
        }
        do {
            while job.replies.count < events.count {
                job.replies.append(try serving.reply(to: events[job.replies.count], reading))
                if job.replies.count < events.count, isFull(job.line) || clock.moment() >= end { return nil }
            }
        } catch let error as PastEventMissing {
            // Only what refers to the lost event is concerned; the state is as it was before it.
            return { done(.failure(.outcomeUnknown(error.description))) }
        }
        let replies = job.replies
        return { done(.success(replies)) }
    }
}
