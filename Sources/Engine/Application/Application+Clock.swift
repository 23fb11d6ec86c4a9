import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// A log whose time ran ahead of the true time is put right.
extension Application {
    /// Sets log time back to the present where it is further ahead than clients may be, opens again what that jump
    /// expired, and adopts the models without what it taught them.
    ///
    /// - Returns: nil where log time is not ahead.
    /// - Throws: as an amendment does.
    public func setClock() async throws -> ClockReport? {
        let now = clock.time()
        let bound = Timestamp(microseconds: now.microseconds &+ Writer.claimAheadMicroseconds)
        let before = try await inspect { $0.ledger.time }
        guard before > bound else { return nil }
        let (adopted, jump) = try await adopting { amendments, log in
            let jump = try Jump(beyond: bound, now: now, in: log)
            var all = amendments
            all.append(.clock(from: jump.from, latest: jump.time), at: Int.max)
            let derivation = Derivation(log, under: all)
            var replay = try derivation.replay(atOrBefore: try log.endOffset)
            var pursuit = Pursuit()
            while try pursuit.goesOn(from: replay.offset, to: log.endOffset) { try derivation.run(&replay) }
            var rebuild = replay
            return Proposal(jump) { serving in
                try NotDerived.catching { try derivation.run(&rebuild) }
                guard let rebuilt = rebuild.state else { throw Overtaken() }
                let opened = serving.state.questionsLost(butIn: rebuilt)
                return try serving.adopt(
                    .restore(offset: serving.state.offset + 1), rebuilt.learned,
                    after: [(.clock(ClockCorrection(from: jump.from, opened: opened)), jump.time)])
            }
        }
        let correction = try await withLog { log in
            var reader = LogReader(log)
            return try reader.read(adopted.offset - 1)?.event.payload
        }
        guard case .clock(let correction)? = correction else { throw Overtaken() }
        return ClockReport(
            before: before, after: jump.time, from: jump.from, openedCount: correction.opened.count,
            offset: adopted.offset)
    }
}

/// Where log time ran ahead.
private struct Jump {
    /// The first event beyond a time, of those after which none is before it.
    let from: Int
    /// What log time is to be set to: now, but not before the event before the jump.
    let time: Timestamp

    init(beyond bound: Timestamp, now: Timestamp, in log: StoreAccess.Store) throws {
        var (from, before) = (0, Ledger.beginning)
        if let block = try log.block(at: bound) {
            (from, before) = (block.endOffset, block.lastTime)
            if block.lastTime > bound {
                var scan = LogScan(log)
                (from, before) = (block.firstOffset, block.firstTime)
                _ = try scan.run(block.firstOffset..<block.endOffset) { offset, event, _, _ in
                    if event.time <= bound { (from, before) = (offset + 1, event.time) }
                }
            }
        }
        (self.from, time) = (from, max(now, before))
    }
}

/// What setting log time back did.
public struct ClockReport: Sendable {
    /// Log time before and after.
    public let before: Timestamp
    public let after: Timestamp
    /// The first event that was stamped ahead.
    public let from: Int
    /// Questions that were lost by it and are known again.
    public let openedCount: Int
    /// Of the adoption that follows.
    public let offset: Int
}
