/// Where jobs wait for the writer: a line of questions and a line of everything else, each bounded in events.
///
/// A job enters whole or not at all. It leaves its line while it is carried out and may come back to the line's end
/// with what is left of it; its events count until they are done.
package struct WaitingLines<Job> {
    package enum Line: Sendable {
        /// Requests of nothing but questions, and whoever looks at the state.
        case questions
        /// Labels, examples, adoptions, flushes.
        case others
    }

    private struct Queue {
        var jobs: [Job] = []
        /// Jobs before it have been taken.
        var head = 0
        var eventCount = 0

        var isEmpty: Bool { head == jobs.count }
    }

    private var questions = Queue()
    private var others = Queue()
    /// Events that may wait in one line.
    package var eventsMax: Int

    package init(eventsMax: Int) {
        self.eventsMax = eventsMax
    }

    package var isEmpty: Bool { questions.isEmpty && others.isEmpty }

    package func isEmpty(_ line: Line) -> Bool { line == .questions ? questions.isEmpty : others.isEmpty }

    /// Events that wait in a line or are being applied.
    package func eventCount(_ line: Line) -> Int { line == .questions ? questions.eventCount : others.eventCount }

    /// Puts a job at the end of a line. One larger than the whole line is taken where no event waits; one without
    /// events always.
    /// - Returns: false where there is no room, and nothing has changed.
    package mutating func add(_ job: Job, events: Int, to line: Line) -> Bool {
        let waiting = eventCount(line)
        guard waiting + events <= eventsMax || waiting == 0 || events == 0 else { return false }
        change(line) { queue in
            queue.jobs.append(job)
            queue.eventCount += events
        }
        return true
    }

    /// Takes the job that has waited longest. Its events go on to count, until ``finish(events:of:)``.
    /// Complexity: O(1), amortized.
    package mutating func next(_ line: Line) -> Job? {
        guard !isEmpty(line) else { return nil }
        return change(line) { queue in
            let job = queue.jobs[queue.head]
            queue.head += 1
            if queue.isEmpty || queue.head > 64 && queue.head > queue.jobs.count / 2 {
                queue.jobs.removeFirst(queue.head)
                queue.head = 0
            }
            return job
        }
    }

    /// Puts a job that was taken, and is not done, at the end of its line.
    package mutating func putBack(_ job: Job, to line: Line) {
        change(line) { $0.jobs.append(job) }
    }

    /// Says that events of jobs that were taken are done.
    package mutating func finish(events: Int, of line: Line) {
        change(line) { $0.eventCount -= events }
        precondition(eventCount(line) >= 0, "more events are done than waited")
    }

    /// Takes all, both lines.
    package mutating func takeAll() -> [Job] {
        let all = questions.jobs[questions.head...] + others.jobs[others.head...]
        (questions, others) = (Queue(), Queue())
        return Array(all)
    }

    @discardableResult
    private mutating func change<R>(_ line: Line, _ body: (inout Queue) -> R) -> R {
        switch line {
        case .questions: body(&questions)
        case .others: body(&others)
        }
    }
}
