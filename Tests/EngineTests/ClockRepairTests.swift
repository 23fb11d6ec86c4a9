import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Testing

/// A server began on a clock that was 400 days ahead, and was told to accept it: log time ran ahead, and is set back.
@Suite struct ClockRepairTests {
    private static let days: Int64 = 86_400
    private let clocks = TestClocks()

    private func open(_ store: StoreAccess, _ spec: Spec?, _ trust: ClockTrust = .bounded) throws -> Application {
        try Application(name: "prices", spec: spec, store: store, clocks: clocks.clocks(trust))
    }

    /// Asks and teaches, runs ahead, and comes back: 60 labels learned, 40 questions open, which the jump has learned
    /// as the stated label.
    private func ranAhead(_ store: StoreAccess, _ spec: Spec, isRight: Bool = false) async throws -> Application {
        var application = try open(store, spec)
        for number in 0..<100 {
            clocks.pass(seconds: 60)
            _ = try await application.submit([Asking.question("q\(number)", spec)])
            if number < 60 { _ = try await application.submit([Asking.label("q\(number)", spec, 50)]) }
        }
        await application.stop()
        if !isRight { clocks.set(seconds: 400 * Self.days) }
        application = try open(store, nil, .acceptFirst)
        _ = try await application.submit([Asking.question("jumped", spec)])
        await application.stop()
        if !isRight { clocks.set(seconds: -400 * Self.days) }
        return try open(store, nil)
    }

    private func spec() throws -> Spec { try Asking.spec("durable", target: #", "unlabelled": {"label": 0}"#) }

    @Test func trueLabelsAreLearnedAgain() async throws {
        let (log, spec) = (MemoryLog(), try spec())
        let store = StoreAccess(open: { log }, close: { _ in })
        let application = try await ranAhead(store, spec)
        #expect(try await application.inspect { $0.ledger.counts.expiredPredictions } == 40)
        #expect(try await application.submit([Asking.label("q60", spec, 50)])[0].acceptance?.decision == .waiting)
        let wrong = try await application.inspect { $0.stateDigest }
        let end = try await application.inspect { $0.offset }
        let report = try #require(try await application.setClock())
        #expect(report.openedCount == 40 && report.offset == end + 1)
        #expect(report.before.microseconds - report.after.microseconds == 400 * Self.days * 1_000_000)
        let (time, open, digest) = try await application.inspect {
            ($0.ledger.time, $0.ledger.pendingCount, $0.stateDigest)
        }
        #expect(time == clocks.time && open == 40 && digest != wrong, "39 of them, and the one asked meanwhile")
        clocks.pass(seconds: 60)
        let replies = try await application.submit(
            (61..<100).map { Asking.label("q\($0)", spec, 50) } + [Asking.label("jumped", spec, 50)])
        #expect(replies.allSatisfy { $0.acceptance?.decision == .learned })
        let again = try await application.submit([Asking.label("q60", spec, 50)])[0].acceptance
        #expect(again?.isRepeated == true, "it was waiting, and has found its question")
        #expect(try await application.setClock() == nil, "once is enough")
        #expect(try await application.inspect { $0.ledger.counts.expiredPredictions } == 0)
        await application.stop()
        let verification = try Verification(of: log)
        #expect(verification.isEqual, "\(verification.differences)")
        #expect(try isEqualWithoutGrowth(log), "also where it is folded over the event")

        // The models are those of a server whose clock was right.
        let right = MemoryLog()
        let other = try await ranAhead(StoreAccess(open: { right }, close: { _ in }), spec, isRight: true)
        for number in 60..<100 { _ = try await other.submit([Asking.label("q\(number)", spec, 50)]) }
        _ = try await other.submit([Asking.label("jumped", spec, 50)])
        let row = Asking.question("q7", spec).features
        let (one, two) = (
            try await self.application(log).inspect { $0.preview(row, at: $0.ledger.time).values },
            try await other.inspect { $0.preview(row, at: $0.ledger.time).values }
        )
        #expect(one == two && one[0] > 25)
        await other.stop()
    }

    private func application(_ log: MemoryLog) throws -> Application {
        try open(StoreAccess(open: { log }, close: { _ in }), nil)
    }

    /// Folds the log again with no snapshots but those of adoptions.
    private func isEqualWithoutGrowth(_ log: MemoryLog) throws -> Bool {
        let copy = MemoryLog()
        for block in try log.allBlocks() { try copy.append(block, snapshot: nil) }
        for snapshot in log.snapshots() where snapshot.reason == .adoption {
            if let whole = log.snapshot(atOrBefore: snapshot.offset) { copy.save(whole, dropping: []) }
        }
        return try Verification(of: copy).isEqual
    }

    @Test func itOutlivesACrashAndCanBeRestored() async throws {
        let (fixture, spec) = (try StoreFixture(), try spec())
        let application = try await ranAhead(fixture.access(), spec)
        let before = try await application.inspect { $0.offset }
        _ = try #require(try await application.setClock())
        _ = try await application.submit([Asking.label("q70", spec, 50)])
        let standing = try await application.inspect { [$0.stateDigest, $0.ledgerDigest] }
        let crashed = try fixture.crashed()
        await application.stop()
        let again = try open(crashed.access(), nil)
        #expect(try await again.inspect { [$0.stateDigest, $0.ledgerDigest] } == standing)
        let now = try await again.inspect { $0.offset }
        // Any state of before or after is that of a log whose time never ran ahead.
        for offset in [50, before - 1, before, before + 1, now] {
            _ = try await again.restore(to: .offset(offset))
        }
        #expect(try await again.inspect { $0.stateDigest } == standing[0])
        await again.stop()
        let store = try crashed.open(readOnly: true)
        let verification = try Verification(of: store)
        #expect(verification.isEqual, "\(verification.differences)")
        let listed = try VersionDiff(.offset(before), .offset(before + 2), in: store).changes.map(\.what)
        #expect(listed == ["log time set back, 40 questions open again", "rebuilt as amended"])
        try store.close()
    }

    @Test func whatIsNotAheadIsLeftAlone() async throws {
        let (log, spec) = (MemoryLog(), try spec())
        let application = try await ranAhead(StoreAccess(open: { log }, close: { _ in }), spec, isRight: true)
        let end = log.endOffset
        #expect(try await application.setClock() == nil)
        clocks.set(seconds: -200)
        #expect(try await application.setClock() == nil, "clients may claim as much")
        await application.stop()
        #expect(log.endOffset == end)
    }
}
