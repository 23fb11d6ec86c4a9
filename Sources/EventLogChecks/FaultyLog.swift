import Determinism
import EventLog
import Synchronization

/// An engine that fails now and then, by a seed: before something was done, after it was done, or with it still on its
/// way, so that it is done later. Whoever asked learns no more than that the outcome is unknown.
public final class FaultyLog: AppendOnlyLog, SnapshotStore, ExperimentStore, BlobStore, ForgettingLog, RetainingLog {
    public typealias Engine =
        any AppendOnlyLog & SnapshotStore & ExperimentStore & BlobStore & ForgettingLog & RetainingLog

    /// When something fails, the same for the same seed.
    public final class Faults: Sendable {
        enum Fault { case before, after, late }

        private let generator: Mutex<SeededGenerator>
        private let share = Mutex(0.0)
        private let count = Mutex(0)
        private let plan = Mutex<(@Sendable () throws(LogFailure) -> Void)?>(nil)

        public init(seed: UInt64) {
            generator = Mutex(SeededGenerator(seed: seed))
        }

        /// How many commits of a hundred fail from now on.
        public func set(percent: Double) { share.withLock { $0 = percent / 100 } }

        /// What comes before every commit from now on: it may wait, or fail.
        public func set(plan: (@Sendable () throws(LogFailure) -> Void)?) { self.plan.withLock { $0 = plan } }

        func beforeCommit() throws(LogFailure) { try plan.withLock { $0 }?() }

        public var happened: Int { count.withLock { $0 } }

        /// How to fail, if at all.
        func next() -> Fault? {
            let share = share.withLock { $0 }
            let fault: Fault? = generator.withLock { generator in
                let isFault = Double(generator.below(1_000)) < 1_000 * share
                let kind = generator.below(5)
                return isFault ? (kind < 2 ? .before : kind < 4 ? .after : .late) : nil
            }
            if fault != nil { count.withLock { $0 += 1 } }
            return fault
        }
    }

    private let engine: Engine
    private let faults: Faults
    /// An append that is still on its way.
    private let late = Mutex<(blocks: [Block], tip: LogTip)?>(nil)

    public init(_ engine: Engine, _ faults: Faults) {
        (self.engine, self.faults) = (engine, faults)
    }

    /// What was on its way arrives; who asked for it has given up waiting.
    private func arrive() {
        let arrived = late.withLock { late in
            let arrived = late
            late = nil
            return arrived
        }
        if let arrived { _ = try? engine.append(arrived.blocks, after: arrived.tip) }
    }

    private func commit<T>(
        late delay: (() -> Void)? = nil, _ body: () throws(LogFailure) -> T
    ) throws(LogFailure) -> T {
        arrive()
        try faults.beforeCommit()
        switch faults.next() {
        case nil: return try body()
        case .before: throw LogFailure(.outcomeUnknown, "a fault before it happened")
        case .late where delay != nil:
            delay?()
            throw LogFailure(.outcomeUnknown, "a fault while it was on its way")
        case .late, .after:
            _ = try body()
            throw LogFailure(.outcomeUnknown, "a fault after it happened")
        }
    }

    public func close() throws(LogFailure) { try engine.close() }

    // MARK: Writing, which fails

    public func append(_ blocks: [Block], after tip: LogTip) throws(LogFailure) -> LogTip {
        try commit(late: { self.late.withLock { $0 = (blocks, tip) } }) { () throws(LogFailure) in
            try engine.append(blocks, after: tip)
        }
    }

    public func claim(after tip: LogTip, writer: UInt64) throws(LogFailure) -> LogTip {
        try commit { () throws(LogFailure) in try engine.claim(after: tip, writer: writer) }
    }

    public func append(
        _ blocks: [Block], with snapshot: Snapshot, after tip: LogTip
    ) throws(LogFailure) -> LogTip {
        try commit { () throws(LogFailure) in try engine.append(blocks, with: snapshot, after: tip) }
    }

    public func appendNames(_ blocks: [Block], after tip: LogTip) throws(LogFailure) -> LogTip {
        try commit { () throws(LogFailure) in try engine.appendNames(blocks, after: tip) }
    }

    public func append(
        _ blocks: [Block], packedAs payload: [UInt8], after tip: LogTip
    ) throws(LogFailure) -> LogTip {
        try commit { () throws(LogFailure) in try engine.append(blocks, packedAs: payload, after: tip) }
    }

    public func pack(_ blocks: [Block], as payload: [UInt8]) throws(LogFailure) {
        try commit { () throws(LogFailure) in try engine.pack(blocks, as: payload) }
    }

    public func seal(_ row: Block, as payload: [UInt8]) throws(LogFailure) {
        try commit { () throws(LogFailure) in try engine.seal(row, as: payload) }
    }

    public func forget(
        _ rewriting: Rewriting, after tip: LogTip, _ replacement: (Block) throws -> [UInt8]?
    ) throws(LogFailure) -> (tip: LogTip, heads: Heads) {
        try commit { () throws(LogFailure) in try engine.forget(rewriting, after: tip, replacement) }
    }

    public func record(_ heads: [Heads]) throws(LogFailure) {
        try commit { () throws(LogFailure) in try engine.record(heads) }
    }

    public func save(_ snapshot: Snapshot, dropping offsets: [Int]) throws(LogFailure) {
        try commit { () throws(LogFailure) in try engine.save(snapshot, dropping: offsets) }
    }

    public func dropSnapshots(at offsets: [Int]) throws(LogFailure) {
        try commit { () throws(LogFailure) in try engine.dropSnapshots(at: offsets) }
    }

    public func put(_ bytes: [UInt8]) throws(LogFailure) -> Digest {
        try commit { () throws(LogFailure) in try engine.put(bytes) }
    }

    public func drop(_ digests: [Digest]) throws(LogFailure) {
        try commit { () throws(LogFailure) in try engine.drop(digests) }
    }

    public func keep(formerNames: [(name: String, offset: Int)]) throws(LogFailure) {
        try commit { () throws(LogFailure) in try engine.keep(formerNames: formerNames) }
    }

    public func noteFirstReading(_ time: Timestamp) throws(LogFailure) {
        try commit { () throws(LogFailure) in try engine.noteFirstReading(time) }
    }

    public func add(_ experiment: StoredExperiment) throws(LogFailure) -> Int {
        try commit { () throws(LogFailure) in try engine.add(experiment) }
    }

    // MARK: Reading, which does not fail

    public func lastKnownTip() throws(LogFailure) -> LogTip { try engine.lastKnownTip() }

    public func read(after tip: LogTip, _ body: (LogEntry, LogTip) throws -> Bool) throws -> LogTip {
        try engine.read(after: tip, body)
    }

    public func tip(before offset: Int) throws(LogFailure) -> LogTip { try engine.tip(before: offset) }

    public func tip(before time: Timestamp) throws(LogFailure) -> LogTip { try engine.tip(before: time) }

    public func block(containing offset: Int) throws(LogFailure) -> Block? { try engine.block(containing: offset) }

    public func rows(from offset: Int, bytesMax: Int) throws(LogFailure) -> [Block] {
        try engine.rows(from: offset, bytesMax: bytesMax)
    }

    public func looseBlocks(from offset: Int, eventsMax: Int) throws(LogFailure) -> [Block] {
        try engine.looseBlocks(from: offset, eventsMax: eventsMax)
    }

    public var sealedEnd: Int { get throws(LogFailure) { try engine.sealedEnd } }

    public func link(after offset: Int) throws(LogFailure) -> Digest? { try engine.link(after: offset) }

    public func sizes() throws(LogFailure) -> StoreSizes { try engine.sizes() }

    public func heads() throws(LogFailure) -> [Heads] { try engine.heads() }

    public var isScrubbed: Bool { get throws(LogFailure) { try engine.isScrubbed } }

    public func get(_ digest: Digest) throws(LogFailure) -> [UInt8]? { try engine.get(digest) }

    public func snapshot(atOrBefore offset: Int) throws(LogFailure) -> Snapshot? {
        try engine.snapshot(atOrBefore: offset)
    }

    public func snapshots() throws(LogFailure) -> [Snapshot] { try engine.snapshots() }

    public func firstReading() throws(LogFailure) -> Timestamp? { try engine.firstReading() }

    public func formerNames() throws(LogFailure) -> [(name: String, offset: Int)] { try engine.formerNames() }

    public func experiment(_ number: Int) throws(LogFailure) -> StoredExperiment? { try engine.experiment(number) }

    public func experiments() throws(LogFailure) -> [StoredExperiment] { try engine.experiments() }
}
