import Dispatch
import EventLog
import ModelLifecycle
import Synchronization

/// Compacts a log in the background while its application serves, and for a moment when it stops.
///
/// A step's reading and packing take no lock; the transaction that puts the payload in its place is as short as a
/// commit. Where a step fails, no other is tried before the log is opened anew: it is whole either
/// way.
final class Compactor: Sendable {
    /// How long a clean stop may take for it, in seconds.
    static let stopSecondsMax = 2.0

    private let queue = DispatchQueue(label: "headrace.compactor", qos: .utility)
    private let log: StoreAccess.Store
    private let compaction: Mutex<Compaction>
    private let isStopping = Atomic(false)
    private let isPausing = Atomic(false)
    private let hasFailed = Atomic(false)
    private let tell: @Sendable (String) -> Void
    let pruning: SnapshotPruning
    /// Ends what folds the log to drop what is too old; nil where nothing does.
    private let retaining = Mutex<StopFlag?>(nil)

    /// - Parameters:
    ///   - tell: is told why packing has stopped, where it failed.
    ///   - notes: are told what snapshots take.
    init(_ log: StoreAccess.Store, tell: @escaping @Sendable (String) -> Void, _ notes: SnapshotNotes) {
        (self.log, self.tell) = (log, tell)
        pruning = SnapshotPruning(log, notes)
        compaction = Mutex(Compaction(log))
    }

    /// Packs what has become worth it, behind the writer's back; only full runs, so that none is packed twice.
    func wake() {
        queue.async { [self] in
            attempt { _ in try dropStale() }
            pruneNow()
            while !isStopping.load(ordering: .relaxed), !isPausing.load(ordering: .relaxed) {
                do {
                    guard try compaction.withLock({ try $0.step(eventsMin: Compaction.eventsMax) }) else { return }
                } catch {
                    isStopping.store(true, ordering: .relaxed)
                    report(error)
                }
            }
        }
    }

    /// Drops what snapshots take over their budget, behind the writer's back.
    /// - Parameter state: the present one, which says how much they may take and what must stay.
    func prune(_ state: borrowing ApplicationState) {
        pruning.know(state)
        queue.async { [self] in pruneNow() }
    }

    /// Seals what is older than it is kept, behind the writer's back; then drops what snapshots take over their budget.
    /// - Parameter state: the present one.
    func retain(_ order: Retention.Order, _ state: borrowing ApplicationState) {
        pruning.know(state)
        queue.async { [self] in
            let stop = StopFlag()
            retaining.withLock { $0 = stop }
            defer { retaining.withLock { $0 = nil } }
            guard !isStopping.load(ordering: .relaxed), !isPausing.load(ordering: .relaxed),
                let retention = Retention(log, pruning)
            else { return }
            do {
                try StopFlag.$current.withValue(stop) {
                    while try retention.step(order, while: { !stop.isSet }) {}
                }
            } catch Unavailable.stopping {
                // It is done another time.
            } catch {
                tell("what is older than it is kept was not dropped: \(error)")
            }
            pruneNow()
        }
    }

    private func dropStale() throws {
        let stale = try pruning.stale()
        if !stale.isEmpty { try log.dropSnapshots(at: stale) }
    }

    private func pruneNow() {
        guard !isStopping.load(ordering: .relaxed) else { return }
        do {
            try pruning.run(while: { !isStopping.load(ordering: .relaxed) })
        } catch {
            report(error)
        }
    }

    /// Stores a snapshot when what it holds has been committed, in the place of those that give way to it; then packs.
    /// - Parameters:
    ///   - isWanted: asked right before; nothing is stored where it is not.
    ///   - done: is told why it was not stored; nil where it was.
    func store(
        _ snapshot: Snapshot, behind committer: Committer, where isWanted: @escaping @Sendable () -> Bool,
        done: @escaping @Sendable (String?) -> Void
    ) {
        queue.async { [self] in
            committer.wait()
            do {
                guard !isStopping.load(ordering: .relaxed), isWanted() else { return done("it was given up") }
                guard committer.failure == nil, try log.endOffset >= snapshot.offset else {
                    return done("its events were not committed")
                }
                try log.save(snapshot, dropping: pruning.stale(before: snapshot))
                done(nil)
            } catch {
                done("\(error)")
            }
        }
        wake()
    }

    /// Rewrites the log while nothing is packed; then packs from its beginning on, because what was replaced lies there
    /// as plain blocks.
    func excluded<T>(_ rewrite: () throws -> T) rethrows -> T {
        isPausing.store(true, ordering: .relaxed)
        retaining.withLock { $0 }?.set(.stopping)
        defer {
            isPausing.store(false, ordering: .relaxed)
            wake()
        }
        return try queue.sync {
            defer { compaction.withLock { $0 = Compaction(log) } }
            return try rewrite()
        }
    }

    /// Returns when nothing is under way any more, and begins nothing new.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
        retaining.withLock { $0 }?.set(.stopping)
        queue.sync {}
    }

    /// Stops, then packs for a limited time what is left.
    func finish() {
        stop()
        guard !hasFailed.load(ordering: .relaxed) else { return }
        attempt { compaction in
            try dropStale()
            try pruning.run(while: { true })
            _ = try compaction.run(seconds: Self.stopSecondsMax)
        }
    }

    private func attempt(_ body: (inout Compaction) throws -> Void) {
        do { try compaction.withLock { try body(&$0) } } catch { report(error) }
    }

    private func report(_ error: any Error) {
        guard !hasFailed.exchange(true, ordering: .relaxed) else { return }
        tell("packing the log has stopped, which loses nothing: \(error)")
    }
}
