/// Decides when a state that is derived while events keep coming is near enough to the log's end: what is left is
/// folded in the writer's turn, while nobody is answered.
package struct Pursuit {
    /// How long that may take, in seconds, as far as can be told.
    static let restSecondsMax = 0.02
    /// Events that may be left where they come as fast as they are folded.
    static let restEventsMax = 2_048

    private var last: (offset: Int, left: Int, time: ContinuousClock.Instant)?

    package init() {}

    /// - Parameters:
    ///   - offset: how far it was folded.
    ///   - end: the log's end now.
    /// - Returns: whether to fold once more up to the end.
    package mutating func goesOn(from offset: Int, to end: Int) -> Bool {
        let (left, now) = (end - offset, ContinuousClock.now)
        defer { last = (offset, left, now) }
        guard left > 0 else { return false }
        guard let last, offset > last.offset else { return true }
        let secondsPerEvent = (now - last.time) / .seconds(1) / Double(offset - last.offset)
        if Double(left) * secondsPerEvent <= Self.restSecondsMax { return false }
        return left > Self.restEventsMax || left < last.left / 2
    }
}
