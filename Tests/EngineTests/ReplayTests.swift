import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// Replay equals live: January's flights to the same bits, whichever way they are folded.
@Suite struct ReplayTests {
    private struct Digests: Equatable, Sendable {
        let state: Digest
        let ledger: Digest

        init(_ state: ApplicationState) {
            (self.state, ledger) = (state.stateDigest, state.ledgerDigest)
        }
    }

    private func january() throws -> (spec: Spec, path: String) {
        let stream = try #require(RiverNumbers.streams.first { $0.description == "flights_january_24h" })
        return (try stream.spec(), stream.path)
    }

    private func application(_ spec: Spec?, _ log: MemoryLog) throws -> Application {
        try Application(
            name: "january", spec: spec, store: StoreAccess(open: { log }, close: { _ in }),
            clock: { Timestamp(microseconds: 2_000_000_000_000_000) })
    }

    private func digests(_ application: Application) async throws -> Digests {
        try await application.inspect { Digests(copy $0) }
    }

    private func evaluated(_ spec: Spec, _ path: String) throws -> Digests {
        let source = try RowSource(path: path, contract: spec.contract, data: spec.data)
        var evaluation = Evaluation(spec, EventSchedule(source, data: spec.data))
        while try evaluation.run(events: 10_000, refused: { Issue.record("row \($0): \($2)") }) {}
        return Digests(evaluation.state)
    }

    /// The file's events in requests of a few hundred.
    private func batches(_ spec: Spec, _ path: String) throws -> [[Event]] {
        let source = try RowSource(path: path, contract: spec.contract, data: spec.data)
        var schedule = EventSchedule(source, data: spec.data)
        var event = Event(spec.contract.layout)
        var batches: [[Event]] = [[]]
        while case .event = try schedule.next(into: &event) {
            // A request's events have their own features: the schedule's storage is reused.
            if batches[batches.count - 1].count == 300 { batches.append([]) }
            batches[batches.count - 1].append(event)
        }
        return batches
    }

    /// The blocks of a log with one of its snapshots.
    private func copy(_ log: MemoryLog, with snapshot: Snapshot?) throws -> MemoryLog {
        let copy = MemoryLog()
        while let block = try log.block(containing: copy.endOffset) { try copy.append(block, snapshot: nil) }
        if let snapshot { try copy.save(snapshot) }
        return copy
    }

    @Test func evaluatingServingRecoveringVerifyingAndRestoringToNowAgree() async throws {
        let (spec, path) = try january()
        let expected = try evaluated(spec, path)
        let log = MemoryLog()
        let batches = try batches(spec, path)
        var application = try application(spec, log)
        for (index, batch) in batches.enumerated() {
            if index == batches.count / 2 {
                await application.stop()
                application = try self.application(nil, log)
            }
            for reply in try await application.submit(batch) {
                guard case .accepted = reply else { Issue.record("\(reply)"); continue }
            }
        }
        #expect(try await digests(application) == expected)

        let middle = try #require(log.snapshot(atOrBefore: log.endOffset - 1_000))
        #expect(middle.offset > 1)
        for snapshot in [middle, nil] {
            let other = try self.application(nil, try copy(log, with: snapshot))
            #expect(try await digests(other) == expected)
            await other.stop()
        }

        let end = log.endOffset
        let restored = try await application.restore(to: .offset(end))
        #expect(restored.stateDigest == expected.state)
        #expect(try await digests(application) == expected)

        _ = try await application.restore(to: .offset(middle.offset))
        #expect(try await digests(application).state == middle.stateDigest)
        #expect(try await digests(application).ledger == expected.ledger)
        await application.stop()

        let verification = try Verification(of: log)
        #expect(verification.isEqual, "\(verification.differences)")
        #expect(verification.eventCount == end + 2)
        #expect(verification.stateDigest == middle.stateDigest)
        #expect(verification.ledgerDigest == expected.ledger)
    }
}
