import Determinism
import EventLog
import ModelLifecycle

/// Where a log begins of which the oldest events were dropped by retention; before it there are offsets, times and what
/// was done to the application, but nothing to fold.
struct LogFloor {
    /// The first event whose payload is there.
    let events: Int
    /// The oldest state that can be had: that of the snapshot which the dropped events are sealed behind.
    let state: Int
    /// The log time there.
    let time: Timestamp

    /// Nil where nothing was dropped.
    init?(_ log: any AppendOnlyLog & SnapshotStore) throws {
        events = try log.sealedEnd
        guard events > 0 else { return nil }
        guard let snapshot = try log.snapshots().first(where: { [events] in $0.offset >= events }) else {
            throw LogFailure(
                .damaged, "the snapshot is not there which the events dropped before event \(events) are sealed behind",
                hint: "Nothing else was deleted. Bring the file back from a backup.")
        }
        (state, time) = (snapshot.offset, snapshot.time)
    }

    private var hint: String { "the oldest that can be reached is @\(state), of \(time)" }

    /// Follows what is said of an amendment that finds no question.
    var amendmentHint: String {
        "; what was asked before @\(events) was dropped by retention and stands as it was learned"
    }

    /// Refuses a state from before what was kept.
    /// - Parameter offset: the state before the event there is meant.
    static func checkState(_ offset: Int, in log: any AppendOnlyLog & SnapshotStore) throws {
        guard let floor = try LogFloor(log), offset < floor.state else { return }
        throw Refusal(
            .impossibleRestore,
            "@\(offset) cannot be derived any more: what it was folded from was dropped by retention",
            hint: floor.hint)
    }

    /// Refuses events from before what was kept.
    static func checkEvents(from offset: Int, in log: any AppendOnlyLog & SnapshotStore) throws {
        guard let floor = try LogFloor(log), offset < floor.events else { return }
        throw Refusal(
            .outOfRange, "what events before @\(floor.events) held was dropped by retention",
            hint: "begin at @\(floor.events) or later; \(floor.hint)")
    }
}
