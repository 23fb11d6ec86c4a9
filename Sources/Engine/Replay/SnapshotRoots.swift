import EventLog
import ModelLifecycle

/// Which snapshots must stay because nothing gives them back; known by a rule, and never by trying.
///
/// A snapshot is given back by folding from the one before it. That cannot be done across events whose payload is gone,
/// so the first snapshot after such events stays. Nor can it be done by another arithmetic, so what other revisions
/// folded stays. And what was adopted stays where its recipe reaches back to what retention has dropped.
package enum SnapshotRoots {
    /// The offsets of those that must stay.
    /// - Parameters:
    ///   - snapshots: in the order of their offsets.
    ///   - amendments: of the present.
    ///   - anchor: where the log begins; nil where nothing was dropped.
    ///   - adoptions: all of the log, ascending.
    static func rooted(
        among snapshots: [Snapshot], _ amendments: Amendments, from anchor: Anchor?, _ adoptions: [Adoptions.Entry]
    ) -> Set<Int> {
        var (rooted, gone): (Set<Int>, OffsetRanges) = ([], amendments.forgotten)
        if let anchor {
            gone.formUnion(OffsetRanges(covering: [0..<anchor.events]))
            rooted.insert(anchor.state)
            for entry in adoptions where entry.offset >= anchor.state
                && !isDerivable(entry, from: anchor, adoptions, amendments)
            {
                rooted.insert(entry.offset + 1)
            }
        }
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

    /// Where a log begins of which events were dropped.
    struct Anchor: Sendable {
        /// The first event whose payload is there.
        let events: Int
        /// The offset of the snapshot which they are sealed behind.
        let state: Int
        /// How many amendments its models were folded under.
        let amendmentCount: Int

        init(events: Int, state: Int, amendmentCount: Int) {
            (self.events, self.state, self.amendmentCount) = (events, state, amendmentCount)
        }

        /// Nil where nothing was dropped.
        init?(_ log: StoreAccess.Store) throws {
            guard let floor = try LogFloor(log),
                let snapshot = try log.snapshots().first(where: { $0.offset == floor.state })
            else { return nil }
            self.init(
                events: floor.events, state: floor.state,
                amendmentCount: try log.state(of: snapshot).learned.lineage.amendmentCount)
        }
    }

    /// Whether a recipe gives what it gave, though events were dropped: it reaches back no further than to a root, or
    /// to the snapshot at which the log begins, that held under the amendments of then; and nothing that is folded anew
    /// from there on was adopted from before it.
    static func isDerivable(
        _ entry: Adoptions.Entry, from anchor: Anchor, _ adoptions: [Adoptions.Entry], _ amendments: Amendments
    ) -> Bool {
        switch entry.adoption.recipe {
        case .spec, .upgrade: return true
        case .candidate(_, let start): return start >= anchor.events
        case .restore(let target):
            let amendments = amendments.prefix(amendments.countBefore(entry.offset))
            guard target >= anchor.state else { return false }
            let between = adoptions.filter { $0.offset >= anchor.state && $0.offset < target }
            let base = between.lastIndex { root in
                root.adoption.recipe.isRoot
                    && amendments.leave(root.offset + 1, foldedUnder: amendments.countBefore(root.offset))
            }
            guard base != nil || amendments.leave(anchor.state, foldedUnder: anchor.amendmentCount) else {
                return false
            }
            // Those behind the newest that holds do not hold.
            return between.dropFirst(base.map { $0 + 1 } ?? 0).allSatisfy {
                !$0.adoption.recipe.reaches(behind: anchor.state, anchor.events)
            }
        }
    }

    /// The same of a log as it lies there. Complexity: O(state + events since the last snapshot).
    package static func rooted(in log: StoreAccess.Store) throws -> Set<Int> {
        let state = try ApplicationState(reading: log)
        return rooted(
            among: try log.snapshots(), state.amendments, from: try Anchor(log),
            try Adoptions.list(in: log, 0..<log.endOffset))
    }
}

extension Adoption.Recipe {
    /// Whether it reaches back to what retention has dropped.
    /// - Parameters:
    ///   - state: the oldest that can be had.
    ///   - events: the first event whose payload is there.
    func reaches(behind state: Int, _ events: Int) -> Bool {
        switch self {
        case .restore(let target): target < state
        case .candidate(_, let start): start < events
        case .spec, .upgrade: false
        }
    }
}
