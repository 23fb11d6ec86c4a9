import Dispatch
import EventLog
import Synchronization

/// Holds the tip that the writer has reached, and appends after it: at once, or behind the writer's back, in order, for
/// applications that answer before the disk does.
final class Committer: Sendable {
    /// Blocks that may wait; the writer waits when there are more, so that memory stays bounded.
    private static let waitingBlocksMax = 16

    private let log: StoreAccess.Store
    /// Everything before it has been folded, and nothing after it.
    private let tip: Mutex<LogTip>
    private let queue = DispatchQueue(label: "headrace.committer")
    private let places = DispatchSemaphore(value: waitingBlocksMax)
    private let failed = Mutex<LogFailure?>(nil)
    private let whenFailed: @Sendable () -> Void

    private let waiting = Atomic(0)

    /// - Parameters:
    ///   - tip: what has been folded.
    ///   - whenFailed: is called once, when a commit behind the writer's back has failed.
    init(_ log: StoreAccess.Store, after tip: LogTip, whenFailed: @escaping @Sendable () -> Void) {
        (self.log, self.whenFailed) = (log, whenFailed)
        self.tip = Mutex(tip)
    }

    /// Whether blocks can be handed over without waiting, and none has failed.
    var isReady: Bool { waiting.load(ordering: .relaxed) < Self.waitingBlocksMax - 1 && failure == nil }

    /// Why a commit failed; everything after it was not written.
    var failure: LogFailure? { failed.withLock { $0 } }

    /// Appends blocks behind the writer's back.
    func append(_ blocks: [Block]) {
        places.wait()
        waiting.add(1, ordering: .relaxed)
        queue.async { [self] in
            defer {
                waiting.subtract(1, ordering: .relaxed)
                places.signal()
            }
            guard failure == nil else { return }
            do throws(LogFailure) {
                try commit(blocks)
            } catch {
                failed.withLock { $0 = error }
                whenFailed()
            }
        }
    }

    /// Appends blocks, and returns when they are on the disk.
    func commit(_ blocks: [Block]) throws(LogFailure) {
        try commit { tip throws(LogFailure) in (try log.append(blocks, after: tip), ()) }
    }

    /// Does what appends after the tip in its own way. Nothing that was handed over may still wait.
    /// - Parameter body: returns the tip after it.
    func commit<T: Sendable>(_ body: (LogTip) throws(LogFailure) -> (LogTip, T)) throws(LogFailure) -> T {
        try tip.withLock { tip throws(LogFailure) in
            let (next, result) = try body(tip)
            tip = next
            return result
        }
    }

    /// Returns when everything appended has been written, or has failed.
    func wait() {
        queue.sync {}
    }
}
