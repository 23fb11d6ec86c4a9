import Determinism

/// Which readings of the server's clock may become log time.
///
/// From one accepted reading to the next, log time never advances by more than the monotonic clock between them and
/// ``jumpMicroseconds``. After a start nobody knows how long the process was down: ``downMicroseconds`` come on top.
/// Times that clients claim are no readings: in a log that no reading has stamped yet the first is accepted.
package struct ClockGuard: Sendable {
    /// How far the clock may be set ahead at once.
    package static let jumpMicroseconds: Int64 = 5 * 60 * 1_000_000
    /// How long a process that starts may have been down.
    package static let downMicroseconds: Int64 = 7 * 86_400 * 1_000_000

    /// A reading refused: what the clock says, and what it would say had it gone on from the last accepted reading.
    package struct Jump: Sendable, Equatable {
        package let reading: Timestamp
        package let expected: Timestamp

        var aheadSeconds: Int64 { (reading.microseconds - expected.microseconds) / 1_000_000 }
    }

    /// The reading that readings are held against; nil accepts the next, whatever it is.
    private var base: (time: Timestamp, moment: Moment, isStart: Bool)?

    /// - Parameter logTime: of the log that is continued; nil where its time was never read off a server's clock, or
    ///   the first reading is to be accepted.
    package init(continuing logTime: Timestamp?, at moment: Moment) {
        base = logTime.map { ($0, moment, true) }
    }

    /// What a reading is refused for; nil accepts it, and the next are held against it.
    package mutating func read(_ reading: Reading, logTime: Timestamp) -> Jump? {
        if let jump = jump(reading, logTime: logTime) { return jump }
        // Where the clock was set back, the earlier reading goes on to count: when the clock is set right again, that
        // is no jump.
        if base.map({ reading.time >= ($0.isStart ? $0.time : Self.projected($0, reading.moment)) }) ?? true {
            base = (reading.time, reading.moment, false)
        }
        return nil
    }

    /// Whether a reading would be refused, without accepting it.
    package func jump(_ reading: Reading, logTime: Timestamp) -> Jump? {
        guard let base else { return nil }
        let expected = max(Self.projected(base, reading.moment), logTime)
        let allowed = Self.jumpMicroseconds + (base.isStart ? Self.downMicroseconds : 0)
        guard reading.time.microseconds - expected.microseconds > allowed else { return nil }
        return Jump(reading: reading.time, expected: expected)
    }

    private static func projected(_ base: (time: Timestamp, moment: Moment, isStart: Bool), _ now: Moment) -> Timestamp
    {
        Timestamp(microseconds: base.time.microseconds + max(0, now - base.moment) / 1_000)
    }
}

extension ClockGuard.Jump {
    /// For whoever runs the server.
    var alarm: String {
        "clock-jump: the server's clock says \(reading), \(aheadSeconds) s more than have passed since its last "
            + "reading; events without a time are refused. Set the clock right; where it is right, start again with "
            + "--accept-clock."
    }
}
