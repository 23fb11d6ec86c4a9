import Determinism
import Engine
import EventLog
import Foundation
import SQLiteStore
import Synchronization

/// A store whose commits fail now and then, half of them before they have happened and half after: whoever commits
/// learns no more than that the outcome is unknown.
final class FaultyLog: EventLog, SnapshotStore, ExperimentStore {
    /// When something fails, the same for the same seed.
    final class Faults: Sendable {
        private let generator: Mutex<SeededGenerator>
        private let share = Mutex(0.0)
        private let count = Mutex(0)
        private let plan = Mutex<(@Sendable () throws(LogFailure) -> Void)?>(nil)

        init(seed: UInt64) {
            generator = Mutex(SeededGenerator(seed: seed))
        }

        /// How many commits of a hundred fail from now on.
        func set(percent: Double) { share.withLock { $0 = percent / 100 } }

        /// What comes before every commit from now on: it may wait, or fail.
        func set(plan: (@Sendable () throws(LogFailure) -> Void)?) { self.plan.withLock { $0 = plan } }

        fileprivate func beforeCommit() throws(LogFailure) { try plan.withLock { $0 }?() }

        var happened: Int { count.withLock { $0 } }

        /// Whether to fail before, after, or not at all.
        fileprivate func next() -> (before: Bool, after: Bool) {
            let share = share.withLock { $0 }
            let (isFault, isBefore) = generator.withLock { generator in
                (Double(generator.below(1_000)) < 1_000 * share, generator.below(2) == 0)
            }
            if isFault { count.withLock { $0 += 1 } }
            return (isFault && isBefore, isFault && !isBefore)
        }
    }

    private let store: SQLiteStore
    private let faults: Faults

    init(_ store: SQLiteStore, _ faults: Faults) {
        (self.store, self.faults) = (store, faults)
    }

    static func access(_ fixture: StoreFixture, _ faults: Faults) -> StoreAccess {
        StoreAccess(
            open: { FaultyLog(try fixture.open(), faults) }, close: { try ($0 as? FaultyLog)?.store.close() })
    }

    private func commit<T>(_ body: () throws(LogFailure) -> T) throws(LogFailure) -> T {
        try faults.beforeCommit()
        let (before, after) = faults.next()
        if before { throw LogFailure(.outcomeUnknown, "a fault before it happened") }
        let result = try body()
        if after { throw LogFailure(.outcomeUnknown, "a fault after it happened") }
        return result
    }

    func append(_ block: Block, snapshot: Snapshot?) throws(LogFailure) {
        try commit { () throws(LogFailure) in try store.append(block, snapshot: snapshot) }
    }

    func pack(_ blocks: [Block], as payload: [UInt8]) throws(LogFailure) {
        try commit { () throws(LogFailure) in try store.pack(blocks, as: payload) }
    }

    func append(_ blocks: [Block], packedAs payload: [UInt8]) throws(LogFailure) {
        try commit { () throws(LogFailure) in try store.append(blocks, packedAs: payload) }
    }

    func rewrite(
        _ rewriting: Rewriting, _ replacement: (Block) throws -> [UInt8]?
    ) throws(LogFailure) -> Heads {
        try commit { () throws(LogFailure) in try store.rewrite(rewriting, replacement) }
    }

    func record(_ heads: [Heads]) throws(LogFailure) {
        try commit { () throws(LogFailure) in try store.record(heads) }
    }

    func save(_ snapshot: Snapshot, dropping offsets: [Int]) throws(LogFailure) {
        try commit { () throws(LogFailure) in try store.save(snapshot, dropping: offsets) }
    }

    var sealedEnd: Int { get throws(LogFailure) { try store.sealedEnd } }

    func seal(_ row: Block, leaving blocks: [Block], as payload: [UInt8]) throws(LogFailure) {
        try commit { () throws(LogFailure) in try store.seal(row, leaving: blocks, as: payload) }
    }

    func link(after offset: Int) throws(LogFailure) -> Digest? { try store.link(after: offset) }

    func sizes() throws(LogFailure) -> StoreSizes { try store.sizes() }

    func dropSnapshots(at offsets: [Int]) throws(LogFailure) {
        try commit { () throws(LogFailure) in try store.dropSnapshots(at: offsets) }
    }

    func keep(formerNames: [(name: String, offset: Int)]) throws(LogFailure) {
        try commit { () throws(LogFailure) in try store.keep(formerNames: formerNames) }
    }

    func appendNames(_ block: Block) throws(LogFailure) {
        try commit { () throws(LogFailure) in try store.appendNames(block) }
    }

    func noteFirstReading(_ time: Timestamp) throws(LogFailure) {
        try commit { () throws(LogFailure) in try store.noteFirstReading(time) }
    }

    func add(_ experiment: StoredExperiment) throws(LogFailure) -> Int {
        try commit { () throws(LogFailure) in try store.add(experiment) }
    }

    // MARK: Reading, which does not fail

    var endOffset: Int { get throws(LogFailure) { try store.endOffset } }

    func row(containing offset: Int) throws(LogFailure) -> Block? { try store.row(containing: offset) }

    func block(containing offset: Int) throws(LogFailure) -> Block? { try store.block(containing: offset) }

    func block(at time: Timestamp) throws(LogFailure) -> Block? { try store.block(at: time) }

    func looseBlocks(from offset: Int, eventsMax: Int) throws(LogFailure) -> [Block] {
        try store.looseBlocks(from: offset, eventsMax: eventsMax)
    }

    func heads() throws(LogFailure) -> [Heads] { try store.heads() }

    func snapshot(atOrBefore offset: Int) throws(LogFailure) -> Snapshot? { try store.snapshot(atOrBefore: offset) }

    func snapshots() throws(LogFailure) -> [Snapshot] { try store.snapshots() }

    func firstReading() throws(LogFailure) -> Timestamp? { try store.firstReading() }

    func formerNames() throws(LogFailure) -> [(name: String, offset: Int)] { try store.formerNames() }

    func experiment(_ number: Int) throws(LogFailure) -> StoredExperiment? { try store.experiment(number) }

    func experiments() throws(LogFailure) -> [StoredExperiment] { try store.experiments() }
}
