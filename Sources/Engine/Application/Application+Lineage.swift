import Determinism
import EventLog
import ModelLifecycle
import OnlineLearning

/// Learned states of other lineages go live: restored, rebuilt under amendments, or a candidate's. Whichever it is, it is
/// derived from the log while serving goes on, caught up with what came meanwhile, and adopted between two batches.
extension Application {
    /// Puts an earlier learned state in the place of the present one, as an event.
    public func restore(to point: RestorePoint) async throws -> Adopted {
        try await adopting { amendments, log in
            let target = try point.offset(in: log)
            let learned = try Derivation(log, under: amendments).learned(at: target)
            return Proposal { serving in try serving.adopt(.restore(offset: target), learned) }
                .restoring(target)
        }
    }

    /// Makes the past count as another, and puts what the models would be then in their place.
    /// - Parameter amend: finds what to amend, in the log.
    public func amend(
        _ amend: @escaping @Sendable (StoreAccess.Store) throws -> [Amendment]
    ) async throws -> Adopted {
        try await adopting { amendments, log in
            let new = try amend(log)
            var all = amendments
            for amendment in new { all.append(amendment, at: Int.max) }
            let derivation = Derivation(log, under: all)
            var replay = try derivation.replay(atOrBefore: try log.endOffset)
            while try log.endOffset - replay.offset > Self.catchUpEvents { try derivation.run(&replay) }
            var rebuild = replay
            return Proposal { serving in
                try derivation.run(&rebuild)
                guard let learned = rebuild.state?.learned else { throw Overtaken() }
                return try serving.adopt(.restore(offset: serving.state.offset + new.count), learned, after: new)
            }
        }
    }

    /// Puts a candidate's models in the place of the present ones, as they are after every event from an offset on.
    public func adopt(_ candidate: Spec, from offset: Int) async throws -> Adopted {
        if let refusal = try await inspect({ $0.refusal(ofCandidate: candidate) }) { throw refusal }
        return try await adopting { amendments, log in
            let end = try log.endOffset
            guard offset <= end else { throw RestorePoint.future(offset, end: end) }
            var rerun = Rerun(candidate, log: log, from: offset, under: amendments)
            while try log.endOffset - rerun.offset > Self.catchUpEvents { try rerun.run() }
            var last = rerun
            return Proposal { serving in
                try last.run()
                return try serving.adopt(.candidate(candidate, from: offset), last.state.learned)
            }
        }
    }

    /// Events that may be left to be folded while nothing else is served.
    private static var catchUpEvents: Int { 2_048 }

    private func adopting(
        _ propose: @escaping @Sendable (Amendments, StoreAccess.Store) throws -> Proposal
    ) async throws -> Adopted {
        let start = ContinuousClock.now
        while true {
            let amendments = try await inspect { $0.amendments }
            let proposal = try await withLog { try propose(amendments, $0) }
            let result: Result<Acceptance, any Error> = await withCheckedContinuation { continuation in
                add(
                    Job(
                        eventCount: 1,
                        work: .adopt(
                            { serving in
                                guard serving.state.amendments == amendments else { throw Overtaken() }
                                return try proposal.adopt(serving)
                            },
                            { continuation.resume(returning: $0) })))
            }
            do {
                let acceptance = try result.get()
                let digest = try await inspect { $0.stateDigest }
                return Adopted(
                    offset: acceptance.offset, restoredOffset: proposal.restoredOffset, stateDigest: digest,
                    elapsed: ContinuousClock.now - start)
            } catch is Overtaken {
                continue
            }
        }
    }
}

/// What is to go live, derived but for the events that have come since.
private final class Proposal: @unchecked Sendable {
    // Handed from the reader that derived it to the writer, which calls it once: never used by both.
    let adopt: (Serving) throws -> Acceptance
    private(set) var restoredOffset: Int?

    init(_ adopt: @escaping (Serving) throws -> Acceptance) {
        self.adopt = adopt
    }

    func restoring(_ offset: Int) -> Proposal {
        restoredOffset = offset
        return self
    }
}

/// The past was amended while something was derived from it.
struct Overtaken: Error {}

/// What an adoption did.
public struct Adopted: Sendable {
    /// Of the `adopted` event.
    public let offset: Int
    /// Of a restore: the state adopted is that before the event at this offset.
    public let restoredOffset: Int?
    public let stateDigest: Digest
    public let elapsed: Duration
}
