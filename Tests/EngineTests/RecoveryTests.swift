import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning
import Synchronization
import Testing

/// What a start has to fold, by count of events; what an event costs is said by a clock of the test's own.
@Suite struct RecoveryTests {
    /// Moves on by so many seconds at each look. An event costs just that: one in so many is measured, with two looks,
    /// and counts for all of them.
    private final class Cost: Sendable {
        private let now = Mutex(0.0)
        private let step: Double

        init(_ step: Double) { self.step = step }

        func read() -> Double {
            now.withLock { now in
                now += step
                return now
            }
        }
    }

    private static func open(_ log: MemoryLog, _ step: Double, recovery: String = "30s") throws -> Application {
        let cost = Cost(step)
        let text = #"{"recovery": "\#(recovery)", "#
            + StoreFixture.spec.trimmingCharacters(in: .whitespacesAndNewlines).dropFirst()
        return try Application(
            name: "prices", spec: try SpecText.spec(text), store: StoreAccess(open: { log }, close: { _ in }),
            clocks: ServerClock(time: StoreFixture.clock), cost: { cost.read() })
    }

    private static func submit(_ count: Int, from first: Int, to application: Application) async throws {
        let layout = application.spec.contract.layout
        let events = (first..<first + count).map { index in
            var row = FeatureRow(layout)
            row.setNumber(Double(index % 91) / 10, at: 0)
            row.setString("town-\(index % 7)", at: 0)
            return Event(
                .example(.number(Double(index % 13))), time: .unclaimed, id: EventID("e-\(index)"),
                    features: row)
        }
        _ = try await application.submit(events)
    }

    /// Gives a snapshot that is on its way the time that it needs; on a busy machine, at its low priority, it is much.
    private static func settle(_ log: MemoryLog, at offset: Int) async throws {
        while log.snapshots().last.map({ $0.offset < offset }) ?? true {
            try await Swift.Task.sleep(for: .milliseconds(2))
        }
    }

    /// The same where one was due when the last events came. The writer learns that one has been stored a moment after
    /// the log has it: what was due may have been that one. A further event, now and then, makes it look again.
    private static func settle(_ log: MemoryLog, _ application: Application, due: Double) async throws {
        let offset = log.endOffset
        var tries = 0
        while log.snapshots().last.map({ $0.offset < offset }) ?? true,
            application.snapshotReport.recoverySeconds >= due
        {
            try await Swift.Task.sleep(for: .milliseconds(2))
            tries += 1
            guard tries % 1_000 == 0 else { continue }
            try await submit(1, from: 1_000_000 + offset * 1_000 + tries / 1_000, to: application)
        }
    }

    /// At a tenth of a second an event, 300 events are what 30 s allow; a bound that never came would fail at 301.
    @Test(arguments: [("30s", 300), ("10s", 100)])
    func aStartAfterAKillFoldsNoMoreThanRecoveryAllows(_ recovery: String, _ eventsMax: Int) async throws {
        let log = MemoryLog()
        let application = try Self.open(log, 0.1, recovery: recovery)
        var most = 0
        for first in stride(from: 0, to: 1_500, by: 10) {
            let due = Double(eventsMax) / 20
            try await Self.submit(10, from: first, to: application)
            if application.snapshotReport.recoverySeconds >= due {
                try await Self.settle(log, application, due: due)
            }
            // As a kill right now would leave it.
            let after = log.endOffset - (log.snapshots().last?.offset ?? 0)
            most = max(most, after)
            #expect(log.snapshots().count { $0.reason == .recovery } <= 1, "only the newest stays")
        }
        #expect(most <= eventsMax)
        #expect(most > eventsMax / 4, "snapshots are not taken all the time")
        let end = log.endOffset
        let next = try Self.open(log, 0.1, recovery: recovery)
        #expect(next.snapshotReport.recoveredEvents == end - (log.snapshots().last?.offset ?? 0))
        await next.stop()
    }

    @Test func aStartAfterACleanStopFoldsNothing() async throws {
        let log = MemoryLog()
        let application = try Self.open(log, 0)
        try await Self.submit(500, from: 0, to: application)
        // Killed: the next start folds all of it, and stops without having got anything.
        let second = try Self.open(log, 0)
        #expect(second.snapshotReport.recoveredEvents == 500)
        await second.stop()
        let third = try Self.open(log, 0)
        #expect(third.snapshotReport.recoveredEvents == 0)
        let snapshots = log.snapshots().map(\.offset)
        await third.stop()
        #expect(log.snapshots().map(\.offset) == snapshots, "there is one of this state already")
    }

    @Test func whatTookLongIsNeverFoldedAgainThoughNothingComes() async throws {
        let log = MemoryLog()
        let application = try Self.open(log, 0)
        try await Self.submit(500, from: 0, to: application)
        #expect(log.snapshots().last?.offset == 1)
        let second = try Self.open(log, 20)
        #expect(second.snapshotReport.recoveredEvents == 500)
        try await Self.settle(log, at: log.endOffset)
        #expect(log.snapshots().last?.reason == .recovery)
        // And killed again.
        #expect(try Self.open(log, 20).snapshotReport.recoveredEvents == 0)
    }

    @Test func aSnapshotOfARecoveryGivesWayToAnyOther() async throws {
        let log = MemoryLog()
        let application = try Self.open(log, 0.1)
        try await Self.submit(200, from: 0, to: application)
        try await Self.settle(log, at: log.endOffset)
        #expect(log.snapshots().map(\.reason) == [.adoption, .recovery])
        await application.stop()
        #expect(log.snapshots().map(\.reason) == [.adoption, .recovery], "there is one of this state already")
        let second = try Self.open(log, 0)
        try await Self.submit(10, from: 1_000, to: second)
        _ = try await second.restore(to: .offset(100))
        await second.stop()
        #expect(log.snapshots().map(\.reason) == [.adoption, .adoption])
        #expect(try Verification(of: log).isEqual)
    }

    @Test func takingSnapshotsTakesNoMoreThanATenthOfFolding() {
        let cost = Cost(1)
        var policy = SnapshotPolicy(newest: (1, 1_000), keptOffset: 1, cost: { cost.read() })
        func fold(_ events: Int) { for _ in 0..<events { policy.end(policy.begin()) } }
        func due() -> Snapshot.Reason? { policy.due(at: 1, bytesPerEvent: 1, recoveryMax: 30) }
        #expect(due() == nil)
        fold(17)
        #expect(due() == .recovery)
        policy.failed(at: policy.mark)
        #expect(due() == nil, "what failed is tried again later")
        fold(17)
        #expect(due() == .recovery)
        let digest = Digest(hashing: [])
        let none = Snapshot(
            offset: 35, reason: .recovery, stateDigest: digest, ledgerDigest: digest, time: .unclaimed, payload: [])
        policy.took(none, at: policy.mark, seconds: 17)
        fold(17 * 9)
        #expect(due() == nil)
        fold(17)
        #expect(due() == .recovery)
    }
}
