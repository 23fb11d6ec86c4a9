import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Drops what clients asked and taught longer ago than the spec keeps it, behind a snapshot of the state there.
///
/// A row of the log at a time, each in a transaction of its own; what is left of it is offsets, times, what was done to
/// the application, and the link of the chain. A process that dies in between leaves a whole store: what was sealed is
/// sealed, and the snapshot behind it was stored before.
struct Retention {
    /// Log time that passes before it is looked at again, as a share of the retention, and at most.
    static let share: Int64 = 10
    static let pauseMicroseconds: Int64 = 86_400 * 1_000_000
    /// Rows that are sealed behind one snapshot, so that the log is not read for long before anything is freed.
    static let rowsMax = 256

    /// What a state says of what may go.
    struct Order: Sendable {
        /// What happened before it is too old.
        let cutoff: Timestamp
        /// Events from here on may still be asked for: the ledger knows their ids.
        let needed: Int

        /// Nil where everything is kept.
        init?(_ state: borrowing ApplicationState) {
            guard let retention = state.spec.retention else { return nil }
            let (time, overflow) = state.ledger.time.microseconds.subtractingReportingOverflow(retention.microseconds)
            guard !overflow else { return nil }
            let end = state.offset
            cutoff = Timestamp(microseconds: time)
            needed = state.oldestOffset ?? end
        }

        /// How much log time passes before it is looked at again, in microseconds.
        static func pause(_ retention: TimeSpan) -> Int64 {
            max(1, min(retention.microseconds / Retention.share, Retention.pauseMicroseconds))
        }
    }

    private let log: StoreAccess.Store
    /// The same, where it can drop anything.
    private let retaining: any RetainingLog
    private let pruning: SnapshotPruning

    /// Nil where the log cannot drop anything.
    init?(_ log: StoreAccess.Store, _ pruning: SnapshotPruning) {
        guard let retaining = log as? any RetainingLog else { return nil }
        (self.log, self.retaining, self.pruning) = (log, retaining, pruning)
    }

    /// Seals what is too old, as far as one snapshot reaches.
    /// - Parameter goesOn: asked between two rows.
    /// - Returns: whether there is more to do.
    func step(_ order: Order, while goesOn: () -> Bool) throws -> Bool {
        let start = try log.sealedEnd
        let (limit, isAll) = try self.limit(order, from: start)
        guard limit > start, goesOn() else { return false }
        let anchor = try anchored(limit, from: start)
        // What its open questions asked is needed to fold on from there.
        let end = min(limit, anchor.oldestOffset ?? anchor.offset)
        try keepUnderivable(from: anchor, events: end)
        // Before anything goes that those in between need.
        try log.dropSnapshots(at: try log.snapshots().map(\.offset).filter { $0 < anchor.offset })
        var next = start
        while next < end, let row = try retaining.row(containing: next), row.endOffset <= end {
            guard goesOn() else { return false }
            try seal(row)
            next = row.endOffset
        }
        return !(isAll && anchor.offset == limit)
    }

    /// The end of the last row that may go, and whether there is none behind it.
    private func limit(_ order: Order, from start: Int) throws -> (Int, isAll: Bool) {
        var (limit, count) = (start, 0)
        while let row = try retaining.row(containing: limit) {
            guard row.lastTime < order.cutoff, row.endOffset <= order.needed else { return (limit, true) }
            guard count < Self.rowsMax else { return (limit, false) }
            (limit, count) = (row.endOffset, count + 1)
        }
        return (limit, true)
    }

    /// Sees to a snapshot that events can be sealed behind. One that is stored and not far before the limit serves;
    /// else the state at the limit is derived and stored.
    private func anchored(_ limit: Int, from start: Int) throws -> ApplicationState {
        let floor = try LogFloor(log)?.state ?? start
        let stored = try log.snapshots().last { $0.offset <= limit && $0.offset > floor }
        if let stored, stored.offset - start >= (limit - start) / 2, let state = try? log.state(of: stored) {
            return state
        }
        return try store(at: limit, .growth)
    }

    /// Adoptions whose snapshots are not there, and which could not be derived any more, are derived now.
    private func keepUnderivable(from state: ApplicationState, events end: Int) throws {
        let stored = Set(try log.snapshots().map(\.offset))
        let adoptions = try Adoptions.list(in: log, state.offset..<log.endOffset)
        let anchor = SnapshotRoots.Anchor(
            events: end, state: state.offset, amendmentCount: state.learned.lineage.amendmentCount)
        let lost = adoptions.filter {
            !stored.contains($0.offset + 1)
                && !SnapshotRoots.isDerivable($0, from: anchor, adoptions, pruning.amendments)
        }
        for entry in lost {
            var restored: Int?
            if case .restore(let target) = entry.adoption.recipe { restored = target }
            try store(at: entry.offset + 1, .adoption, restoredOffset: restored)
        }
    }

    @discardableResult
    private func store(
        at offset: Int, _ reason: Snapshot.Reason, restoredOffset: Int? = nil
    ) throws -> ApplicationState {
        var replay = try Replay(log, atOrBefore: offset)
        try replay.run(to: offset)
        guard let state = replay.state, state.offset == offset else {
            throw LogFailure(.damaged, "the log ends before @\(offset)", hint: LogReader.hint)
        }
        try log.save(state.snapshot(reason, restoredOffset: restoredOffset))
        return state
    }

    private func seal(_ row: Block) throws {
        var reader = LogReader(log)
        // What is damaged must not be hidden: reading it checks the chain.
        _ = try log.block(containing: row.firstOffset)
        let blocks = Packing.isPacked(row.payload) ? try PackedBlocks.unpack(row.payload) : [row]
        var left: [Block] = []
        for block in blocks { left.append(block.replacing(try Self.withoutClients(block, &reader))) }
        guard let first = blocks.first, let link = try retaining.link(after: row.firstOffset) else { return }
        let contract = try reader.decode(first).contract
        try retaining.seal(row, as: PackedBlocks.sealed(left, contract: contract, link: link))
    }

    /// The block's bytes without what clients asked and taught.
    private static func withoutClients(_ block: Block, _ reader: inout LogReader) throws -> [UInt8] {
        let (events, _) = try reader.decode(block)
        let offsets = (0..<events.count).map { block.firstOffset + $0 }
        return try Forgetting(offsets: OffsetRanges(offsets)).encoded(block, &reader, onlyClients: true)
    }
}
