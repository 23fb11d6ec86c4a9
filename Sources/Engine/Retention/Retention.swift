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

    /// What the next events are sealed behind.
    private struct Anchor {
        let state: ApplicationState
        /// The end of the events that may go.
        let end: Int
        /// Whether there is nothing behind it.
        let isLast: Bool
    }

    /// Seals what is too old, as far as one snapshot reaches: at least a row, or nothing is changed.
    /// - Parameter goesOn: asked between two rows.
    /// - Returns: whether there is more to do.
    func step(_ order: Order, while goesOn: () -> Bool) throws -> Bool {
        let start = try log.sealedEnd
        guard let anchor = try anchor(order, from: start, while: goesOn) else { return false }
        try keepUnderivable(from: anchor.state, events: anchor.end)
        // Before anything goes that those in between need.
        try log.dropSnapshots(at: try log.snapshots().map(\.offset).filter { $0 < anchor.state.offset })
        var next = start
        while next < anchor.end, let row = try retaining.row(containing: next), row.endOffset <= anchor.end {
            guard goesOn() else { return false }
            try seal(row)
            next = row.endOffset
        }
        return !anchor.isLast
    }

    /// Sees to a snapshot that at least a row can be sealed behind: one that is stored, not far before the limit, or
    /// the state at the limit, which is derived and stored. What its ledger knows is needed to fold on from there, so
    /// it may lie more rows behind the oldest than are sealed at once.
    /// - Returns: nil where nothing may go.
    private func anchor(_ order: Order, from start: Int, while goesOn: () -> Bool) throws -> Anchor? {
        guard let first = try retaining.row(containing: start) else { return nil }
        let floor = try LogFloor(log)?.state ?? start
        var (limit, isAll, replay) = (start, false, Replay?.none)
        while !isAll {
            (limit, isAll) = try self.limit(order, from: limit, beyond: max(limit, floor))
            guard limit > start, limit >= floor, goesOn() else { return nil }
            func anchor(_ state: ApplicationState) -> Anchor? {
                let end = min(limit, state.oldestOffset ?? state.offset)
                guard end >= first.endOffset else { return nil }
                return Anchor(state: state, end: end, isLast: isAll && state.offset == limit)
            }
            let stored = try log.snapshots().last { $0.offset <= limit && $0.offset >= floor }
            if let stored, stored.offset - start >= (limit - start) / 2, let state = try? log.state(of: stored),
                let found = anchor(state)
            {
                return found
            }
            var next = try replay ?? Replay(log, atOrBefore: limit)
            let state = try folded(&next, to: limit)
            if let found = anchor(state) {
                try log.save(state.snapshot(.growth))
                return found
            }
            replay = next
        }
        return nil
    }

    /// The end of the last row that may go, and whether there is none behind it.
    /// - Parameters:
    ///   - from: the end of the last that is known to be one.
    ///   - bound: rows behind it are counted.
    private func limit(_ order: Order, from: Int, beyond bound: Int) throws -> (Int, isAll: Bool) {
        var (limit, count) = (from, 0)
        while let row = try retaining.row(containing: limit) {
            guard row.lastTime < order.cutoff, row.endOffset <= order.needed else { return (limit, true) }
            guard count < Self.rowsMax else { return (limit, false) }
            limit = row.endOffset
            if limit > bound { count += 1 }
        }
        return (limit, true)
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
            var replay = try Replay(log, atOrBefore: entry.offset + 1)
            let adopted = try folded(&replay, to: entry.offset + 1)
            try log.save(adopted.snapshot(.adoption, restoredOffset: restored))
        }
    }

    private func folded(_ replay: inout Replay, to offset: Int) throws -> ApplicationState {
        try replay.run(to: offset)
        guard let state = replay.state, state.offset == offset else {
            throw LogFailure(.damaged, "the log ends before @\(offset)", hint: LogReader.hint)
        }
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
