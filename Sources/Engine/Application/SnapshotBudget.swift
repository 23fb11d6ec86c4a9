import EventLog
import ModelLifecycle

/// Decides which snapshots go when they take more room than they may. Each of them saves folding and nothing else: what
/// goes is what saves the least of it for its size.
package struct SnapshotBudget: Sendable {
    /// What snapshots may take where the spec does not say: half of what the log takes, but at least so much.
    static let bytesMin = 256 << 20
    static let logShare = 2

    /// A snapshot as it is weighed.
    package struct Weighed: Sendable {
        package let offset: Int
        package let bytes: Int
        /// Whether nothing gives it back.
        let isRooted: Bool
        /// Of what was adopted right before it: how it is derived.
        let recipe: Adoption.Recipe?

        package init(offset: Int, bytes: Int, isRooted: Bool = false, recipe: Adoption.Recipe? = nil) {
            (self.offset, self.bytes, self.isRooted, self.recipe) = (offset, bytes, isRooted, recipe)
        }
    }

    /// What the spec says, in bytes.
    private let limit: Int?

    package init(limit: Int?) {
        self.limit = limit
    }

    /// What snapshots may take beside a log.
    func bytes(logBytes: Int) -> Int {
        limit ?? max(Self.bytesMin, logBytes / Self.logShare)
    }

    /// The offsets of those that go, so that the others keep within the budget as far as they can: the newest stays,
    /// and so does what nothing gives back.
    ///
    /// - Parameter snapshots: in the order of their offsets.
    /// - Complexity: O(snapshots × those that go × log snapshots).
    package func dropped(_ snapshots: [Weighed], logBytes: Int) -> [Int] {
        var (kept, dropped) = (snapshots, [Int]())
        var total = kept.reduce(0) { $0 + $1.bytes }
        let budget = bytes(logBytes: logBytes)
        while total > budget {
            let free = kept.indices.dropLast().filter { !kept[$0].isRooted && kept[$0].bytes > 0 }
            let cheapest = free.min { Self.loss(of: $0, among: kept) < Self.loss(of: $1, among: kept) }
            guard let cheapest else { break }
            total -= kept[cheapest].bytes
            dropped.append(kept.remove(at: cheapest).offset)
        }
        return dropped
    }

    /// How many events more are folded for every byte saved, when something behind it is asked for.
    private static func loss(of index: Int, among kept: [Weighed]) -> Double {
        let snapshot = kept[index]
        var events = snapshot.offset - (index > 0 ? kept[index - 1].offset : 0)
        switch snapshot.recipe {
        case .restore(let target)? where target < snapshot.offset - 1:
            events += target - newest(atOrBefore: target, kept)
        case .candidate(_, let start)?: events += snapshot.offset - 1 - start
        case .restore?, .spec?, .upgrade?, nil: break
        }
        return Double(events) / Double(snapshot.bytes)
    }

    private static func newest(atOrBefore offset: Int, _ kept: [Weighed]) -> Int {
        var (low, high) = (0, kept.count)
        while low < high {
            let middle = (low + high) / 2
            if kept[middle].offset <= offset { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : kept[low - 1].offset
    }
}
