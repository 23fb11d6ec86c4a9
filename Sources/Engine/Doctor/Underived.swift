import EventLog
import ModelLifecycle

/// What was adopted and has no whole snapshot: it is derived by its recipe when something asks for it. Found without
/// folding anything.
package struct Underived: Sendable, Equatable {
    /// Of the `adopted` event.
    package let offset: Int
    /// Events that its recipe folds, what other adoptions of the kind have to fold first not among them.
    package let events: Int

    package init(offset: Int, events: Int) {
        (self.offset, self.events) = (offset, events)
    }
}

extension Checkup {
    /// A state that folding can begin at, and how many amendments it was folded under.
    typealias Base = (offset: Int, amendmentCount: Int)

    /// Says which restores, rebuilds and candidates have no whole snapshot.
    ///
    /// - Parameters:
    ///   - bases: the whole snapshots, ascending.
    ///   - amendments: as the newest of them knows them. Of what was amended since nothing is known, so that a recipe
    ///     may fold more than is said.
    static func underived(
        in log: StoreAccess.Store, _ bases: [Base], _ amendments: Amendments
    ) throws -> [Underived] {
        let (first, end) = (try LogFloor(log)?.state ?? 0, try log.endOffset)
        let adoptions = try Adoptions.list(in: log, first..<max(first, end)).filter { $0.adoption.recipe.isRoot }
        let stored = Set(bases.map(\.offset))
        var found: [Underived] = []
        // Those before it that are not there are derived for themselves.
        var roots: [Base] = []
        for entry in adoptions where !stored.contains(entry.offset + 1) {
            found.append(
                Underived(
                    offset: entry.offset, events: events(of: entry, bases + roots, amendments, from: first)))
            roots.append((entry.offset + 1, amendments.countBefore(entry.offset)))
        }
        return found
    }

    /// How many events a recipe folds.
    private static func events(
        of entry: Adoptions.Entry, _ bases: [Base], _ amendments: Amendments, from first: Int
    ) -> Int {
        switch entry.adoption.recipe {
        case .candidate(_, let start): return max(0, entry.offset - start)
        case .restore(let target):
            let known = amendments.prefix(amendments.countBefore(entry.offset))
            let holding = bases.filter {
                $0.offset <= target && known.leave($0.offset, foldedUnder: min($0.amendmentCount, known.count))
            }
            return max(0, target - (holding.map(\.offset).max() ?? first))
        case .spec, .upgrade: return 0
        }
    }
}
