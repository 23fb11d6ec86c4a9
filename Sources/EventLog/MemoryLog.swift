import Determinism
import Synchronization

/// A log with its snapshots and experiments in memory, for tests and back-tests; it keeps what a file would keep, and
/// forgets it with the process.
public final class MemoryLog: AppendOnlyLog, SnapshotStore, ExperimentStore, BlobStore {
    /// An entry, and the tip after it; its position is one more than its index.
    struct Place {
        var entry: LogEntry
        var tip: LogTip
    }

    struct Contents {
        var places: [Place] = []
        var snapshots: [Snapshot] = []
        var formerNames: [(name: String, offset: Int)] = []
        var heads: [Heads] = []
        var experiments: [StoredExperiment] = []
        var blobs: [Digest: [UInt8]] = [:]
        var firstReading: Timestamp?

        var tip: LogTip { places.last?.tip ?? .start }
    }

    let contents = Mutex(Contents())
    /// Whether what is forgotten leaves the chain as it was.
    let leavesChain: Bool

    /// - Parameter leavesChain: whether what is forgotten leaves the chain as it was, and is handed out as
    ///   ``LogEntry/forgotten(_:)``; otherwise the log is chained anew.
    public init(leavesChain: Bool = false) {
        self.leavesChain = leavesChain
    }

    // MARK: The log

    public var endOffset: Int { lastKnownTip().endOffset }

    public func lastKnownTip() -> LogTip {
        contents.withLock { $0.tip }
    }

    public func append(_ blocks: [Block], after tip: LogTip) throws(LogFailure) -> LogTip {
        try append(blocks, after: tip) { _ in }
    }

    /// Appends blocks, and does something else with them.
    private func append(
        _ blocks: [Block], after tip: LogTip, with more: (inout Contents) -> Void
    ) throws(LogFailure) -> LogTip {
        let links = try blocks.links(after: tip)
        return try contents.withLock { contents throws(LogFailure) in
            if contents.tip != tip { return try contents.repeated(blocks, after: tip) }
            contents.append(blocks, links)
            more(&contents)
            return contents.tip
        }
    }

    public func claim(after tip: LogTip, writer: UInt64) throws(LogFailure) -> LogTip {
        let claim = LogEntry.claim(writer: writer, term: tip.term + 1)
        let next = LogTip(position: tip.position + 1, endOffset: tip.endOffset, link: tip.link, term: tip.term + 1)
        return try contents.withLock { contents throws(LogFailure) in
            if contents.tip != tip {
                guard contents.tip(at: tip.position) == tip, contents.entry(after: tip.position) == claim else {
                    throw .superseded(tip, by: contents.tip)
                }
                return next
            }
            contents.places.append(Place(entry: claim, tip: next))
            return next
        }
    }

    public func read(after tip: LogTip, _ body: (LogEntry, LogTip) throws -> Bool) throws -> LogTip {
        var tip = tip
        while let place = try contents.withLock({ contents throws(LogFailure) in try contents.place(after: tip) }) {
            // One at a time and without the lock, because the body may read and append.
            tip = place.tip
            guard try body(place.entry, tip) else { break }
        }
        return tip
    }

    public func tip(before offset: Int) -> LogTip {
        contents.withLock { contents in contents.tip(before: contents.index(of: offset)) }
    }

    public func tip(before time: Timestamp) -> LogTip {
        contents.withLock { contents in
            // Log time can have been set back.
            let index = contents.places.lastIndex { ($0.entry.block?.firstTime).map { $0 <= time } ?? false }
            return index.map { contents.tip(before: $0) } ?? .start
        }
    }

    public func block(containing offset: Int) throws(LogFailure) -> Block? {
        try contents.withLock { contents throws(LogFailure) in try contents.block(containing: offset) }
    }

    /// Replaces a block behind the log's back, or takes it away, as damage would.
    package func replaceBlock(containing offset: Int, with other: (Block) -> Block?) {
        contents.withLock { contents in
            let index = contents.index(of: offset)
            guard index < contents.places.count, let block = contents.places[index].entry.block else { return }
            if let other = other(block) {
                contents.places[index].entry = .block(other)
            } else {
                contents.places.remove(at: index)
            }
        }
    }

    // MARK: Snapshots

    public func append(
        _ blocks: [Block], with snapshot: Snapshot, after tip: LogTip
    ) throws(LogFailure) -> LogTip {
        try append(blocks, after: tip) { $0.snapshots.append(snapshot) }
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
                logBytes: contents.places.reduce(0) { $0 + ($1.entry.block?.payload.count ?? 0) },
                snapshots: contents.snapshots.map { ($0.offset, $0.payload.count) })
        }
    }

    public func formerNames() -> [(name: String, offset: Int)] {
        contents.withLock { $0.formerNames }
    }

    public func keep(formerNames: [(name: String, offset: Int)]) {
        contents.withLock { $0.formerNames += formerNames }
    }

    public func appendNames(_ blocks: [Block], after tip: LogTip) throws(LogFailure) -> LogTip {
        try append(blocks, after: tip) { $0.formerNames = [] }
    }

    public func firstReading() -> Timestamp? { contents.withLock { $0.firstReading } }

    public func noteFirstReading(_ time: Timestamp) {
        contents.withLock { $0.firstReading = $0.firstReading ?? time }
    }

    // MARK: Blobs and experiments

    public func put(_ bytes: [UInt8]) -> Digest {
        let digest = Digest(hashing: bytes)
        contents.withLock { $0.blobs[digest] = bytes }
        return digest
    }

    public func get(_ digest: Digest) -> [UInt8]? {
        contents.withLock { contents in
            if let blob = contents.blobs[digest] { return blob }
            let named = contents.snapshots.map(\.payload) + contents.experiments.map(\.payload)
            return named.first { Digest(hashing: $0) == digest }
        }
    }

    public func drop(_ digests: [Digest]) {
        contents.withLock { contents in
            for digest in digests { contents.blobs[digest] = nil }
        }
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
}

extension MemoryLog.Contents {
    func tip(before index: Int) -> LogTip { index == 0 ? .start : places[index - 1].tip }

    /// The tip at a position; nil beyond the end.
    func tip(at position: UInt64) -> LogTip? {
        position <= UInt64(places.count) ? tip(before: Int(position)) : nil
    }

    func entry(after position: UInt64) -> LogEntry? {
        position < UInt64(places.count) ? places[Int(position)].entry : nil
    }

    /// - Throws: `damaged` where the tip is none of this log, or what follows it is not what was written.
    func place(after tip: LogTip) throws(LogFailure) -> MemoryLog.Place? {
        guard self.tip(at: tip.position)?.endOffset == tip.endOffset else { throw Self.damaged(tip.endOffset) }
        guard tip.position < UInt64(places.count) else { return nil }
        return try checked(Int(tip.position))
    }

    func block(containing offset: Int) throws(LogFailure) -> Block? {
        let index = index(of: offset)
        return index < places.count && offset >= 0 ? try checked(index).entry.block : nil
    }

    private func checked(_ index: Int) throws(LogFailure) -> MemoryLog.Place {
        let (before, place) = (tip(before: index), places[index])
        var isWhole = place.tip.position == before.position + 1
        if case .block(let block) = place.entry {
            isWhole = isWhole && block.firstOffset == before.endOffset
                && block.chain(after: before.link) == place.tip.link
        }
        guard isWhole else { throw Self.damaged(before.endOffset) }
        return place
    }

    private static func damaged(_ offset: Int) -> LogFailure {
        LogFailure(.damaged, "the block that begins at event \(offset) is not what was written")
    }

    /// The index of the block that holds an offset, or how many entries there are.
    func index(of offset: Int) -> Int {
        // The first whose tip is behind the offset is the block: a claim moves no offset.
        var (low, high) = (0, places.count)
        while low < high {
            let middle = (low + high) / 2
            if places[middle].tip.endOffset <= offset { low = middle + 1 } else { high = middle }
        }
        return low
    }

    mutating func append(_ blocks: [Block], _ links: [Digest]) {
        for (block, link) in zip(blocks, links) {
            let tip = LogTip(
                position: self.tip.position + 1, endOffset: block.endOffset, link: link, term: self.tip.term)
            places.append(MemoryLog.Place(entry: .block(block), tip: tip))
        }
    }

    /// The tip after blocks that were appended after a tip before.
    /// - Throws: `superseded` where others were.
    func repeated(_ blocks: [Block], after tip: LogTip) throws(LogFailure) -> LogTip {
        let end = tip.position + UInt64(blocks.count)
        guard self.tip(at: tip.position) == tip, let last = self.tip(at: end),
            zip(blocks, places[Int(tip.position)...]).allSatisfy({ .block($0) == $1.entry })
        else { throw .superseded(tip, by: self.tip) }
        return last
    }
}
