import Determinism
import Synchronization

/// A log and snapshot store in memory, for tests and back-tests; it keeps what a file would keep, and forgets it with
/// the process.
public final class MemoryLog: EventLog, SnapshotStore, ExperimentStore {
    private struct Contents {
        var blocks: [Block] = []
        var snapshots: [Snapshot] = []
        var names: [(name: String, offset: Int)] = []
        var experiments: [StoredExperiment] = []
    }

    private let contents = Mutex(Contents())

    public init() {}

    public var endOffset: Int {
        contents.withLock { $0.blocks.last?.endOffset ?? 0 }
    }

    public func append(_ block: Block, snapshot: Snapshot?) throws(LogFailure) {
        let isNext = contents.withLock { contents in
            guard block.firstOffset == contents.blocks.last?.endOffset ?? 0 else { return false }
            contents.blocks.append(block)
            if let snapshot { contents.snapshots.append(snapshot) }
            return true
        }
        precondition(isNext, "block @\(block.firstOffset) does not follow the last one")
    }

    public func block(containing offset: Int) -> Block? {
        contents.withLock { contents in
            let index = Self.lastIndex(contents.blocks) { $0.firstOffset <= offset }
            guard let index, offset < contents.blocks[index].endOffset else { return nil }
            return contents.blocks[index]
        }
    }

    public func block(at time: Timestamp) -> Block? {
        contents.withLock { contents in
            Self.lastIndex(contents.blocks) { $0.firstTime <= time }.map { contents.blocks[$0] }
        }
    }

    public func save(_ snapshot: Snapshot) {
        contents.withLock { contents in
            contents.snapshots.removeAll { $0.offset == snapshot.offset }
            contents.snapshots.append(snapshot)
        }
    }

    public func snapshot(atOrBefore offset: Int) -> Snapshot? {
        contents.withLock { $0.snapshots.last { $0.offset <= offset } }
    }

    public func snapshots() -> [Snapshot] {
        contents.withLock { $0.snapshots.map(\.withoutPayload) }
    }

    public func setName(_ name: String, offset: Int) {
        contents.withLock { contents in
            contents.names.removeAll { $0.name.utf8.elementsEqual(name.utf8) }
            contents.names.append((name, offset))
            contents.names.sort { $0.offset < $1.offset }
        }
    }

    public func names() -> [(name: String, offset: Int)] {
        contents.withLock { $0.names }
    }

    public func add(_ experiment: StoredExperiment) -> Int {
        contents.withLock { contents in
            let number = (contents.experiments.last?.number ?? 0) + 1
            contents.experiments.append(experiment.numbered(number))
            if contents.experiments.count > ExperimentLimit.keptMax { contents.experiments.removeFirst() }
            return number
        }
    }

    public func experiment(_ number: Int) -> StoredExperiment? {
        contents.withLock { $0.experiments.first { $0.number == number } }
    }

    public func experiments() -> [StoredExperiment] {
        contents.withLock { $0.experiments }
    }

    /// The last index whose block fulfils a condition that holds up to some point and not after it.
    private static func lastIndex(_ blocks: [Block], where holds: (Block) -> Bool) -> Int? {
        var (low, high) = (0, blocks.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(blocks[middle]) { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? nil : low - 1
    }
}
