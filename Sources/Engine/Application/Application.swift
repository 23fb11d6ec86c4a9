import Determinism
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning

/// A running application: one writer thread that appends, applies and answers, and a bounded queue before it.
///
/// Requests wait in the queue while a batch is being committed and form the next batch: under load a flush of the disk
/// is shared by all of them. Nothing but the writer ever touches the state.
public final class Application: Sendable {
    public let name: String
    /// What requests are checked against; it changes only with a spec, which is adopted when an application is opened.
    public let spec: Spec
    /// Snapshots that were passed over when it was opened, because they are damaged.
    public let damage: [SnapshotDamage]
    private let writer: Writer
    private let queue: JobQueue
    private let adoptions = KnownAdoptions()
    let folds: WorkThreads
    let clock: ServerClock

    /// What snapshots cost, and what a recovery would.
    public var snapshotReport: SnapshotReport { writer.snapshots.report }

    /// Opens an application: recovers it from its log, and adopts the spec where it is new or changed.
    ///
    /// - Parameters:
    ///   - spec: nil serves the spec that the log holds.
    ///   - clock: stamps events that claim no time.
    ///   - trust: how far ahead of the log the clock's first reading may be.
    ///   - tell: is told what whoever runs it should know: failed commits, a clock that has jumped.
    ///   - folds: where what folds the log for long is done.
    /// - Throws: `LogFailure`, or a `Refusal` where the log holds no spec and none is given.
    public convenience init(
        name: String, spec: Spec?, store: StoreAccess, clock: @escaping @Sendable () -> Timestamp,
        trust: ClockTrust = .bounded, tell: @escaping @Sendable (String) -> Void = { _ in },
        folds: WorkThreads = .folding()
    ) throws {
        try self.init(
            name: name, spec: spec, store: store, clocks: ServerClock(time: clock, trust: trust), tell: tell,
            folds: folds)
    }

    /// - Parameters:
    ///   - clocks: what stamps events, and what intervals are measured by.
    ///   - cost: the processor time of the calling thread in seconds, to know what folding costs.
    package init(
        name: String, spec: Spec?, store: StoreAccess, clocks: ServerClock,
        tell: @escaping @Sendable (String) -> Void = { _ in }, folds: WorkThreads = .folding(),
        cost: @escaping @Sendable () -> Double = { ThreadPriority.threadSeconds() }
    ) throws {
        (self.name, self.folds, clock) = (name, folds, clocks)
        queue = JobQueue()
        writer = try Writer(
            spec: spec, store: store, queue: queue, clock: clocks, snapshots: SnapshotNotes(cost: cost)
        ) { tell("\(name): \($0)") }
        self.spec = writer.spec
        damage = writer.damage
        let thread = Thread { [writer] in writer.run() }
        thread.name = "headrace \(name)"
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// Applies events in order, each with its reply. They are one request: the queue takes all of them or none.
    public func submit(_ events: [Event]) async throws(Unavailable) -> [Reply] {
        if let result = writer.applyAtOnce(events) { return try result.get() }
        let result: Result<[Reply], Unavailable> = await withCheckedContinuation { continuation in
            add(Job(.events(events) { continuation.resume(returning: $0) }))
        }
        return try result.get()
    }

    /// Runs a closure on the state between two batches, while nothing is answered: it should be quick. The state itself
    /// cannot be had, because the next event would copy what it changes of it.
    public func inspect<T: Sendable>(
        _ body: @escaping @Sendable (borrowing ApplicationState) -> T
    ) async throws(Unavailable) -> T {
        try await look { serving, _ in body(serving.state) }
    }

    /// Where it stands, for people and programs. Costs the thread that answers next to nothing.
    public func status() async throws -> StatusReport {
        let standing = try await look { serving, reading in serving.standing(reading) }
        // What has been named or adopted since is not of this moment.
        var report = StatusReport(standing, versions: try await versions().filter { $0.offset <= standing.offset })
        report.damage = damage
        let snapshots = snapshotReport
        let log = try writer.log()
        report.oldest = try await WorkThreads.reads.run { try LogFloor(log).map { ($0.state, $0.time) } }
        report.snapshotBytes = (snapshots.storedBytes, snapshots.storedBytesMax)
        return report
    }

    /// What can be named and restored. The writer is not asked.
    public func versions() async throws -> [Version] {
        let (log, names) = (try writer.log(), writer.names.present.byOffset)
        return try await WorkThreads.reads.run { [adoptions] in
            try Version.list(in: log, named: names, adoptions: adoptions.list(in: log))
        }
    }

    /// Whether requests are answered. The writer is not asked.
    /// - Throws: why they are not.
    public func checkReady() throws(Unavailable) {
        _ = try writer.log()
    }

    /// Runs a closure on what is serving, with a reading of the clocks, between two batches.
    func look<T: Sendable>(
        _ body: @escaping @Sendable (Serving, Reading) -> T
    ) async throws(Unavailable) -> T {
        if let seen = writer.lookAtOnce(body) { return seen }
        let result: Result<T, Unavailable> = await withCheckedContinuation { continuation in
            add(
                Job(
                    .look(
                        { serving, reading in
                            let seen = body(serving, reading)
                            return { continuation.resume(returning: .success(seen)) }
                        },
                        { continuation.resume(returning: .failure($0)) })))
        }
        return try result.get()
    }

    /// Gives a version a name. - Parameter point: nil means the present one.
    /// - Returns: the offset named.
    public func setName(_ name: String, at point: RestorePoint?) async throws -> Int {
        try RestorePoint.checkName(name)
        var offset: Int?
        if let point { offset = try await withLog { try point.offsetOrEnd(in: $0) } }
        let naming = try await note(.named(Naming(name, offset: offset)))
        return offset ?? naming
    }

    /// Puts an event into the log that nobody asks or teaches with, at the log's own time, and on the disk.
    /// - Returns: its offset.
    /// - Throws: a `Refusal`, or `Unavailable`.
    package func note(_ payload: Event.Payload) async throws -> Int {
        let event = Event(payload, time: Ledger.beginning, features: FeatureRow(FeatureLayout([])))
        let reply = try await submit([event])[0]
        _ = try await flushedLog()
        switch reply {
        case .accepted(let acceptance): return acceptance.offset
        case .refused(let refusal): throw refusal
        case .unavailable(let reason): throw reason
        }
    }

    /// Stops after everything queued has been answered, takes a snapshot and closes the store.
    /// - Returns: what failed: answers that may be lost, the snapshot, the closing; nil where all is on the disk.
    @discardableResult
    public func stop() async -> LogFailure? {
        await withCheckedContinuation { continuation in
            queue.stop { continuation.resume(returning: $0) }
        }
    }

    /// Stops all, whatever becomes of the others. - Throws: what failed, of each by its name.
    public static func stop(_ applications: [Application]) async throws(LogFailure) {
        var failures: [String] = []
        for application in applications {
            if let failure = await application.stop() { failures.append("\(application.name): \(failure.message)") }
        }
        guard failures.isEmpty else {
            throw LogFailure(
                .outcomeUnknown, "not stopped cleanly: \(failures.joined(separator: "; "))",
                hint: "`headrace verify` says what is on the disk")
        }
    }

    func add(_ job: Job) {
        if let refused = queue.add(job) { job.fail(refused) }
    }
}
