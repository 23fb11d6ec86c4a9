import Determinism
import Synchronization

/// A log and snapshot store in memory, for tests and back-tests; it keeps what a file would keep, and forgets it with
/// the process.
public final class MemoryLog: EventLog, SnapshotStore, ExperimentStore {
    private struct Contents {
        var blocks: [Block] = []
        var snapshots: [Snapshot] = []
        var formerNames: [(name: String, offset: Int)] = []
        var heads: [Heads] = []
        var experiments: [StoredExperiment] = []
        var firstReading: Timestamp?
        var sealedEnd = 0
        /// The chain's link at ``sealedEnd``, as it was before anything was dropped.
        var sealedLink = Block.chainStart
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

    public func row(containing offset: Int) -> Block? { block(containing: offset) }

    public func block(at time: Timestamp) -> Block? {
        contents.withLock { contents in
            // Log time can have been set back.
            contents.blocks.last { $0.firstTime <= time }
        }
    }

    public func save(_ snapshot: Snapshot, dropping offsets: [Int]) {
        contents.withLock { contents in
            contents.snapshots.removeAll { $0.offset == snapshot.offset || offsets.contains($0.offset) }
            contents.snapshots.append(snapshot)
        }
    }

    public func snapshot(atOrBefore offset: Int) -> Snapshot? {
        contents.withLock { $0.snapshots.last { $0.offset <= offset } }
    }

    public func snapshots() -> [Snapshot] {
        contents.withLock { $0.snapshots.map(\.withoutPayload) }
    }

    public func dropSnapshots(at offsets: [Int]) {
        contents.withLock { contents in contents.snapshots.removeAll { offsets.contains($0.offset) } }
    }

    public func sizes() -> StoreSizes {
        contents.withLock { contents in
            StoreSizes(
                logBytes: contents.blocks.reduce(0) { $0 + $1.payload.count },
                snapshots: contents.snapshots.map { ($0.offset, $0.payload.count) })
        }
    }

    public func formerNames() -> [(name: String, offset: Int)] {
        contents.withLock { $0.formerNames }
    }

    public func keep(formerNames: [(name: String, offset: Int)]) {
        contents.withLock { $0.formerNames += formerNames }
    }

    public func appendNames(_ block: Block) throws(LogFailure) {
        try append(block, snapshot: nil)
        contents.withLock { $0.formerNames = [] }
    }

    /// Memory has no need to pack.
    public func looseBlocks(from offset: Int, eventsMax: Int) -> [Block] { [] }

    public func pack(_ blocks: [Block], as payload: [UInt8]) {
        preconditionFailure("there is nothing to pack in memory")
    }

    public func append(_ blocks: [Block], packedAs payload: [UInt8]) throws(LogFailure) {
        for block in blocks { try append(block, snapshot: nil) }
    }

    public func record(_ heads: [Heads]) {
        contents.withLock { $0.heads += heads }
    }

    public func rewrite(
        _ rewriting: Rewriting, _ replacement: (Block) throws -> [UInt8]?
    ) throws(LogFailure) -> Heads {
        let before = contents.withLock { $0.blocks }
        var blocks = before
        for (index, block) in before.enumerated() where block.endOffset > rewriting.firstOffset {
            do {
                if let payload = try replacement(block) { blocks[index] = block.replacing(payload) }
            } catch {
                throw error as? LogFailure ?? LogFailure(.unavailable, "the log was not rewritten: \(error)")
            }
        }
        let end = before.last?.endOffset ?? 0
        if let appended = rewriting.appended {
            precondition(appended.firstOffset == end, "block @\(appended.firstOffset) does not follow @\(end)")
        }
        let heads = Heads(
            firstOffset: rewriting.firstOffset, endOffset: end, oldHead: head(before), newHead: head(blocks),
            isScrubbed: true)
        contents.withLock { contents in
            contents.blocks = blocks + (rewriting.appended.map { [$0] } ?? [])
            contents.snapshots.removeAll { rewriting.droppedSnapshots.contains($0.offset) }
            if let snapshot = rewriting.snapshot { contents.snapshots.append(snapshot) }
            contents.heads.append(heads)
        }
        return heads
    }

    public func heads() -> [Heads] { contents.withLock { $0.heads } }

    private func head(_ blocks: [Block]) -> Digest {
        let (end, link) = contents.withLock { ($0.sealedEnd, $0.sealedLink) }
        return blocks.lazy.filter { $0.firstOffset >= end }.reduce(link) { $1.chain(after: $0) }
    }

    public var sealedEnd: Int { contents.withLock { $0.sealedEnd } }

    public func seal(_ row: Block, leaving blocks: [Block], as payload: [UInt8]) {
        let link = link(after: row.firstOffset)
        contents.withLock { contents in
            for block in blocks {
                guard let index = Self.lastIndex(contents.blocks, where: { $0.firstOffset <= block.firstOffset })
                else { continue }
                contents.blocks[index] = block
            }
            (contents.sealedEnd, contents.sealedLink) = (row.endOffset, link ?? contents.sealedLink)
        }
    }

    public func link(after offset: Int) -> Digest? {
        head(contents.withLock { $0.blocks.filter { $0.firstOffset <= offset } })
    }

    public func firstReading() -> Timestamp? { contents.withLock { $0.firstReading } }

    public func noteFirstReading(_ time: Timestamp) {
        contents.withLock { $0.firstReading = $0.firstReading ?? time }
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
