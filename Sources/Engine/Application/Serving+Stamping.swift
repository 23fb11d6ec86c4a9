import Determinism
import EventLog
import ModelLifecycle

/// The times of events: what is claimed, and what the server's clock says as far as it is believed.
extension Serving {
    /// Why a request can have no answer now: none of its events claims a time, and the server's clock has jumped.
    func refusal(ofAll events: [Event], _ reading: Reading) -> Unavailable? {
        guard !events.isEmpty, events.allSatisfy({ $0.time == .unclaimed }) else { return nil }
        return read(reading).map { .clockJump($0) }
    }

    /// Log time, where a reading of a server's clock has become log time; a reading that was noted may have stamped an
    /// event that never reached the disk.
    func timeRead() throws -> Timestamp? {
        guard let first = try log.firstReading(), first <= state.ledger.time else { return nil }
        return state.ledger.time
    }

    /// Why a claimed time is not taken, if it is not.
    static func refusal(ofClaimed time: Timestamp, _ now: Timestamp) -> Refusal? {
        guard time.microseconds > now.microseconds &+ Writer.claimAheadMicroseconds else { return nil }
        return Refusal(
            .wrongTime, "the time \(time) is more than 5 minutes ahead of this server's clock, \(now)",
            hint: "events are stamped when they happen; check the client's clock")
    }

    /// Gives an event the time and the id that it does not claim.
    /// - Returns: why it cannot be applied, if it cannot.
    func stamp(_ event: inout Event, _ reading: Reading) throws -> Reply? {
        if event.time == .unclaimed {
            if let jump = read(reading) { return .unavailable(.clockJump(jump)) }
            event.time = reading.time
            if !isReadingNoted {
                try log.noteFirstReading(reading.time)
                isReadingNoted = true
            }
        } else if let refusal = Self.refusal(ofClaimed: event.time, reading.time) {
            return .refused(refusal)
        } else if let jump = clockGuard.jump(reading, logTime: state.ledger.time),
            event.time.microseconds > jump.expected.microseconds &+ Writer.claimAheadMicroseconds
        {
            // By the clock as it is set the time claimed would pass; but that clock is not believed.
            return .unavailable(.clockJump(jump))
        }
        if event.id.isEmpty, event.kind.isOfClients {
            event.id = EventID("auto-\(state.offset)")
        }
        return nil
    }

    /// Accepts a reading of the server's clock, or says why not. Says aloud when that changes.
    private func read(_ reading: Reading) -> ClockGuard.Jump? {
        let jump = clockGuard.read(reading, logTime: state.ledger.time)
        if (jump != nil) != isClockRefused {
            isClockRefused = jump != nil
            tell(jump?.alarm ?? "the server's clock is believed again: \(reading.time)")
        }
        return jump
    }
}
