import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Folds a log again: the one way to a state other than having lived through it. Recovering, restoring, verifying and
/// amending differ only in where they begin, what they compare, and under which amendments they fold.
struct Replay {
    /// Nil before the first event.
    private var fold: Fold<LogPast>?
    /// The offset of the next event to fold.
    private(set) var offset: Int
    private let log: StoreAccess.Store
    /// The size of the snapshot where it began, in bytes; 0 where there was none.
    private(set) var snapshotBytes = 0
    /// Whether it folds the log as it was lived through.
    let isAsLived: Bool
    private let amendments: Amendments
    /// What the piece of work that this is part of has derived.
    private let roots: DerivedRoots
    /// Snapshots that would have served and are damaged.
    private(set) var damage: [SnapshotDamage] = []

    /// Begins at the newest whole snapshot at or before an offset, or at the beginning where there is none.
    /// - Parameter roots: what the piece of work that this is part of has derived: folding may begin there, too.
    init(_ log: StoreAccess.Store, atOrBefore offset: Int = .max, _ roots: DerivedRoots = DerivedRoots()) throws {
        var damage: [SnapshotDamage] = []
        // A snapshot beyond the log's end is not one of this log.
        let bound = min(offset, try log.endOffset)
        let newest = try log.newestState(atOrBefore: bound, passingOver: &damage)
        let derived = try roots.newest(after: newest?.state.offset ?? 0, upTo: bound)
        try self.init(log, at: derived ?? newest?.state, under: nil, roots)
        (self.damage, snapshotBytes) = (damage, newest?.byteCount ?? 0)
    }

    /// Begins at the log's very beginning, whatever snapshots there are.
    init(fromStart log: StoreAccess.Store) throws {
        try self.init(log, at: nil)
    }

    /// Begins at a state that the log has led to, or at the beginning.
    /// - Parameters:
    ///   - amendments: to fold under; nil folds the log as it was lived through.
    ///   - roots: what the piece of work that this is part of has derived.
    init(
        _ log: StoreAccess.Store, at state: ApplicationState?, under amendments: Amendments? = nil,
        _ roots: DerivedRoots = DerivedRoots()
    ) throws {
        (self.log, self.roots) = (log, roots)
        offset = state?.offset ?? 0
        isAsLived = amendments == nil
        self.amendments = amendments ?? Amendments()
        fold = state.map { begin(at: $0) }
    }

    var state: ApplicationState? { fold?.state }

    private func begin(at state: ApplicationState) -> Fold<LogPast> {
        Fold(state, LogPast(log, under: state.contract), isAsLived ? .asLived : .amended, under: amendments)
    }

    /// Folds events up to an offset, or to the log's end.
    ///
    /// - Parameters:
    ///   - derive: gives the learned state of an adoption that is not of a spec, for the state before it; by default
    ///     that which is stored with it.
    ///   - check: is told of every event with its stored answer and what the fold gave.
    ///   - scored: is shown the state after every label that has met its question, and what that step gave.
    /// - Throws: what the current ``StopFlag`` says, too.
    mutating func run(
        to end: Int = .max,
        derive: (Adoption, ApplicationState) throws -> LearnedState? = { _, _ in nil },
        check: (Int, borrowing StoredAnswer, borrowing Outcome) -> Void = { _, _, _ in },
        scored: ((borrowing ApplicationState, borrowing Outcome) -> Void)? = nil
    ) throws {
        // Out of this value while it folds, because deriving changes what else is here.
        guard offset < end, var fold = try fold.take() ?? begun() else { return }
        var isStored = true
        defer { self.fold = fold }
        while offset < end, let (block, contract) = try fold.past.reader.block(containing: offset) {
            var (event, stored) = (Event(contract.layout), StoredAnswer(.predicted))
            let blockEnd = min(end, block.firstOffset + block.count)
            try fold.run(&stored, &event) { stored, event in
                guard offset < blockEnd else { return false }
                do throws(CanonicalDecodingError) {
                    try block.read(offset - block.firstOffset, contract: contract, into: &event, answer: &stored)
                } catch {
                    throw LogFailure(undecodable: "event \(offset)", error, hint: LogReader.hint)
                }
                return true
            } derive: { adoption, state in
                if let derived = try derive(adoption, state) { return derived }
                let adopted: LearnedState
                (adopted, isStored) = try adoptedState(adoption, before: state)
                return adopted
            } after: { stored, _, state, outcome in
                if !isStored {
                    try roots.keep(state)
                    isStored = true
                }
                check(offset, stored, outcome)
                guard outcome.decision.isLogged else {
                    throw LogFailure(
                        .damaged, "event \(offset) is in the log, and the fold refuses it: \(outcome.decision)",
                        hint: "`headrace verify` compares the whole log")
                }
                if let scored, outcome.decision.hasLearned || outcome.hasScoredOthers { scored(state, outcome) }
                offset += 1
            }
        }
    }

    /// The fold of a log from its beginning; nil where the log is empty.
    private func begun() throws -> Fold<LogPast>? {
        var reader = LogReader(log)
        guard let first = try reader.read(0)?.event else { return nil }
        guard case .spec(let spec)? = first.adoption?.recipe else {
            throw LogFailure(.damaged, "the log does not begin with a spec")
        }
        return begin(at: ApplicationState(beginning: spec))
    }

    /// The learned state that was stored with an adoption; where it is damaged, or not there, what its recipe gives.
    /// - Parameter state: the state before it, as it was lived through.
    private mutating func adoptedState(
        _ adoption: Adoption, before state: ApplicationState
    ) throws -> (LearnedState, isStored: Bool) {
        do throws(LogFailure) {
            if try roots.isStored(offset + 1, in: log), let stored = try log.stateAdopted(at: offset) {
                return (stored.learned, true)
            }
        } catch {
            guard error.kind == .damaged else { throw error }
            damage.append(SnapshotDamage(offset: offset + 1, reason: error.message))
        }
        guard adoption.revision.isOwn else { throw notDerivable("another revision derived it: \(adoption.revision)") }
        let derived: LearnedState
        do {
            derived = try Derivation.recipe(of: adoption, from: state, in: log, roots)
        } catch let gone as PayloadGone {
            throw notDerivable("\(gone)")
        }
        guard derived.digest == adoption.stateDigest else {
            throw notDerivable("its recipe gives another state by the arithmetic of this program")
        }
        return (derived, false)
    }

    private func notDerivable(_ reason: String) -> LogFailure {
        LogFailure(
            .damaged, "the snapshot of the adoption, event \(offset), is damaged or not there, and cannot be derived "
                + "again: \(reason)",
            hint: "Nothing was deleted. Bring the file back from a backup.")
    }
}

extension ApplicationState {
    /// Decodes a snapshot.
    init(snapshot: Snapshot) throws(LogFailure) {
        do {
            var decoder = CanonicalDecoder(snapshot.payload)
            let format = try decoder.byte()
            try self.init(from: &decoder, format: format)
            try decoder.finish()
        } catch {
            throw LogFailure(
                undecodable: "the snapshot at @\(snapshot.offset)", error,
                hint: "Nothing was deleted; the log itself can be folded again.")
        }
    }

    /// Encodes the state as it is now.
    func snapshot(_ reason: Snapshot.Reason, restoredOffset: Int? = nil) -> Snapshot {
        var encoder = CanonicalEncoder()
        encoder.byte(Self.snapshotFormat)
        encode(to: &encoder)
        return Snapshot(
            offset: offset, reason: reason, restoredOffset: restoredOffset, stateDigest: stateDigest,
            ledgerDigest: ledgerDigest, time: ledger.time, payload: encoder.bytes)
    }
}
