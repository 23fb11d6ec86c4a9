import Determinism
import EventLog
import ModelLifecycle

/// Folds a whole log again from its beginning and compares everything that was stored: the chain, every answer, the
/// digests at every snapshot, and the derivation of every state that was adopted.
package struct Verification: Sendable {
    /// Something that is not as it was.
    package struct Difference: Sendable {
        package let offset: Int
        package let what: String
    }

    /// Differences listed at most; all are counted.
    static let listedMax = 20

    package private(set) var eventCount = 0
    package private(set) var answerCount = 0
    package private(set) var snapshotCount = 0
    package private(set) var differenceCount = 0
    package private(set) var differences: [Difference] = []
    package private(set) var stateDigest: Digest?
    package private(set) var ledgerDigest: Digest?

    package var isEqual: Bool { differenceCount == 0 }

    /// - Parameter progress: is told the offset reached and the log's end, every few thousand events.
    package init(of log: StoreAccess.Store, progress: (Int, Int) -> Void = { _, _ in }) throws {
        let end = try log.endOffset
        let snapshots = try log.snapshots()
        var expected = snapshots[...]
        // States that a later adoption goes back to are kept as they are passed: one reading of the log derives all.
        let targets = snapshots.compactMap(\.restoredOffset).sorted()
        var kept: [(offset: Int, learned: LearnedState)] = []
        var replay = Replay(fromStart: log)
        var result = Verification()
        do {
            try replay.run(
                derive: { _, target in kept.first { $0.offset == target }?.learned },
                check: { offset, stored, answer in
                    result.compare(offset, stored, answer)
                    if offset & 4095 == 0 { progress(offset, end) }
                },
                beforeEvent: { state, offset in
                    guard let state else { return }
                    if targets.contains(offset), !kept.contains(where: { $0.offset == offset }) {
                        kept.append((offset, state.learned))
                    }
                    while let next = expected.first, next.offset <= offset {
                        result.compare(next, state)
                        expected = expected.dropFirst()
                    }
                })
            for missed in expected { result.add(missed.offset, "a snapshot lies beyond the log's end") }
        } catch let error as LogFailure {
            result.add(replay.offset, error.message)
        } catch let error as PastEventMissing {
            result.add(replay.offset, error.description)
        }
        result.stateDigest = replay.state?.stateDigest
        result.ledgerDigest = replay.state?.ledgerDigest
        self = result
    }

    private init() {}

    private mutating func compare(_ offset: Int, _ stored: StoredAnswer, _ answer: StoredAnswer) {
        eventCount += 1
        if stored.decision.hasAnswer { answerCount += 1 }
        guard !stored.isSame(as: answer) else { return }
        add(offset, "stored: \(stored.summary); folded again: \(answer.summary)")
    }

    private mutating func compare(_ snapshot: Snapshot, _ state: ApplicationState) {
        snapshotCount += 1
        guard snapshot.offset == state.offset else {
            return add(snapshot.offset, "the snapshot lies between two events")
        }
        if snapshot.stateDigest != state.stateDigest {
            add(snapshot.offset, "state_digest stored: \(snapshot.stateDigest); folded again: \(state.stateDigest)")
        }
        if snapshot.ledgerDigest != state.ledgerDigest {
            add(snapshot.offset, "ledger_digest stored: \(snapshot.ledgerDigest); folded again: \(state.ledgerDigest)")
        }
    }

    private mutating func add(_ offset: Int, _ what: String) {
        differenceCount += 1
        if differences.count < Self.listedMax { differences.append(Difference(offset: offset, what: what)) }
    }
}

extension StoredAnswer {
    /// Whether two answers have the same bits.
    func isSame(as other: StoredAnswer) -> Bool {
        decision == other.decision && isBaseline == other.isBaseline
            && values.map(\.bitPattern) == other.values.map(\.bitPattern)
    }

    var summary: String {
        values.isEmpty ? "\(decision)" : "\(decision) \(values.map { "\($0)" }.joined(separator: ", "))"
    }
}
