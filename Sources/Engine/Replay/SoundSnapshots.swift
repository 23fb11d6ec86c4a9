import EventLog
import ModelLifecycle

/// A snapshot that is passed over, and why.
public struct SnapshotDamage: Sendable, Equatable {
    /// Of the snapshot; nil where not even a list of them can be read.
    public let offset: Int?
    public let reason: String
    /// Whether another state serves in its place.
    public let wasPassedOver: Bool

    init(offset: Int?, reason: String, wasPassedOver: Bool = true) {
        (self.offset, self.reason, self.wasPassedOver) = (offset, reason, wasPassedOver)
    }

    /// For people, on one line.
    public var description: String {
        let what = offset.map { "the snapshot at @\($0)" } ?? "the list of snapshots"
        return "\(what) is damaged\(wasPassedOver ? " and was passed over" : ""): \(reason)"
    }
}

/// A snapshot saves folding and is nothing that the log does not say again. So one that is damaged is passed over for
/// the one before it and the events since.
extension SnapshotStore {
    /// The state that a snapshot holds, and the size of its payload.
    /// - Throws: `damaged` where it is not there, does not decode, or is the state of another offset.
    private func sound(_ snapshot: Snapshot) throws(LogFailure) -> (state: ApplicationState, byteCount: Int) {
        guard let found = try sound(at: snapshot.offset) else {
            throw LogFailure(.damaged, "the snapshot of @\(snapshot.offset) is not there")
        }
        return found
    }

    /// The same of the snapshot at an offset; nil where there is none.
    private func sound(at offset: Int) throws(LogFailure) -> (state: ApplicationState, byteCount: Int)? {
        guard let whole = try self.snapshot(atOrBefore: offset), whole.offset == offset else { return nil }
        let state = try ApplicationState(snapshot: whole)
        guard state.offset == offset else {
            throw LogFailure(.damaged, "the snapshot at @\(offset) holds the state of @\(state.offset)")
        }
        return (state, whole.payload.count)
    }

    func state(of snapshot: Snapshot) throws(LogFailure) -> ApplicationState {
        try sound(snapshot).state
    }

    /// The state that was stored with the adoption at an offset; nil where it is not there.
    func stateAdopted(at offset: Int) throws(LogFailure) -> ApplicationState? {
        try sound(at: offset + 1)?.state
    }

    /// The newest whole snapshot at or before an offset: the state that it holds and its size; nil where there is none.
    ///
    /// - Parameters:
    ///   - damage: takes those that were passed over.
    ///   - isWanted: false passes over a snapshot as if it were not there, before it is read.
    /// - Complexity: O(log snapshots) where the newest is whole and wanted.
    func newestState(
        atOrBefore offset: Int, passingOver damage: inout [SnapshotDamage],
        where isWanted: (Int) -> Bool = { _ in true }
    ) throws(LogFailure) -> (state: ApplicationState, byteCount: Int)? {
        var candidates: [Snapshot]
        do throws(LogFailure) {
            candidates = try snapshots().filter { $0.offset <= offset && isWanted($0.offset) }
        } catch {
            guard error.kind == .damaged else { throw error }
            damage.append(SnapshotDamage(offset: nil, reason: error.message))
            return nil
        }
        while let candidate = candidates.popLast() {
            do throws(LogFailure) {
                return try sound(candidate)
            } catch {
                guard error.kind == .damaged else { throw error }
                damage.append(SnapshotDamage(offset: candidate.offset, reason: error.message))
            }
        }
        return nil
    }
}
