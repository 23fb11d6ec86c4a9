import Determinism
import Dispatch
import EventLog
import ModelLifecycle
import OnlineLearning
import Synchronization

/// A log folded again and compared with what it holds: the chain, every answer, the digests of every snapshot, and the
/// state that every adoption adopted, derived anew.
///
/// The log is folded from every snapshot to the next, on several threads at once; since each fold must end in the very
/// state that the next begins with, they are as good as one from the beginning.
package struct Verification: Sendable {
    /// Consecutive events of which the same can be said.
    package struct Range: Sendable, Equatable {
        package enum Kind: String, Sendable {
            /// Folded again, and all is as it was.
            case derived = "re-derived"
            /// What the fold would need is gone, or the arithmetic was another: only the chain was checked.
            case sealed
            /// Something is not as it was.
            case different
        }

        package let kind: Kind
        package let offsets: Swift.Range<Int>
        /// Why a range is sealed; empty otherwise.
        package let reason: String
    }

    /// Something that is not as it was.
    package struct Difference: Sendable {
        package let offset: Int
        package let what: String
    }

    /// Differences listed at most; all are counted.
    static let listedMax = 20

    package private(set) var ranges: [Range] = []
    package private(set) var answerCount = 0
    package private(set) var snapshotCount = 0
    package private(set) var differenceCount = 0
    package private(set) var differences: [Difference] = []
    package private(set) var stateDigest: Digest?
    package private(set) var ledgerDigest: Digest?

    package var isEqual: Bool { differenceCount == 0 }
    package var eventCount: Int { ranges.last?.offsets.upperBound ?? 0 }

    /// - Parameter progress: is told how many events were compared, and how many there are, every few thousand.
    package init(
        of log: StoreAccess.Store, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) throws {
        while true {
            let boundaries = try log.snapshots()
            try self.init(of: log, boundaries, progress)
            // Beside a server, a snapshot can be dropped before it was read. That is no difference.
            let left = Set(try log.snapshots().map(\.offset))
            if isEqual || boundaries.allSatisfy({ left.contains($0.offset) }) { return }
        }
    }

    private init(
        of log: StoreAccess.Store, _ snapshots: [Snapshot], _ progress: @escaping @Sendable (Int, Int) -> Void
    ) throws {
        let names = try log.formerNames()
        let end = try log.endOffset
        let (boundaries, damaged) = try Self.whole(snapshots, in: log, to: end)
        let starts = [nil] + boundaries.map { Optional($0) }
        let ends = boundaries.map { Optional($0) } + [nil]
        let parts = zip(starts, ends).filter { ($0?.offset ?? 0) < ($1?.offset ?? end) || $1 == nil }
        // The long ones first, so that no thread is left alone with one at the end.
        let order = parts.indices.sorted { a, b in
            let (left, right) = (parts[a], parts[b])
            return (left.1?.offset ?? end) - (left.0?.offset ?? 0) > (right.1?.offset ?? end) - (right.0?.offset ?? 0)
        }
        let results = Mutex([VerifiedPart?](repeating: nil, count: parts.count))
        let done = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: parts.count) { turn in
            let index = order[turn]
            let (start, last) = parts[index]
            let part = VerifiedPart(first: start?.offset ?? 0, end: last?.offset ?? end)
            part.verify(log, from: start, to: last) { count in
                progress(done.add(count, ordering: .relaxed).newValue, end)
            }
            results.withLock { $0[index] = part }
        }
        for part in results.withLock({ $0 }).compactMap({ $0 }) { add(part) }
        for difference in damaged { add(difference) }
        for (name, offset) in names where !(0...end).contains(offset) {
            add(Difference(offset: offset, what: "the version named '\(name)' does not lie in the log"))
        }
    }

    /// The snapshots that fold on, and what is wrong with the others: those are folded past.
    private static func whole(
        _ snapshots: [Snapshot], in log: StoreAccess.Store, to end: Int
    ) throws(LogFailure) -> ([Snapshot], [Difference]) {
        var (whole, damaged): ([Snapshot], [Difference]) = ([], [])
        for snapshot in snapshots {
            guard snapshot.offset <= end else {
                damaged.append(Difference(offset: snapshot.offset, what: "a snapshot lies beyond the log's end"))
                continue
            }
            do throws(LogFailure) {
                _ = try log.state(of: snapshot)
                whole.append(snapshot)
            } catch {
                guard error.kind == .damaged else { throw error }
                damaged.append(Difference(offset: snapshot.offset, what: error.message))
            }
        }
        return (whole, damaged)
    }

    private mutating func add(_ part: VerifiedPart) {
        for range in part.ranges where !range.offsets.isEmpty {
            if let last = ranges.last, last.kind == range.kind, last.reason == range.reason {
                ranges[ranges.count - 1] = Range(
                    kind: last.kind, offsets: last.offsets.lowerBound..<range.offsets.upperBound, reason: last.reason)
            } else {
                ranges.append(range)
            }
        }
        answerCount += part.answerCount
        snapshotCount += part.snapshotCount
        differenceCount += part.differenceCount - part.differences.count
        for difference in part.differences { add(difference) }
        (stateDigest, ledgerDigest) = (part.stateDigest, part.ledgerDigest)
    }

    private mutating func add(_ difference: Difference) {
        differenceCount += 1
        if differences.count < Self.listedMax { differences.append(difference) }
    }
}
