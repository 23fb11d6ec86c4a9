import Determinism
import Dispatch
import ModelLifecycle
import OnlineLearning
import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A candidate under way: its fold, how its first metric goes, and how much it loses on each example beside what it is
/// compared with. One thread at a time works on it.
final class CandidateRun: @unchecked Sendable {
    let candidate: Candidate
    private(set) var rerun: Rerun
    private(set) var curve: MetricCurves
    /// What it lost more than the reference, example by example.
    private(set) var difference = BatchMeans()
    private(set) var failure: (any Error)?
    /// Processor time of its fold.
    private(set) var nanoseconds: UInt64 = 0
    private(set) var eventCount = 0
    private let loss: ProperLoss
    /// Of the batch folded last: the loss on the example that an event labelled, else NaN.
    private var losses = [Double](repeating: .nan, count: EventBatch.eventsMax)

    init(_ candidate: Candidate, _ rerun: Rerun, loss: ProperLoss, every: Int?) {
        (self.candidate, self.rerun, self.loss) = (candidate, rerun, loss)
        curve = MetricCurves(every: every)
    }

    var state: ApplicationState { rerun.state }

    func fold(_ batch: EventBatch) {
        let start = Self.now
        let loss = loss
        do {
            try losses.withUnsafeMutableBufferPointer { losses in
                try rerun.fold(batch) { index, state, decision in
                    guard decision.hasLearned else {
                        losses[index] = .nan
                        return
                    }
                    losses[index] = state.loss(loss) ?? .nan
                    if state.ledger.counts.scoredLabels >= curve.next { curve.record(state) }
                }
            }
        } catch {
            failure = error
        }
        eventCount += batch.count
        nanoseconds += Self.now - start
    }

    /// Takes note of what it lost more than a reference on the examples that both answered.
    func compare(_ batch: EventBatch, with reference: [Double]) {
        for index in 0..<batch.count where !losses[index].isNaN && !reference[index].isNaN {
            difference.update(losses[index] - reference[index])
        }
    }

    var lastLosses: [Double] { losses }

    /// Processor time of this thread: on a busy machine it says more than a clock does.
    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// Runs pieces of work that do not depend on one another, on several threads.
enum Parallel {
    /// - Parameter threads: how many at most; 1 works on the calling one.
    static func perform(_ count: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
        guard threads > 1, count > 1 else {
            for index in 0..<count { body(index) }
            return
        }
        let next = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                body(index)
            }
        }
    }
}

extension StreamCounts {
    /// Labels that found their question, and examples.
    var scoredLabels: UInt64 { labels + examples }
}
