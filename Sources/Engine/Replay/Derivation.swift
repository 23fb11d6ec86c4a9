import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Derives learned states from a log under amendments: what the recipes of adoptions mean.
///
/// *Adoptions are roots.* What was restored, rebuilt or taken over from a candidate holds under amendments if those
/// that it does not already know touch nothing before it. Folding begins at the newest root that holds, whether its
/// snapshot is there or must be derived first; any other snapshot behind it that holds only saves folding. So the cost
/// does not depend on the length of the log unless an amendment reaches far back, and what comes out does not depend on
/// which snapshots there are.
final class Derivation {
    /// What is folded under, whatever of it lies after the offset asked for.
    let amendments: Amendments
    private let log: StoreAccess.Store
    private let roots: DerivedRoots
    /// Whether what came out before must come out again: then nothing is folded from a state that does not hold.
    private let isStrict: Bool
    /// Learned states that one derivation asks for again and again, by offset.
    private var known: [Int: LearnedState] = [:]

    /// - Parameters:
    ///   - roots: what the piece of work that this is part of has derived.
    ///   - isStrict: whether what came out before must come out again, though events were dropped by retention. Else
    ///     what came before the oldest state stands as it was learned.
    init(
        _ log: StoreAccess.Store, under amendments: Amendments, _ roots: DerivedRoots = DerivedRoots(),
        isStrict: Bool = false
    ) {
        (self.log, self.amendments, self.roots, self.isStrict) = (log, amendments, roots, isStrict)
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

    /// A fold that begins at the newest root or snapshot that holds and is not after an offset.
    func replay(atOrBefore offset: Int) throws -> Replay {
        let floor = try LogFloor(log)
        if let floor, offset < floor.state { throw PayloadGone(offset: floor.events - 1) }
        var base = try storedBase(atOrBefore: offset, from: floor?.state ?? 0)
        let known = base?.offset ?? floor?.state ?? 0
        if let root = try newestRoot(in: known..<max(known, offset)) { base = try lived(at: root + 1) }
        if base == nil, let floor {
            guard !isStrict else { throw PayloadGone(offset: floor.events - 1) }
            base = try lived(at: floor.state)
        }
        guard let base else {
            let isAsLived = amendments.neverTouched(before: offset, since: 0)
            return try Replay(log, at: nil, under: isAsLived ? nil : amendments, roots)
        }
        let isAsLived = amendments.neverTouched(before: offset, since: base.learned.lineage.amendmentCount)
        return try Replay(log, at: base, under: isAsLived ? nil : amendments, roots)
    }

    /// The newest state that is stored, holds, and is not after an offset nor before another.
    private func storedBase(atOrBefore offset: Int, from first: Int) throws -> ApplicationState? {
        var (bound, damage) = (offset, [SnapshotDamage]())
        // No state knows an amendment before it was made, so most need not be decoded to be passed over.
        while let (state, _) = try log.newestState(
            atOrBefore: bound, passingOver: &damage,
            where: { $0 >= first && amendments.leave($0, foldedUnder: amendments.countBefore($0)) })
        {
            try StopFlag.current?.check()
            if amendments.leave(state.offset, foldedUnder: state.learned.lineage.amendmentCount) { return state }
            guard state.offset > 0 else { break }
            bound = state.offset - 1
        }
        return nil
    }

    /// The newest root in a range that holds and whose snapshot is not there, or damaged.
    private func newestRoot(in range: Range<Int>) throws -> Int? {
        let adoptions = try Adoptions.list(in: log, range)
        // What another program derived, this one cannot.
        return adoptions.last {
            $0.adoption.recipe.isRoot && $0.adoption.revision.isOwn && holds($0.offset)
        }?.offset
    }

    /// Whether what was adopted at an offset counts under these amendments as it did then.
    private func holds(_ adoption: Int) -> Bool {
        amendments.leave(adoption + 1, foldedUnder: amendments.countBefore(adoption))
    }

    /// Whether what a recipe reaches back to was dropped by retention: it stands as it was learned.
    private func standsAsLived(_ recipe: Adoption.Recipe) throws -> Bool {
        guard !isStrict, let floor = try LogFloor(log) else { return false }
        return recipe.reaches(behind: floor.state, floor.events)
    }

    /// The state at an offset right after an adoption, as it was lived through.
    private func lived(at offset: Int) throws -> ApplicationState {
        if let state = try roots.state(at: offset) { return state }
        var replay = try Replay(log, atOrBefore: offset, roots)
        try replay.run(to: offset)
        guard let state = replay.state, state.offset == offset else {
            throw LogFailure(.damaged, "the log ends before @\(offset)", hint: LogReader.hint)
        }
        return state
    }

    /// Folds on, deriving what adoptions on the way adopted. States that a later adoption goes back to are kept as they
    /// are passed, so that one reading of the log derives them all.
    func run(_ replay: inout Replay, to end: Int = .max) throws {
        // As lived through, the log itself says under which amendments each was derived.
        guard !replay.isAsLived else { return try replay.run(to: end) }
        let passed = try Adoptions.list(in: log, replay.offset..<max(replay.offset, min(end, log.endOffset)))
        let targets = passed.compactMap { entry -> Int? in
            guard case .restore(let target) = entry.adoption.recipe, target < entry.offset else { return nil }
            return target
        }
        for target in targets.sorted() where target > replay.offset && target < end {
            try replay.run(to: target, derive: { try self.learned($0, before: $1) })
            if replay.offset == target { known[target] = replay.state?.learned }
        }
        try replay.run(to: end, derive: { try self.learned($0, before: $1) })
    }

    /// What an adoption on the way gives under these amendments.
    /// - Parameter state: the state before the adoption, under the same amendments.
    private func learned(_ adoption: Adoption, before state: ApplicationState) throws -> LearnedState {
        if adoption.recipe.isRoot, try holds(state.offset) || standsAsLived(adoption.recipe) {
            return try lived(at: state.offset + 1).learned
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
            guard try start >= log.sealedEnd else { throw PayloadGone(offset: start) }
            var rerun = Rerun(spec, log: log, from: start, under: amendments)
            try rerun.run(to: offset)
            return rerun.state.learned
        case (.upgrade, let state): return try state?.learned ?? learned(at: offset)
        case (.spec, _): preconditionFailure("a spec's adoption is applied, not derived")
        }
    }
}

extension Derivation {
    /// What an adoption adopted, derived by its recipe under the amendments of then.
    ///
    /// - Parameters:
    ///   - state: the state before it, as it was lived through.
    ///   - roots: what the piece of work that this is part of has derived.
    static func recipe(
        of adoption: Adoption, from state: ApplicationState, in log: StoreAccess.Store, _ roots: DerivedRoots
    ) throws -> LearnedState {
        // An upgrade adopted the state as lived through, without the corrections that no rebuild had taken up.
        if case .upgrade = adoption.recipe { return state.learned }
        let amendments = state.amendments
        // Folded as it was lived through, the state is that under the amendments only if they change nothing of it.
        let isSame = amendments.leave(state.offset, foldedUnder: state.learned.lineage.amendmentCount)
        let derived = try Derivation(log, under: amendments, roots, isStrict: true).derive(
            adoption.recipe, at: state.offset, from: isSame ? state : nil)
        return state.keepingRoles(derived, adoption.recipe)
    }
}
