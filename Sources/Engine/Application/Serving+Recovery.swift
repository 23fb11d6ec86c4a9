import Determinism
import EventLog
import ModelLifecycle

/// What is found in the log when it is opened to be served, and what goes from it meanwhile.
extension Serving {
    /// Folds what follows the newest snapshot up to the log's end, and measures that.
    static func recover(
        _ log: StoreAccess.Store, to end: Int, _ cost: @escaping @Sendable () -> Double
    ) throws -> (Replay, snapshotOffset: Int, SnapshotPolicy, [SnapshotDamage]) {
        let began = cost()
        var replay = try Replay(log, atOrBefore: end)
        let (start, read) = (replay.offset, cost())
        let contradictions = try Self.contradictions(replay, log)
        let folding = cost()
        try replay.run(to: end)
        var policy = SnapshotPolicy(
            newest: (start, replay.snapshotBytes),
            keptOffset: try log.snapshots().last { !$0.reason.givesWay }?.offset ?? 0, cost: cost)
        policy.recovered(
            readSeconds: read - began, foldSeconds: cost() - folding, events: replay.offset - start)
        return (replay, start, policy, contradictions)
    }

    /// What the table of snapshots says against the log or against what it holds. The log is served all the same.
    /// - Parameter replay: of which nothing has been folded yet.
    private static func contradictions(_ replay: Replay, _ log: StoreAccess.Store) throws -> [SnapshotDamage] {
        guard let snapshots = try? log.snapshots() else { return [] }
        let end = try log.endOffset
        var found = snapshots.filter { $0.offset > end }.map { snapshot in
            SnapshotDamage(
                offset: snapshot.offset, reason: "it knows events that are gone: the log ends before event \(end)")
        }
        if let state = replay.state, let own = snapshots.last(where: { $0.offset == state.offset }),
            Standing.Digests(own) != Standing.Digests(state)
        {
            found.append(
                SnapshotDamage(
                    offset: own.offset, reason: "it is served, and its digests are not those of its state",
                    wasPassedOver: false))
        }
        return found
    }

    /// Drops what is too old, now and then by log time.
    func retainIfDue() {
        guard let retention = state.spec.retention, state.ledger.time.microseconds >= nextRetention else { return }
        nextRetention = state.ledger.time.microseconds &+ Retention.Order.pause(retention)
        if let order = Retention.Order(state) { compactor.retain(order, state) }
    }
}
