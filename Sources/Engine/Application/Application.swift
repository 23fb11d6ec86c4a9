import Determinism
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning

/// Where an application's log lies, and how to open it again after a failed commit.
public struct StoreAccess: Sendable {
    public typealias Store = any EventLog & SnapshotStore & ExperimentStore

    public let open: @Sendable () throws -> Store
    public let close: @Sendable (Store) throws -> Void

    public init(open: @escaping @Sendable () throws -> Store, close: @escaping @Sendable (Store) throws -> Void) {
        (self.open, self.close) = (open, close)
    }
}

/// A running application: one writer thread that appends, applies and answers, and a bounded queue before it.
///
/// Requests wait in the queue while a batch is being committed and form the next batch: under load a flush of the disk
/// is shared by all of them. Nothing but the writer ever touches the state.
public final class Application: Sendable {
    public let name: String
    /// What requests are checked against; it changes only with a spec, which is adopted when an application is opened.
    public let spec: Spec
    private let writer: Writer
    private let queue: JobQueue
    let folds: WorkThreads

    /// What snapshots cost, and what a recovery would.
    public var snapshotReport: SnapshotReport { writer.snapshots.report }

    /// Opens an application: recovers it from its log, and adopts the spec where it is new or changed.
    ///
    /// - Parameters:
    ///   - spec: nil serves the spec that the log holds.
    ///   - clock: stamps events that claim no time.
    ///   - folds: where what folds the log for long is done.
    ///   - cost: the processor time of the calling thread in seconds, to know what folding costs.
    /// - Throws: `LogFailure`, or a `Refusal` where the log holds no spec and none is given.
    public init(
        name: String, spec: Spec?, store: StoreAccess, clock: @escaping @Sendable () -> Timestamp,
        folds: WorkThreads = .folds, cost: @escaping @Sendable () -> Double = { ThreadPriority.threadSeconds() }
    ) throws {
        (self.name, self.folds) = (name, folds)
        queue = JobQueue()
        writer = try Writer(
            spec: spec, store: store, queue: queue, clock: clock, snapshots: SnapshotNotes(cost: cost))
        self.spec = writer.spec
        let thread = Thread { [writer] in writer.run() }
        thread.name = "headrace \(name)"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Applies events in order, each with its reply. They are one request: the queue takes all of them or none.
    public func submit(_ events: [Event]) async throws(Unavailable) -> [Reply] {
        if let result = writer.applyAtOnce(events) { return try result.get() }
        let result: Result<[Reply], Unavailable> = await withCheckedContinuation { continuation in
            add(Job(eventCount: events.count, work: .events(events) { continuation.resume(returning: $0) }))
        }
        return try result.get()
    }

    /// Runs a closure on the state between two batches.
    public func inspect<T: Sendable>(
        _ body: @escaping @Sendable (ApplicationState) -> T
    ) async throws(Unavailable) -> T {
        let result: Result<T, Unavailable> = await withCheckedContinuation { continuation in
            add(
                Job(
                    eventCount: 0,
                    work: .inspect { result in continuation.resume(returning: result.map(body)) }))
        }
        return try result.get()
    }

    /// Gives a version a name. - Parameter offset: nil means the present one.
    /// - Returns: the offset named.
    public func setName(_ name: String, offset: Int?) async throws -> Int {
        try RestorePoint.checkName(name)
        return try await withLog { log in
            let end = try log.endOffset
            let named = offset ?? end
            guard named <= end else { throw RestorePoint.future(named, end: end) }
            try log.setName(name, offset: named)
            return named
        }
    }

    /// Stops after everything queued has been answered, takes a snapshot and closes the store.
    public func stop() async {
        await withCheckedContinuation { continuation in
            queue.stop { continuation.resume() }
        }
    }

    func add(_ job: Job) {
        if let refused = queue.add(job) { job.fail(refused) }
    }
}
