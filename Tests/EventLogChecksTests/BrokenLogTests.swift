import Determinism
import EventLog
import EventLogChecks
import Testing

/// A law that nothing can break proves nothing: each is seen to fail, on a log that breaks it.
struct BrokenLogTests {
    @Test(arguments: LogLaw.allCases)
    func aLogThatBreaksALawIsFound(_ law: LogLaw) {
        #expect(!LogChecks.violations(of: Self.subject(law), law).isEmpty)
    }

    @Test(arguments: LogLaw.allCases.filter { $0 != .packingChangesNothing })
    func theSameLogThatBreaksNoneIsNot(_ law: LogLaw) {
        for violation in LogChecks.violations(of: Self.subject(nil), law) { Issue.record("\(violation)") }
    }

    private static func subject(_ broken: LogLaw?) -> LogSubject {
        let memory = LogSubject.memory()
        return LogSubject("a log that breaks \(broken.map { "\($0)" } ?? "nothing")") {
            BrokenLog(broken)
        } damage: { log, damage in
            if let broken = log as? BrokenLog { _ = try memory.damage(broken.memory, damage) }
            return log
        }
    }
}

/// A log in memory that breaks one law.
private final class BrokenLog: AppendOnlyLog, SnapshotStore, BlobStore, ForgettingLog, PackingLog {
    let memory = MemoryLog()
    private let broken: LogLaw?

    init(_ broken: LogLaw?) {
        self.broken = broken
    }

    func append(_ blocks: [Block], after tip: LogTip) throws(LogFailure) -> LogTip {
        switch broken {
        case .oneAppend where memory.lastKnownTip() != tip:
            // Wherever the end is now, it goes there.
            return try memory.append(moved(blocks), after: memory.lastKnownTip())
        case .nothingChanges where memory.lastKnownTip() != tip:
            _ = try memory.append(moved(blocks), after: memory.lastKnownTip())
            throw .superseded(tip, by: memory.lastKnownTip())
        case .sameAppendOnce where memory.lastKnownTip() != tip:
            throw .superseded(tip, by: memory.lastKnownTip())
        case .claimStops:
            return try memory.append(blocks, after: memory.lastKnownTip())
        case .allOrNothing where blocks.count > 1:
            _ = try memory.append([blocks[0]], after: tip)
            throw LogFailure(.outcomeUnknown, "it has died after the first")
        default:
            return try memory.append(blocks, after: tip)
        }
    }

    private func moved(_ blocks: [Block]) -> [Block] {
        let shift = memory.endOffset - blocks[0].firstOffset
        return blocks.map {
            Block(
                firstOffset: $0.firstOffset + shift, count: $0.count, firstTime: $0.firstTime, lastTime: $0.lastTime,
                payload: $0.payload)
        }
    }

    func read(after tip: LogTip, _ body: (LogEntry, LogTip) throws -> Bool) throws -> LogTip {
        do {
            return try memory.read(after: tip) { entry, next in
                let told = LogTip(position: 1, endOffset: next.endOffset, link: next.link, term: next.term)
                return try body(entry, broken == .readGivesBack ? told : next)
            }
        } catch let failure as LogFailure where failure.kind == .damaged && broken == .damageIsSeen {
            return tip
        }
    }

    func follow(
        after tip: LogTip, idle: Duration, _ body: (LogEntry, LogTip) throws -> Bool
    ) throws -> LogTip {
        guard broken != .followSees else { return try read(after: tip, body) }
        return try memory.follow(after: tip, idle: idle, body)
    }

    func tip(before offset: Int) -> LogTip { memory.tip(before: broken == .tipBefore ? offset + 1 : offset) }

    func get(_ digest: Digest) -> [UInt8]? {
        broken == .blobsComeBack ? memory.get(digest).map { $0 + [0] } : memory.get(digest)
    }

    func forget(
        _ rewriting: Rewriting, after tip: LogTip, _ replacement: (Block) throws -> [UInt8]?
    ) throws(LogFailure) -> (tip: LogTip, heads: Heads) {
        try memory.forget(rewriting, after: tip) { block in
            try replacement(block) ?? (broken == .forgettingReplaces ? [0] : nil)
        }
    }

    func looseBlocks(from offset: Int, eventsMax: Int) throws(LogFailure) -> [Block] {
        var (blocks, next): ([Block], Int) = ([], offset)
        while let block = try memory.block(containing: next), block.endOffset - offset <= eventsMax {
            blocks.append(block)
            next = block.endOffset
        }
        return blocks
    }

    /// Packs away the first of the blocks.
    func pack(_ blocks: [Block], as payload: [UInt8]) {
        memory.replaceBlock(containing: blocks[0].firstOffset) { $0.replacing([0]) }
    }

    func rows(from offset: Int, bytesMax: Int) throws(LogFailure) -> [Block] {
        try looseBlocks(from: offset, eventsMax: .max)
    }

    func append(_ blocks: [Block], packedAs payload: [UInt8], after tip: LogTip) throws(LogFailure) -> LogTip {
        try memory.append(blocks, after: tip)
    }

    // MARK: As it should be

    func lastKnownTip() -> LogTip { memory.lastKnownTip() }
    func claim(after tip: LogTip, writer: UInt64) throws(LogFailure) -> LogTip {
        try memory.claim(after: tip, writer: writer)
    }
    func tip(before time: Timestamp) -> LogTip { memory.tip(before: time) }
    func block(containing offset: Int) throws(LogFailure) -> Block? { try memory.block(containing: offset) }
    func append(_ blocks: [Block], with snapshot: Snapshot, after tip: LogTip) throws(LogFailure) -> LogTip {
        try memory.append(blocks, with: snapshot, after: tip)
    }
    func save(_ snapshot: Snapshot, dropping offsets: [Int]) { memory.save(snapshot, dropping: offsets) }
    func snapshot(atOrBefore offset: Int) -> Snapshot? { memory.snapshot(atOrBefore: offset) }
    func snapshots() -> [Snapshot] { memory.snapshots() }
    func sizes() -> StoreSizes { memory.sizes() }
    func dropSnapshots(at offsets: [Int]) { memory.dropSnapshots(at: offsets) }
    func formerNames() -> [(name: String, offset: Int)] { memory.formerNames() }
    func keep(formerNames: [(name: String, offset: Int)]) { memory.keep(formerNames: formerNames) }
    func appendNames(_ blocks: [Block], after tip: LogTip) throws(LogFailure) -> LogTip {
        try memory.appendNames(blocks, after: tip)
    }
    func firstReading() -> Timestamp? { memory.firstReading() }
    func noteFirstReading(_ time: Timestamp) { memory.noteFirstReading(time) }
    func put(_ bytes: [UInt8]) -> Digest { memory.put(bytes) }
    func drop(_ digests: [Digest]) { memory.drop(digests) }
    var isScrubbed: Bool { memory.isScrubbed }
    func heads() -> [Heads] { memory.heads() }
    func record(_ heads: [Heads]) { memory.record(heads) }
}
