import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// The server's clock jumps, and is set right again: nothing expires, nothing is stamped, and it is said.
@Suite struct ClockJumpTests {
    private static let days: Int64 = 86_400
    private let clocks = TestClocks()
    private let log = MemoryLog()
    private let told = Told<String>()

    private func open(_ spec: Spec?, _ trust: ClockTrust = .bounded) throws -> Application {
        let told = told
        return try Application(
            name: "prices", spec: spec, store: StoreAccess(open: { [log] in log }, close: { _ in }),
            clocks: clocks.clocks(trust), tell: { told.add($0) })
    }

    private func isClockJump(_ body: () async throws -> [Reply]) async -> Bool {
        do { return try await body().isEmpty } catch {
            if case .clockJump? = error as? Unavailable { return true }
            return false
        }
    }

    /// Open questions, expired ones, and log time.
    private func standing(_ application: Application) async throws -> [Int64] {
        try await application.inspect {
            [Int64($0.ledger.pendingCount), Int64($0.ledger.counts.expiredPredictions), $0.ledger.time.microseconds]
        }
    }

    @Test(
        arguments: ["", #", "unlabelled": {"label": 0}"#],
        [("durable", true), ("durable", false), ("relaxed", true), ("relaxed", false)])
    func underTrafficOrIdleNothingExpires(_ unlabelled: String, _ kind: (String, Bool)) async throws {
        let (durability, isIdle) = kind
        let spec = try Asking.spec(durability, target: unlabelled)
        let application = try open(spec)
        for number in 0..<20 {
            clocks.pass(seconds: 1)
            _ = try await application.submit([Asking.question("q\(number)", spec)])
        }
        let before = try await standing(application)
        clocks.set(seconds: 400 * Self.days)
        clocks.pass(seconds: 1)
        if !isIdle {
            for number in 0..<5 {
                #expect(await isClockJump { try await application.submit([Asking.question("new\(number)", spec)]) })
                #expect(await isClockJump { try await application.submit([Asking.label("q\(number)", spec)]) })
            }
            #expect(told.all.count == 1, "once, however many are refused")
            #expect(told.all.first?.contains("clock-jump") == true)
        }
        #expect(try await application.status().standing.alarms.count == 1)
        #expect(try await standing(application) == before)
        clocks.set(seconds: -400 * Self.days)
        clocks.pass(seconds: 1)
        #expect(try await application.status().standing.alarms.isEmpty)
        let labels = try await application.submit((0..<20).map { Asking.label("q\($0)", spec) })
        #expect(labels.allSatisfy { $0.acceptance?.decision == .learned })
        #expect(try await standing(application) == [0, 0, clocks.time.microseconds])
        #expect(told.all.count == (isIdle ? 0 : 2), "also that it is over")
        await application.stop()
        #expect(try Verification(of: log).isEqual)
    }

    @Test func eventsThatClaimTheirTimeGoOn() async throws {
        let spec = try Asking.spec("durable")
        let application = try open(spec)
        _ = try await application.submit([Asking.question("a", spec), Asking.question("b", spec)])
        let right = clocks.time
        clocks.set(seconds: 400 * Self.days)
        let replies = try await application.submit([
            Asking.label("a", spec, at: right), Asking.label("b", spec), Asking.label("b", spec, at: clocks.time),
        ])
        #expect(replies[0].acceptance?.decision == .learned)
        for reply in replies[1...] {
            guard case .unavailable(.clockJump) = reply else { Issue.record("\(reply)"); continue }
        }
        #expect(try await standing(application) == [1, 0, right.microseconds])
        await application.stop()
    }

    @Test func aClaimedTimeIsHeldAgainstTheClockAsItWouldBe() async throws {
        let spec = try Asking.spec("durable")
        let application = try open(spec)
        _ = try await application.submit([Asking.question("a", spec)])
        let right = clocks.time.microseconds
        clocks.set(seconds: 400 * Self.days)
        let replies = try await application.submit([
            Asking.question("b", spec, at: Timestamp(microseconds: right + 300_000_001)),
            Asking.question("c", spec, at: Timestamp(microseconds: right + 300_000_000)),
        ])
        guard case .unavailable(.clockJump) = replies[0] else { Issue.record("\(replies[0])"); return }
        #expect(replies[1].acceptance != nil, "five minutes ahead of the clock as it would be")
        #expect(try await standing(application) == [2, 0, right + 300_000_000])
        await application.stop()
    }

    @Test(arguments: [Int64(400), -400])
    func underClaimedTimesTheClockOnlyBoundsThem(_ jump: Int64) async throws {
        let spec = try Asking.spec("durable", more: #""clock": "claimed","#)
        let application = try open(spec)
        let right = clocks.time
        _ = try await application.submit([Asking.question("a", spec, at: right)])
        clocks.set(seconds: jump * Self.days)
        let reply = try await application.submit([Asking.label("a", spec, at: right)])[0]
        #expect((reply.acceptance?.decision == .learned) == (jump > 0))
        #expect((reply.refusal?.kind == .wrongTime) == (jump < 0), "five minutes ahead at most")
        clocks.set(seconds: -jump * Self.days)
        let again = try await application.submit([Asking.label("a", spec, at: right)])[0]
        #expect(again.acceptance?.decision == .learned)
        #expect(try await standing(application) == [0, 0, right.microseconds])
        #expect(told.all.isEmpty)
        await application.stop()
    }

    @Test func setBackLogTimeStaysAndGoesOnFromThere() async throws {
        let spec = try Asking.spec("durable")
        let application = try open(spec)
        _ = try await application.submit([Asking.question("a", spec)])
        let right = clocks.time
        clocks.set(seconds: -400 * Self.days)
        clocks.pass(seconds: 60)
        _ = try await application.submit([Asking.question("b", spec)])
        #expect(try await standing(application) == [2, 0, right.microseconds])
        clocks.set(seconds: 400 * Self.days)
        let labels = try await application.submit([Asking.label("a", spec), Asking.label("b", spec)])
        #expect(labels.allSatisfy { $0.acceptance?.decision == .learned })
        #expect(try await standing(application) == [0, 0, right.microseconds + 60_000_000])
        #expect(told.all.isEmpty)
        await application.stop()
    }

    @Test func aStartAcceptsSevenDaysOrWhatItIsTold() async throws {
        let spec = try Asking.spec("durable")
        let first = try open(spec)
        _ = try await first.submit([Asking.question("a", spec)])
        await first.stop()
        clocks.set(seconds: 6 * Self.days)
        let second = try open(nil)
        _ = try await second.submit([Asking.question("b", spec)])
        await second.stop()
        clocks.set(seconds: 8 * Self.days)
        let third = try open(nil)
        #expect(await isClockJump { try await third.submit([Asking.question("c", spec)]) })
        #expect(try await standing(third)[0] == 2)
        await third.stop()
        let told = try open(nil, .acceptFirst)
        _ = try await told.submit([Asking.question("c", spec)])
        clocks.set(seconds: 400 * Self.days)
        #expect(await isClockJump { try await told.submit([Asking.question("d", spec)]) }, "the first, and no other")
        await told.stop()
    }

    @Test func aCrashBeforeTheFirstEventLeavesTheClockBelieved() async throws {
        let spec = try Asking.spec("durable")
        await (try open(spec)).stop()
        // What is noted before the event is committed.
        log.noteFirstReading(clocks.time)
        let application = try open(nil)
        _ = try await application.submit([Asking.question("a", spec)])
        #expect(try await standing(application) == [1, 0, clocks.time.microseconds])
        await application.stop()
    }

    @Test(arguments: [true, false])
    func afterAHistoryOfClaimedTimesTheFirstReadingIsAccepted(_ isRestarted: Bool) async throws {
        let spec = try Asking.spec("durable")
        var application = try open(spec)
        let past = Timestamp(microseconds: clocks.time.microseconds - 4_000 * Self.days * 1_000_000)
        _ = try await application.submit([Asking.question("a", spec, at: past)])
        if isRestarted {
            await application.stop()
            application = try open(nil)
        }
        _ = try await application.submit([Asking.question("b", spec)])
        #expect(try await standing(application) == [1, 1, clocks.time.microseconds])
        await application.stop()
    }
}
