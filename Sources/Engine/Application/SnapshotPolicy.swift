import EventLog

/// Decides when the next snapshot is due, by what a recovery would cost on this machine and by how the log has grown.
///
/// A recovery decodes the newest snapshot and folds the events after it. What folding costs is measured where events
/// are applied, one in ``stride``, in processor time; nothing of it reaches the log or the state.
package struct SnapshotPolicy {
    /// The log grows by this many times the last kept snapshot's size before the next is kept, and by at least so much.
    static let growth = 120
    static let growthBytesMin = 1 << 20
    /// A snapshot is due when a recovery would take this share of what it may: the rest is for what is folded while the
    /// snapshot is on its way, and for a slower hour of the machine.
    static let recoveryShare = 0.5
    /// Taking snapshots takes at most one part in so many of what folding does.
    static let costShare = 10.0
    /// One event of so many is measured. Odd, because questions and labels often take turns.
    static let stride = 17
    /// What reading an event from the log takes besides folding it, in seconds.
    private static let readSecondsPerEvent = 2e-6
    /// What reading a byte of a snapshot takes, in seconds, where it has not been measured yet.
    private static let readSecondsPerByte = 1e-8

    /// The processor time of the calling thread, in seconds.
    private let cost: @Sendable () -> Double
    /// What folding the events since the newest snapshot took, in seconds, and how many they are.
    private var folded = (seconds: 0.0, events: 0)
    private var countdown = 0
    /// The newest snapshot, and what reading it takes.
    private(set) var newest: (offset: Int, bytes: Int)
    private var secondsPerByte: Double
    /// The offset of the newest of those that stay.
    private var keptOffset: Int
    /// What taking the last one took, in seconds.
    private var takingSeconds = 0.0
    /// After one that could not be stored: how much must have been folded before the next is tried, in seconds.
    private var retrySeconds = 0.0

    /// - Parameters:
    ///   - newest: where a recovery begins, and the size of the snapshot there.
    ///   - keptOffset: of the newest snapshot that does not give way to another.
    ///   - cost: the processor time of the calling thread, in seconds.
    package init(newest: (offset: Int, bytes: Int), keptOffset: Int, cost: @escaping @Sendable () -> Double) {
        (self.newest, self.keptOffset, self.cost) = (newest, keptOffset, cost)
        secondsPerByte = Self.readSecondsPerByte
    }

    // MARK: Measuring

    /// Before an event is applied. - Returns: nil where this one is not measured.
    package mutating func begin() -> Double? {
        countdown -= 1
        guard countdown <= 0 else { return nil }
        countdown = Self.stride
        return cost()
    }

    /// After an event has been applied.
    package mutating func end(_ began: Double?) {
        folded.events += 1
        guard let began else { return }
        folded.seconds += max(0, cost() - began) * Double(Self.stride)
    }

    /// A recovery has decoded a snapshot, and folded events.
    mutating func recovered(readSeconds: Double, foldSeconds: Double, events: Int) {
        if newest.bytes > Self.growthBytesMin { secondsPerByte = readSeconds / Double(newest.bytes) }
        folded = (max(0, foldSeconds - Double(events) * Self.readSecondsPerEvent), events)
    }

    /// What a recovery would take now, in seconds.
    var recoverySeconds: Double {
        Double(newest.bytes) * secondsPerByte + folded.seconds + Double(folded.events) * Self.readSecondsPerEvent
    }

    // MARK: Deciding

    /// - Parameters:
    ///   - end: how far the log is committed.
    ///   - bytesPerEvent: what an event takes where it is committed.
    ///   - recoveryMax: what a recovery may take, in seconds.
    package func due(at end: Int, bytesPerEvent: Double, recoveryMax: Double) -> Snapshot.Reason? {
        guard folded.seconds >= retrySeconds else { return nil }
        let growth = Double(end - keptOffset) * bytesPerEvent
        if growth >= Double(max(Self.growth * newest.bytes, Self.growthBytesMin)) { return .growth }
        let isLong = recoverySeconds >= Self.recoveryShare * recoveryMax
        return isLong && folded.seconds >= Self.costShare * takingSeconds ? .recovery : nil
    }

    /// What was folded until now: a snapshot that is begun now saves a recovery just this.
    package var mark: Mark { folded }

    package typealias Mark = (seconds: Double, events: Int)

    /// A snapshot has been stored.
    /// - Parameters:
    ///   - mark: what had been folded when it was begun.
    ///   - seconds: what taking it took.
    package mutating func took(_ snapshot: Snapshot, at mark: Mark, seconds: Double) {
        folded = (max(0, folded.seconds - mark.seconds), max(0, folded.events - mark.events))
        newest = (snapshot.offset, snapshot.payload.count)
        (takingSeconds, retrySeconds) = (seconds, 0)
        if !snapshot.reason.givesWay { keptOffset = snapshot.offset }
    }

    /// A snapshot could not be stored: the next is tried when as much again has been folded.
    package mutating func failed(at mark: Mark) {
        retrySeconds = folded.seconds + max(1, mark.seconds)
    }
}
