import Determinism
import ModelLifecycle
import OnlineLearning

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A candidate under way: its fold, how its first metric goes, and how much it loses on each example beside what it is
/// compared with. One thread at a time works on it, but what is settled may be read by others meanwhile.
final class CandidateRun: @unchecked Sendable {
    let candidate: Candidate
    private(set) var rerun: Rerun
    private(set) var curve: MetricCurves
    /// What it lost more than the reference, example by example.
    private(set) var difference = BatchMeans()
    /// Processor time of its fold.
    private(set) var nanoseconds: UInt64 = 0
    private(set) var eventCount = 0
    private let loss: ProperLoss

    /// What is left of a stretch that was folded.
    struct Trace {
        /// For each event the loss on the example that it labelled, else NaN.
        fileprivate(set) var losses: [Double] = []
        /// The losses on the questions that were concluded.
        fileprivate(set) var concluded = ConcludedLosses()
        /// What the witness is told.
        fileprivate(set) var notes: ProtocolNotes?
        /// Questions that got their label, or will not.
        fileprivate(set) var questions: [PredictionTable.Question] = []

        fileprivate mutating func begin(_ eventCount: Int) {
            losses.removeAll(keepingCapacity: true)
            losses.append(contentsOf: repeatElement(.nan, count: eventCount))
            concluded.removeAll()
            notes?.removeAll()
            questions.removeAll(keepingCapacity: true)
        }
    }

    /// Of the stretch folded last.
    private var trace: Trace
    /// Of the stretch folded last when ``settle()`` was called.
    private(set) var settled: Trace
    /// What it answers question by question; nil where nobody wants it.
    var predictions: PredictionTable?

    /// - Parameter notes: where it is to take them, some empty ones.
    init(_ candidate: Candidate, _ rerun: Rerun, taking notes: ProtocolNotes? = nil, loss: ProperLoss, every: Int?) {
        (self.candidate, self.rerun, self.loss) = (candidate, rerun, loss)
        trace = Trace(notes: notes)
        settled = trace
        curve = MetricCurves(every: every)
    }

    var state: ApplicationState { rerun.state }

    func fold(_ stretch: EventStretch) throws {
        let start = Self.now
        // Locals: what an object holds is looked after at every access.
        let (loss, base) = (loss, stretch.firstOffset)
        var (curve, trace) = (MetricCurves(every: nil), Trace())
        var predictions: PredictionTable?
        swap(&curve, &self.curve)
        swap(&trace, &self.trace)
        swap(&predictions, &self.predictions)
        defer {
            swap(&curve, &self.curve)
            swap(&trace, &self.trace)
            swap(&predictions, &self.predictions)
        }
        trace.begin(stretch.eventCount)
        for batch in stretch.batches {
            let first = batch.firstOffset - base
            try rerun.fold(batch) { index, event, state, outcome in
                trace.notes?.add(first + index, event, state, outcome)
                predictions?.add(event, outcome, state)
                for number in outcome.concluded.indices {
                    trace.concluded.add(
                        outcome.loss(loss, ofConcluded: number, task: state.contract.target.task),
                        outcome.concluded[number].question)
                }
                guard outcome.decision.hasLearned else { return }
                trace.losses[first + index] = outcome.loss(loss, task: state.contract.target.task) ?? .nan
                if state.ledger.counts.scoredLabels >= curve.next { curve.record(state) }
            }
        }
        if let done = predictions?.done, !done.isEmpty {
            trace.questions = done
            predictions?.removeDone()
        }
        eventCount += stretch.eventCount
        nanoseconds += Self.now - start
    }

    /// Puts what is left of the stretch folded last where it can be read while the next one is folded.
    func settle() {
        swap(&trace, &settled)
    }

    /// Takes note of what it lost more than a reference on the examples of the settled stretch that both answered.
    func compare(with reference: [Double], _ concluded: ConcludedLosses) {
        settled.concluded.compare(with: concluded) { difference.update($0) }
        for (own, other) in zip(settled.losses, reference) where !own.isNaN && !other.isNaN {
            difference.update(own - other)
        }
    }

    /// Processor time of this thread: on a busy machine it says more than a clock does.
    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

extension StreamCounts {
    /// Labels that found their question, and examples.
    var scoredLabels: UInt64 { labels + examples }
}
