import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// The verification of the events from one snapshot to the next, on whichever thread.
final class VerifiedPart: @unchecked Sendable {
    // Filled in by one thread, read by another after that one is done.
    private(set) var ranges: [Verification.Range] = []
    private(set) var answerCount = 0
    private(set) var snapshotCount = 0
    private(set) var differenceCount = 0
    private(set) var differences: [Verification.Difference] = []
    private(set) var stateDigest: Digest?
    private(set) var ledgerDigest: Digest?
    private let first: Int
    private let end: Int
    private var firstDifferent: Int?

    init(first: Int, end: Int) {
        (self.first, self.end) = (first, end)
    }

    /// - Parameters:
    ///   - start: where folding begins; nil for the beginning of the log.
    ///   - last: what it must lead to; nil at the log's end.
    ///   - progress: is told how many events more were compared.
    func verify(
        _ log: StoreAccess.Store, from start: Snapshot?, to last: Snapshot?, progress: (Int) -> Void
    ) {
        var (reached, next) = (first, first)
        do {
            let state = try start.map { try decode($0, in: log) }
            // Answers and snapshots of another arithmetic stand: this one's need not equal them.
            let (older, roots) = (state?.revisionOfOthers, DerivedRoots())
            var replay = try Replay(log, at: state, under: nil, roots)
            try replay.run(
                to: end,
                derive: { try self.derive($0, $1, log, roots) },
                check: { offset, stored, outcome in
                    next = offset + 1
                    if stored.decision.hasAnswer { answerCount += 1 }
                    if older == nil { compare(offset, stored, outcome) }
                    guard offset - reached >= 4_096 else { return }
                    progress(offset - reached)
                    reached = offset
                })
            if let last, let state = replay.state, older == nil || last.reason == .adoption { compare(last, state) }
            if let last { snapshotCount += last.offset == end ? 1 : 0 }
            (stateDigest, ledgerDigest) = (replay.state?.stateDigest, replay.state?.ledgerDigest)
            note(rangeFrom: first, sealedBecause: older.map { "answered by another revision: \($0)" })
        } catch let gone as PayloadGone {
            note(rangeFrom: first, to: gone.offset, sealedBecause: nil)
            let isDropped = gone.offset < ((try? log.sealedEnd) ?? 0)
            seal(from: gone.offset, isDropped ? "dropped by retention" : "forgotten", log, last)
        } catch let lost as AdoptedByOthers {
            note(rangeFrom: first, to: lost.offset, sealedBecause: nil)
            seal(from: lost.offset, "adopted by another revision: \(lost.revision)", log, last)
        } catch {
            note(next, (error as? LogFailure)?.message ?? "\(error)")
            note(rangeFrom: first, sealedBecause: nil)
        }
        progress(end - reached)
    }

    /// Events that cannot be folded: their chain is checked, as it is whenever a block is read.
    private func seal(from offset: Int, _ reason: String, _ log: StoreAccess.Store, _ last: Snapshot?) {
        var next = offset
        do {
            _ = try log.read(after: log.tip(before: next)) { _, tip in
                next = tip.endOffset
                return next < end
            }
            if let last {
                let state = try decode(last, in: log)
                (stateDigest, ledgerDigest) = (state.stateDigest, state.ledgerDigest)
                snapshotCount += 1
            }
        } catch {
            note(next, (error as? LogFailure)?.message ?? "\(error)")
        }
        note(rangeFrom: offset, sealedBecause: reason)
    }

    /// Decodes a snapshot, and checks that it holds what is said of it.
    private func decode(_ snapshot: Snapshot, in log: StoreAccess.Store) throws -> ApplicationState {
        let state = try log.state(of: snapshot)
        compare(snapshot, state)
        return state
    }

    /// Derives an adoption's recipe anew, and compares it with what was adopted.
    /// - Returns: nil, so that the fold goes on with what was adopted.
    private func derive(
        _ adoption: Adoption, _ state: ApplicationState, _ log: StoreAccess.Store, _ roots: DerivedRoots
    ) throws -> LearnedState? {
        guard try roots.isStored(state.offset + 1, in: log) else {
            // It is derived, and compared, when the fold goes on; by the arithmetic of another program it cannot be.
            guard adoption.revision.isOwn else {
                throw AdoptedByOthers(offset: state.offset, revision: adoption.revision)
            }
            return nil
        }
        guard adoption.revision.isOwn else { return nil }
        do {
            let derived = try Derivation.recipe(of: adoption, from: state, in: log, roots)
            if derived.digest != adoption.stateDigest {
                note(state.offset, "adopted: \(adoption.stateDigest); derived again: \(derived.digest)")
            }
        } catch is PayloadGone {
            // What was adopted was derived from what has since been forgotten.
        }
        return nil
    }

    private func compare(_ offset: Int, _ stored: borrowing StoredAnswer, _ outcome: borrowing Outcome) {
        if !stored.answerIsSame(as: outcome) {
            let answer = StoredAnswer(copy outcome)
            note(offset, "stored: \(stored.summary); folded again: \(answer.summary)")
        }
        // Blocks of before kept no notices.
        guard let told = stored.notices, told != outcome.notices else { return }
        note(
            offset, "notices stored: \(told.isEmpty ? "none" : Self.list(told)); folded again: "
                + (outcome.notices.isEmpty ? "none" : Self.list(outcome.notices)))
    }

    private static func list(_ notices: [Notice]) -> String { notices.map(\.summary).joined(separator: "; ") }

    private func compare(_ snapshot: Snapshot, _ state: ApplicationState) {
        guard snapshot.offset == state.offset else {
            return note(snapshot.offset, "the snapshot lies between two events")
        }
        if snapshot.stateDigest != state.stateDigest {
            note(snapshot.offset, "state_digest stored: \(snapshot.stateDigest); folded again: \(state.stateDigest)")
        }
        if snapshot.ledgerDigest != state.ledgerDigest {
            note(
                snapshot.offset, "ledger_digest stored: \(snapshot.ledgerDigest); folded again: \(state.ledgerDigest)")
        }
    }

    private func note(_ offset: Int, _ what: String) {
        firstDifferent = min(firstDifferent ?? offset, offset)
        differenceCount += 1
        if differences.count < Verification.listedMax {
            differences.append(Verification.Difference(offset: offset, what: what))
        }
    }

    private func note(rangeFrom start: Int, to end: Int? = nil, sealedBecause reason: String?) {
        let end = end ?? self.end
        let kind: Verification.Range.Kind = reason == nil ? .derived : .sealed
        let parting = firstDifferent.map { max(start, min($0, end)) } ?? end
        ranges.append(Verification.Range(kind: kind, offsets: start..<parting, reason: reason ?? ""))
        ranges.append(Verification.Range(kind: .different, offsets: parting..<end, reason: ""))
    }
}

/// A fold met an adoption that is not stored and that this program cannot derive.
private struct AdoptedByOthers: Error {
    let offset: Int
    let revision: Revision
}

extension ApplicationState {
    /// The revision that folds here, where it is not this program's.
    var revisionOfOthers: Revision? {
        revision == Revision(of: learned.settings) ? nil : revision
    }
}

extension StoredAnswer {
    /// Whether two answers have the same bits, and told the same, as far as both say what was told.
    func isSame(as other: StoredAnswer) -> Bool {
        // Who answered counts where there is an answer; some blocks say it of the label that follows, too.
        decision == other.decision && (isBaseline == other.isBaseline || !decision.hasAnswer)
            && values.isSame(as: other.values)
            && (notices == nil || other.notices == nil || notices == other.notices)
    }

    /// Whether the fold gave the same answer, bit by bit.
    func answerIsSame(as outcome: borrowing Outcome) -> Bool {
        guard decision == outcome.decision else { return false }
        guard decision.hasAnswer else { return values.isEmpty }
        return isBaseline == outcome.answerIsBaseline && values.isSame(as: outcome.answer)
    }

    var summary: String {
        values.isEmpty ? "\(decision)" : "\(decision) \(values.map { "\($0)" }.joined(separator: ", "))"
    }
}

extension Collection<Double> {
    fileprivate func isSame(as other: some Collection<Double>) -> Bool {
        count == other.count && zip(self, other).allSatisfy { $0.bitPattern == $1.bitPattern }
    }
}
