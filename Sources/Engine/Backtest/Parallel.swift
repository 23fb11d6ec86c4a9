import Dispatch
import Synchronization

/// Runs pieces of work that do not depend on one another, on several threads.
struct Parallel {
    private let threads: Int

    /// - Parameter threads: how many at most; 1 works on the calling one.
    init(_ threads: Int) {
        self.threads = threads
    }

    /// Does all of them, begun in their order; throws what the first of those that failed did.
    func perform(_ work: [@Sendable () throws -> Void]) throws {
        guard threads > 1, work.count > 1 else {
            for piece in work { try piece() }
            return
        }
        let next = Atomic(0)
        let failures = Mutex<[Int: any Error]>([:])
        DispatchQueue.concurrentPerform(iterations: min(threads, work.count)) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < work.count else { return }
                do { try work[index]() } catch { failures.withLock { $0[index] = error } }
            }
        }
        if let first = failures.withLock({ all in all.keys.min().flatMap { all[$0] } }) { throw first }
    }
}
