import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Learned states of other lineages go live: restored, rebuilt under amendments, or a candidate's. Whichever it is, it
/// is derived from the log while serving goes on, caught up with what came meanwhile, and adopted between two batches.
extension Application {
    /// Puts an earlier learned state in the place of the present one, as an event.
    public func restore(to point: RestorePoint) async throws -> Adopted {
        let proposal = try await adopting { amendments, log in
            let derivation = Derivation(log, under: amendments)
            let target = try derivation.reachable(try point.offset(in: log))
            let learned = try derivation.learned(at: target)
            return Proposal(target) { serving in try serving.adopt(.restore(offset: target), learned) }
        }
        return proposal.adopted.restoring(proposal.note)
    }

    /// Puts a candidate's models in the place of the present ones, as they are after every event from an offset on.
    public func adopt(_ candidate: Spec, from offset: Int) async throws -> Adopted {
        if let refusal = try await inspect({ $0.refusal(ofCandidate: candidate) }) { throw refusal }
        return try await adopting { amendments, log in
            let end = try log.endOffset
            guard offset <= end else { throw RestorePoint.future(offset, end: end) }
            try LogFloor.checkEvents(from: offset, in: log)
            var rerun = Rerun(candidate, log: log, from: offset, under: amendments)
            var pursuit = Pursuit()
            while try pursuit.goesOn(from: rerun.offset, to: log.endOffset) { try rerun.run() }
            var last = rerun
            return Proposal(()) { serving in
                try NotDerived.catching { try last.run() }
                return try serving.adopt(.candidate(candidate, from: offset), last.state.learned)
            }
        }.adopted
    }

    /// Derives a state while serving goes on, and adopts it between two batches; anew, where the past was amended
    /// meanwhile.
    func adopting<Note: Sendable>(
        _ propose: @escaping @Sendable (Amendments, StoreAccess.Store) throws -> Proposal<Note>
    ) async throws -> (adopted: Adopted, note: Note) {
        let start = ContinuousClock.now
        while true {
            let amendments = try await inspect { $0.amendments }
            let proposal = try await folding { try propose(amendments, $0) }
            // Whoever asked has gone: nothing is changed any more.
            try _Concurrency.Task.checkCancellation()
            let result: Result<GoneLive, any Error> = await withCheckedContinuation { continuation in
                add(
                    Job(
                        .adopt(
                            { serving in
                                guard serving.state.amendments == amendments else { throw Overtaken() }
                                return try proposal.adopt(serving)
                            },
                            { continuation.resume(returning: $0) })))
            }
            do {
                return (Adopted(try result.get(), elapsed: ContinuousClock.now - start), proposal.note)
            } catch is Overtaken {
                continue
            }
        }
    }
}

/// What is to go live, derived but for the events that have come since.
final class Proposal<Note: Sendable>: @unchecked Sendable {
    // Handed from the reader that derived it to the writer, which calls it once: never used by both.
    let adopt: (Serving) throws -> GoneLive
    /// What there is to say of it: of a restore the offset that it goes back to.
    let note: Note

    init(_ note: Note, _ adopt: @escaping (Serving) throws -> GoneLive) {
        (self.note, self.adopt) = (note, adopt)
    }
}

/// What was to be adopted could not be derived to the end; nothing has changed.
struct NotDerived: Error {
    let reason: any Error

    static func catching<T>(_ body: () throws -> T) throws(NotDerived) -> T {
        do { return try body() } catch { throw NotDerived(reason: (error as? PayloadGone)?.refusal ?? error) }
    }
}

/// The past was amended while something was derived from it.
struct Overtaken: Error {}

/// What an adoption did: all of one moment, right after it.
public struct Adopted: Sendable {
    /// Of the `adopted` event.
    public let offset: Int
    /// Of a restore: the state adopted is that before the event at this offset.
    public private(set) var restoredOffset: Int?
    public let stateDigest: Digest
    /// Right before and right after.
    public let before: ModelsShown
    public let after: ModelsShown
    /// Open questions that an amendment excluded, or that are open again after a withdrawal.
    public let openCount: Int
    /// Where something was forgotten: the head of the chain before and after.
    public let heads: Heads?
    public let elapsed: Duration

    init(_ live: GoneLive, elapsed: Duration) {
        (offset, stateDigest, self.elapsed) = (live.offset, live.stateDigest, elapsed)
        (before, after, heads, openCount) = (live.before, live.after, live.heads, live.openCount)
    }

    func restoring(_ offset: Int) -> Adopted {
        var adopted = self
        adopted.restoredOffset = offset
        return adopted
    }
}
