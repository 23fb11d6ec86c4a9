import Determinism
import EventLog
import ModelLifecycle

/// Packs the small blocks of a log, step by step: each step reads some thousand events, packs them, checks that they
/// come out again, and puts them in the place of the rows that they were, in one transaction.
///
/// Nothing that reads or appends has to know: offsets, bytes and chain stay as they are.
public struct Compaction {
    /// Events in one payload at most, so that one event is not hidden behind too many others.
    public static let eventsMax = 4_096
    /// Events that are worth packing while more may follow them.
    public static let eventsMin = 1_000
    /// Events that are worth packing where none can follow them, because another contract or version does.
    static let closedEventsMin = 64

    private let log: StoreAccess.Store
    /// The same, where it packs.
    private let packing: (any PackingLog)?
    private var reader: LogReader
    /// Everything before is packed, or not worth it.
    private var position = 0

    public init(_ log: StoreAccess.Store) {
        (self.log, packing) = (log, log as? any PackingLog)
        reader = LogReader(log)
    }

    /// Packs one run of blocks.
    /// - Parameter eventsMin: how many events a run at the log's end must have.
    /// - Returns: false where there is nothing left to do.
    public mutating func step(eventsMin: Int = Compaction.eventsMin) throws -> Bool {
        guard let packing else { return false }
        let logEnd = try log.endOffset
        let blocks = try packing.looseBlocks(from: position, eventsMax: Self.eventsMax)
        guard let first = blocks.first else { return false }
        let run = Array(blocks.prefix { Self.canPack(first, $0) })
        let end = run[run.count - 1].endOffset
        let isClosed = run.count < blocks.count || end < logEnd
        let count = end - first.firstOffset
        let isWorthIt = isClosed ? count >= Self.closedEventsMin || run.count > 1 : count >= eventsMin
        if isWorthIt {
            if let payload = PackedBlocks.pack(run, contract: try reader.decode(first).contract) {
                try packing.pack(run, as: payload)
            }
        } else if !isClosed {
            return false
        }
        position = end
        return true
    }

    /// Whether two blocks may lie in one payload.
    static func canPack(_ first: Block, _ other: Block) -> Bool {
        guard let prefix = try? BlockPrefix(of: first.payload) else { return false }
        return (try? BlockPrefix(of: other.payload)) == prefix
    }

    /// Packs for so long, and a step more at most.
    /// - Returns: how many steps were taken.
    public mutating func run(seconds: Double) throws -> Int {
        let start = ContinuousClock.now
        var steps = 0
        while ContinuousClock.now - start < .seconds(seconds), try step() { steps += 1 }
        return steps
    }
}
