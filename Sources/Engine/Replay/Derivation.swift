import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Derives learned states from a log under amendments: what the recipes of adoptions mean.
///
/// A snapshot holds under amendments if none of those that it does not already know touches an event before it. The
/// newest that holds is where folding begins, so the cost does not depend on the length of the log unless an amendment
/// reaches far back.
final class Derivation {
    /// What is folded under, whatever of it lies after the offset asked for.
    let amendments: Amendments
    private let log: StoreAccess.Store
    /// Learned states that one derivation asks for again and again, by offset.
    private var known: [Int: LearnedState] = [:]

    init(_ log: StoreAccess.Store, under amendments: Amendments) {
        (self.log, self.amendments) = (log, amendments)
    }

    /// The learned state before the event at an offset.
    func learned(at offset: Int) throws -> LearnedState {
        if let learned = known[offset] { return learned }
        let end = try log.endOffset
        guard offset <= end else { throw RestorePoint.future(offset, end: end) }
        var replay = try replay(atOrBefore: offset)
        try run(&replay, to: offset)
        guard let state = replay.state, replay.offset == offset else {
            throw Refusal(
                .impossibleRestore, "@\(offset) is before the spec was adopted",
                hint: "the first state that can be restored is @1")
        }
        known[offset] = state.learned
        return state.learned
    }

    /// The offset itself, or, where another revision of the arithmetic folded the events before it, that of the newest
    /// snapshot of theirs: what lies between cannot be folded to the same bits.
    func reachable(_ offset: Int) throws -> Int {
        let base = try replay(atOrBefore: offset)
        return base.isAsLived && base.state?.revisionOfOthers != nil ? base.offset : offset
    }

    /// A fold that begins at the newest snapshot that holds and is not after an offset.
    func replay(atOrBefore offset: Int) throws -> Replay {
        var (bound, damage) = (offset, [SnapshotDamage]())
        // No state knows an amendment before it was made, so most need not be decoded to be passed over.
        while let (state, _) = try log.newestState(
            atOrBefore: bound, passingOver: &damage,
            where: { amendments.leave($0, foldedUnder: amendments.before($0).count) })
        {
            try StopFlag.current?.check()
            let foldedUnder = state.learned.lineage.amendmentCount
            if amendments.leave(state.offset, foldedUnder: foldedUnder) {
                let isAsLived = amendments.neverTouched(before: offset, since: foldedUnder)
                return try Replay(log, at: state, under: isAsLived ? nil : amendments)
            }
            guard state.offset > 0 else { break }
            bound = state.offset - 1
        }
        return try Replay(log, at: nil, under: amendments.neverTouched(before: offset, since: 0) ? nil : amendments)
    }

    /// Folds on, deriving what adoptions on the way adopted. States that a later adoption goes back to are kept as they
    /// are passed, so that one reading of the log derives them all.
    func run(_ replay: inout Replay, to end: Int = .max) throws {
        if !replay.isAsLived {
            for target in try log.snapshots().compactMap(\.restoredOffset).sorted()
            where target > replay.offset && target < end {
                try replay.run(to: target, derive: { try self.learned($0, before: $1) })
                if replay.offset == target { known[target] = replay.state?.learned }
            }
        }
        try replay.run(to: end, derive: { try self.learned($0, before: $1) })
    }

    /// The learned state of an adoption's recipe.
    /// - Parameter state: the state before the adoption, under the same amendments.
    /// - Returns: nil where what is stored with the adoption is still right.
    private func learned(_ adoption: Adoption, before state: ApplicationState) throws -> LearnedState? {
        do throws(LogFailure) {
            let stored = try log.stateAdopted(at: state.offset).learned
            if amendments.leave(state.offset + 1, foldedUnder: stored.lineage.amendmentCount) { return stored }
        } catch {
            // What is damaged, or not there, is derived.
            guard error.kind == .damaged else { throw error }
        }
        return try derive(adoption.recipe, at: state.offset, from: state)
    }

    /// Derives the recipe of an adoption anew, whatever is stored.
    ///
    /// - Parameters:
    ///   - offset: of the adoption.
    ///   - state: the state before it under the same amendments, where it is at hand.
    func derive(_ recipe: Adoption.Recipe, at offset: Int, from state: ApplicationState?) throws -> LearnedState {
        switch (recipe, state) {
        case (.restore(let target), nil): return try learned(at: target)
        case (.restore(let target), let state?): return target == offset ? state.learned : try learned(at: target)
        case (.candidate(let spec, let start), _):
            var rerun = Rerun(spec, log: log, from: start, under: amendments)
            try rerun.run(to: offset)
            return rerun.state.learned
        case (.upgrade, let state): return try state?.learned ?? learned(at: offset)
        case (.spec, _): preconditionFailure("a spec's adoption is applied, not derived")
        }
    }
}
