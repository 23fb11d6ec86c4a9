import EventLog
import ModelLifecycle
import Synchronization

/// Keeps the snapshots of a store within their budget, beside the writer: on the compactor's thread, a few in each
/// transaction, so that no commit waits long.
final class SnapshotPruning: Sendable {
    /// Snapshots that go in one transaction.
    private static let stepCount = 8

    private struct Contents {
        /// Nil until the spec is known.
        var budget: SnapshotBudget?
        var amendments = Amendments()
        /// Where the log begins, by the first event that is there.
        var anchor: SnapshotRoots.Anchor?
    }

    private let log: StoreAccess.Store
    private let notes: SnapshotNotes
    private let adoptions = KnownAdoptions()
    private let contents = Mutex(Contents())

    init(_ log: StoreAccess.Store, _ notes: SnapshotNotes) {
        (self.log, self.notes) = (log, notes)
    }

    /// Takes over what a state says of what must stay, and of how much may.
    func know(_ state: borrowing ApplicationState) {
        let (budget, amendments) = (SnapshotBudget(limit: state.spec.limits.snapshotBytes), state.amendments)
        contents.withLock { ($0.budget, $0.amendments) = (budget, amendments) }
    }

    /// Those of the present.
    var amendments: Amendments { contents.withLock { $0.amendments } }

    private func anchor() throws -> SnapshotRoots.Anchor? {
        // Where what is dropped moves the first snapshot and dies before a row goes, the events are as before.
        guard let floor = try LogFloor(log) else { return nil }
        let known = contents.withLock { $0.anchor }
        if let known, known.events == floor.events, known.state == floor.state { return known }
        let anchor = try SnapshotRoots.Anchor(log)
        contents.withLock { $0.anchor = anchor }
        return anchor
    }

    /// Those that must stay, whatever they take.
    private func rooted(among snapshots: [Snapshot]) throws -> Set<Int> {
        SnapshotRoots.rooted(among: snapshots, amendments, from: try anchor(), try adoptions.list(in: log))
    }

    /// The offsets of those that give way to later ones, and that something gives back.
    /// - Parameter next: one more that comes at their end.
    func stale(before next: Snapshot? = nil) throws -> [Int] {
        let snapshots = try log.snapshots()
        let stale = Self.stale(among: snapshots, before: next)
        guard !stale.isEmpty else { return [] }
        let rooted = try rooted(among: snapshots)
        return stale.filter { !rooted.contains($0) }
    }

    /// The offsets of snapshots that give way. Those taken for a recovery give way to whatever follows; that of a clean
    /// stop, which was for the start after it, to another than an adoption's, or a store that is often stopped would be
    /// full of them: what begins with an adoption keeps its last.
    /// - Parameters:
    ///   - snapshots: in the order of their offsets.
    ///   - next: one more that comes at their end.
    private static func stale(among snapshots: [Snapshot], before next: Snapshot? = nil) -> [Int] {
        let all = snapshots.filter { $0.offset != next?.offset } + (next.map { [$0] } ?? [])
        return zip(all, all.dropFirst()).filter { one, following in
            one.reason == .recovery || one.reason == .stop && following.reason != .adoption
        }.map(\.0.offset)
    }

    /// Drops what is over the budget.
    /// - Parameter goesOn: asked between two steps.
    func run(while goesOn: () -> Bool) throws {
        guard let budget = contents.withLock({ $0.budget }) else { return }
        let sizes = try log.sizes()
        notes.update {
            ($0.storedBytes, $0.storedBytesMax) = (sizes.snapshotBytes, budget.bytes(logBytes: sizes.logBytes))
        }
        guard sizes.snapshotBytes > budget.bytes(logBytes: sizes.logBytes) else { return }
        var dropped = budget.dropped(try weighed(sizes), logBytes: sizes.logBytes)[...]
        let bytes = Dictionary(sizes.snapshots.map { ($0.offset, $0.bytes) }, uniquingKeysWith: +)
        while !dropped.isEmpty, goesOn() {
            let step = Array(dropped.prefix(Self.stepCount))
            try log.dropSnapshots(at: step)
            notes.update {
                $0.prunedCount += step.count
                $0.storedBytes -= step.reduce(0) { $0 + (bytes[$1] ?? 0) }
            }
            dropped = dropped.dropFirst(step.count)
        }
    }

    private func weighed(_ sizes: StoreSizes) throws -> [SnapshotBudget.Weighed] {
        let snapshots = try log.snapshots()
        let rooted = try rooted(among: snapshots)
        let recipes = Dictionary(
            try adoptions.list(in: log).map { ($0.offset + 1, $0.adoption.recipe) }, uniquingKeysWith: { $1 })
        return sizes.snapshots.map { offset, bytes in
            SnapshotBudget.Weighed(
                offset: offset, bytes: bytes, isRooted: rooted.contains(offset), recipe: recipes[offset])
        }
    }
}
