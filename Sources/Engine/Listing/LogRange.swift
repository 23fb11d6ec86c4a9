import Determinism
import EventLog
import ModelLifecycle

/// A part of a log, named as restores name moments: what happened between two states.
public enum LogRange {
    /// The offsets from one moment to another. A time means after the last event at or before it, as everywhere. One
    /// before the first question means after the first spec's adoption, which is before any time there is; one after
    /// the newest event means the log's end. Nil stands for either end; the log begins where retention has left it.
    /// - Throws: a `Refusal` where the range ends before it begins, or names an offset or a version that is not there.
    public static func resolve(
        from: RestorePoint?, to: RestorePoint?, in log: StoreAccess.Store
    ) throws -> Range<Int> {
        let end = try log.endOffset
        let first = try from.map { try offset($0, in: log, end: end) } ?? log.sealedEnd
        try LogFloor.checkEvents(from: first, in: log)
        let last = try to.map { try offset($0, in: log, end: end) } ?? end
        guard first <= last else {
            throw Refusal(.outOfRange, "the range ends at @\(last), before it begins at @\(first)")
        }
        return first..<last
    }

    private static func offset(_ point: RestorePoint, in log: StoreAccess.Store, end: Int) throws -> Int {
        switch point {
        case .offset(let offset):
            guard offset <= end else { throw RestorePoint.future(offset, end: end) }
            return offset
        case .name: return try point.offset(in: log)
        case .time(let time):
            guard let block = try log.block(at: time) else { return 0 }
            guard block.lastTime > time else { return block.endOffset }
            var found = block.firstOffset
            var scan = LogScan(log)
            _ = try scan.run(block.firstOffset..<block.endOffset) { offset, event, _, _ in
                if event.time <= time { found = offset + 1 }
            }
            return found
        }
    }
}
