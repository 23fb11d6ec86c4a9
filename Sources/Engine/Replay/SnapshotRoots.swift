import EventLog
import ModelLifecycle

/// Which snapshots must stay because nothing gives them back; known by a rule, and never by trying.
///
/// A snapshot is given back by folding from the one before it. That cannot be done across events whose payload is gone,
/// so the first snapshot after such events stays. Nor can it be done by another arithmetic, so what other revisions
/// folded stays.
package enum SnapshotRoots {
    /// The offsets of those that must stay.
    /// - Parameters:
    ///   - snapshots: in the order of their offsets.
    ///   - gone: the events whose payloads are not in the log any more.
    ///   - adoptions: all of the log, ascending.
    static func rooted(
        among snapshots: [Snapshot], gone: OffsetRanges, _ adoptions: [Adoptions.Entry]
    ) -> Set<Int> {
        var rooted: Set<Int> = []
        var (before, next, isOwn) = (0, 0, true)
        for snapshot in snapshots {
            while next < adoptions.count, adoptions[next].offset < snapshot.offset {
                isOwn = adoptions[next].adoption.revision.isOwn
                next += 1
            }
            if !isOwn || gone.overlaps(before..<max(before, snapshot.offset)) { rooted.insert(snapshot.offset) }
            before = snapshot.offset
        }
        return rooted
    }

    /// The same of a log as it lies there. Complexity: O(state + events since the last snapshot).
    package static func rooted(in log: StoreAccess.Store) throws -> Set<Int> {
        let state = try ApplicationState(reading: log)
        return rooted(
            among: try log.snapshots(), gone: state.amendments.forgotten,
            try Adoptions.list(in: log, 0..<log.endOffset))
    }
}
