import EventLog
import ModelLifecycle

/// The part of a log that candidates are tried on.
enum BacktestRange {
    /// - Parameters:
    ///   - from: nil for the beginning of the log.
    ///   - to: nil for its end.
    /// - Throws: a `Refusal` where a point is none of the past, or nothing lies between them.
    static func resolve(_ from: RestorePoint?, _ to: RestorePoint?, in log: StoreAccess.Store) throws -> Range<Int> {
        let end = try log.endOffset
        let start = try from.map { try offset($0, in: log, end) } ?? log.sealedEnd
        try LogFloor.checkEvents(from: start, in: log)
        let stop = try to.map { try offset($0, in: log, end) } ?? end
        guard start < stop, end > 1 else {
            throw Refusal(
                .impossibleBacktest, "there is no event from @\(start) to @\(stop)",
                hint: "the log goes from @0 to @\(end)")
        }
        return start..<stop
    }

    private static func offset(_ point: RestorePoint, in log: StoreAccess.Store, _ end: Int) throws -> Int {
        if case .offset(let offset) = point {
            guard offset <= end else {
                throw Refusal(
                    .impossibleBacktest, "@\(offset) is in the future: the log ends at @\(end)",
                    hint: "without --to a back-test goes on to the end of the log")
            }
            return offset
        }
        do {
            return try point.offset(in: log)
        } catch let refusal as Refusal {
            guard case .time = point else { throw refusal }
            throw Refusal(
                .impossibleBacktest, refusal.message,
                hint: "leave it out for the beginning or the end of the log, @0 to @\(end)")
        }
    }
}
