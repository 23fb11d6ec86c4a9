import Dispatch
import EventLog
import Synchronization

/// Writes blocks behind the writer's back, in order, for applications that answer before the disk does.
final class Committer: Sendable {
    /// Blocks that may wait; the writer waits when there are more, so that memory stays bounded.
    private static let waitingBlocksMax = 16

    private let queue = DispatchQueue(label: "headrace.committer")
    private let places = DispatchSemaphore(value: waitingBlocksMax)
    private let failed = Mutex<String?>(nil)
    private let whenFailed: @Sendable () -> Void

    private let waiting = Atomic(0)

    /// - Parameter whenFailed: is called once, when a commit has failed.
    init(whenFailed: @escaping @Sendable () -> Void) {
        self.whenFailed = whenFailed
    }

    /// Whether a block can be handed over without waiting, and none has failed.
    var isReady: Bool { waiting.load(ordering: .relaxed) < Self.waitingBlocksMax - 1 && failure == nil }

    /// Why a commit failed; everything after it was not written.
    var failure: String? { failed.withLock { $0 } }

    func append(_ block: Block, _ snapshot: Snapshot?, to log: any EventLog & SnapshotStore) {
        places.wait()
        waiting.add(1, ordering: .relaxed)
        queue.async { [self] in
            defer {
                waiting.subtract(1, ordering: .relaxed)
                places.signal()
            }
            guard failure == nil else { return }
            do throws(LogFailure) {
                try log.append(block, snapshot: snapshot)
            } catch {
                failed.withLock { $0 = error.message }
                whenFailed()
            }
        }
    }

    /// Returns when everything appended has been written, or has failed.
    func wait() {
        queue.sync {}
    }
}
