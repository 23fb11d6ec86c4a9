import Determinism
import ModelLifecycle
import Synchronization

/// What a recovery would cost an application now, and what its snapshots cost the answers.
public struct SnapshotReport: Sendable, Equatable {
    /// What a recovery after a crash would take, in seconds of this machine, and what it may take by the spec.
    public internal(set) var recoverySeconds = 0.0
    public internal(set) var recoverySecondsMax = 0.0
    /// Events that the last start folded.
    public internal(set) var recoveredEvents = 0
    /// Where a recovery would begin, and the size of the snapshot there.
    public internal(set) var offset = 0
    public internal(set) var byteCount = 0
    /// Snapshots that this process has taken while it served.
    public internal(set) var takenCount = 0
    /// What the last of them took, on other threads than those that answer; in seconds.
    public internal(set) var takenSeconds = 0.0
    /// The longest that an event, or a commit, took while the last one was taken, and while any was; in milliseconds.
    public internal(set) var pauseMilliseconds = 0.0
    public internal(set) var pauseMillisecondsMax = 0.0
    /// What snapshots take in the store, and what they may, in bytes, when that was last looked at.
    public internal(set) var storedBytes = 0
    public internal(set) var storedBytesMax = 0
    /// Snapshots that this process has dropped to keep within it.
    public internal(set) var prunedCount = 0
    /// Why the last one could not be stored; nil where it was.
    public internal(set) var failure: String?

    public func write(to json: inout JSONWriter) {
        json.object { json in
            json.member("recovery_seconds", recoverySeconds)
            json.member("recovery_seconds_max", recoverySecondsMax)
            json.member("recovered_events", recoveredEvents)
            json.member("snapshot_offset", offset)
            json.member("snapshot_bytes", byteCount)
            json.member("snapshots_taken", takenCount)
            json.member("snapshot_seconds", takenSeconds)
            json.member("pause_ms", pauseMilliseconds)
            json.member("pause_ms_max", pauseMillisecondsMax)
            json.member("snapshots_pruned", prunedCount)
            if let failure { json.member("snapshot_failure", failure) }
        }
    }
}

/// The report of an application, written by whoever is serving and read by anybody; and the clock that it is by.
final class SnapshotNotes: Sendable {
    /// The processor time of the calling thread, in seconds.
    let cost: @Sendable () -> Double
    private let contents = Mutex(SnapshotReport())

    init(cost: @escaping @Sendable () -> Double) {
        self.cost = cost
    }

    var report: SnapshotReport { contents.withLock { $0 } }

    func update(_ body: (inout SnapshotReport) -> Void) {
        contents.withLock { body(&$0) }
    }
}
