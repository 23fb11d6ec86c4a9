import Determinism
import Engine
import EventLog
import EventLogChecks
import Foundation
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Synchronization
import Testing

/// What the writer owes whoever asks: an answer in any case, what it said on the disk, and questions first.
@Suite(.serialized) struct WriterTests {
    private static let failure = LogFailure(.outcomeUnknown, "a fault")

    private func application(
        _ spec: Spec?, _ fixture: StoreFixture, _ faults: FaultyLog.Faults, _ told: Told<String> = Told()
    ) throws -> Application {
        try Application(
            name: "prices", spec: spec, store: FaultyLog.access(fixture, faults), clock: StoreFixture.clock,
            tell: { told.add($0) })
    }

    // MARK: Failing commits

    @Test(arguments: ["durable", "relaxed"])
    func everyAskerGetsAnAnswerThoughACommitFails(_ durability: String) async throws {
        let (fixture, faults, spec) = (try StoreFixture(), FaultyLog.Faults(seed: 1), try Asking.spec(durability))
        let application = try application(spec, fixture, faults)
        _ = try await application.submit([Asking.question("first", spec)])
        let held = DispatchSemaphore(value: 0)
        let commits = Mutex(0)
        faults.set(plan: { () throws(LogFailure) in
            // One commit lasts until more wait; the next fails, and so does the one after it.
            let number = commits.withLock { $0 += 1; return $0 }
            if number == 1 { _ = held.wait(timeout: .now() + 20) }
            if number == 2 || number == 3 { throw Self.failure }
        })
        let answers = Told<Bool>()
        let requests: [[Event]] = (0..<40).map { number in
            switch number % 4 {
            case 0: [Asking.question("q\(number)", spec)]
            case 1: [Asking.example("e\(number)", spec)]
            case 2: (0..<300).map { Asking.example("e\(number)-\($0)", spec) }
            default: (0..<300).map { Asking.question("q\(number)-\($0)", spec) }
            }
        }
        for events in requests {
            Swift.Task.detached {
                do { answers.add(try await application.submit(events).count == events.count) } catch {
                    answers.add(false)
                }
            }
        }
        try await Swift.Task.sleep(for: .milliseconds(50))
        held.signal()
        #expect(try await comesTrue { answers.all.count == requests.count }, "\(answers.all.count) answers")
        faults.set(plan: nil)
        for events in requests {
            var replies: [Reply] = []
            #expect(try await comesTrue { (try? replies = await application.submit(events)) != nil })
            #expect(replies.allSatisfy { $0.acceptance != nil })
        }
        #expect(await application.stop() == nil)
        try expectAllKnown(requests.flatMap { $0 }, fixture)
    }

    @Test func aRequestOfWhichAPartIsCommittedIsAnsweredWhenTheNextCommitFails() async throws {
        let (fixture, faults, spec) = (try StoreFixture(), FaultyLog.Faults(seed: 1), try Asking.spec("durable"))
        let application = try application(spec, fixture, faults)
        _ = try await application.submit([Asking.question("first", spec)])
        let commits = Mutex(0)
        faults.set(plan: { () throws(LogFailure) in
            if commits.withLock({ $0 += 1; return $0 }) == 1 { throw Self.failure }
        })
        // More than a block holds: when the first block fails, the rest waits in the queue.
        let events = (0..<10_000).map { Asking.example("e\($0)", spec) }
        let answers = Told<Bool>()
        Swift.Task.detached {
            do { answers.add(try await application.submit(events).count == events.count) } catch { answers.add(false) }
        }
        #expect(try await comesTrue { !answers.all.isEmpty }, "it gets an answer")
        #expect(answers.all == [false])
        faults.set(plan: nil)
        var replies: [Reply] = []
        #expect(try await comesTrue { (try? replies = await application.submit(events)) != nil })
        #expect(replies.allSatisfy { $0.acceptance != nil })
        #expect(await application.stop() == nil)
        try expectAllKnown(events, fixture)
    }

    /// Every event is in the log once, and the log is whole.
    private func expectAllKnown(_ events: [Event], _ fixture: StoreFixture) throws {
        let store = try fixture.open()
        defer { try? store.close() }
        let verification = try Verification(of: store)
        #expect(verification.isEqual, "\(verification.differences)")
        #expect(verification.eventCount == events.count + 2, "the spec's adoption and the first question")
    }

    @Test func aCommitThatFailedBehindTheAnswersIsNoticed() async throws {
        let (fixture, faults, spec) = (try StoreFixture(), FaultyLog.Faults(seed: 1), try Asking.spec("relaxed"))
        let told = Told<String>()
        let application = try application(spec, fixture, faults, told)
        _ = try await application.submit([Asking.question("kept", spec)])
        try await application.withLog { _ in }
        let commits = Mutex(0)
        faults.set(plan: { () throws(LogFailure) in
            if commits.withLock({ $0 += 1; return $0 }) == 1 { throw Self.failure }
        })
        let lost = try await application.submit([Asking.question("lost", spec)])
        #expect(lost[0].acceptance?.offset == 2, "the answer did not wait for the disk")
        // Nobody asks anything: it is noticed all the same, said, and the application recovers.
        #expect(try await comesTrue { !told.all.isEmpty })
        #expect(told.all.first?.contains("a commit failed: a fault") == true)
        #expect(try await comesTrue { (try? application.checkReady()) != nil })
        let next = try await application.submit([Asking.question("next", spec)])
        #expect(next[0].acceptance?.offset == 2, "it goes on from what is on the disk")
        #expect(await application.stop() == nil)
        let again = try self.application(nil, fixture, faults)
        let replies = try await again.submit(["kept", "next", "lost"].map { Asking.question($0, spec) })
        #expect(replies.map { $0.acceptance?.isRepeated } == [true, true, false])
        await again.stop()
    }

    @Test(arguments: ["durable", "relaxed"])
    func whatFailsAtTheStopIsSaid(_ durability: String) async throws {
        let (fixture, faults, spec) = (try StoreFixture(), FaultyLog.Faults(seed: 1), try Asking.spec(durability))
        let application = try application(spec, fixture, faults)
        _ = try await application.submit([Asking.question("a", spec)])
        faults.set(plan: { () throws(LogFailure) in throw Self.failure })
        if durability == "relaxed" { _ = try? await application.submit([Asking.question("b", spec)]) }
        #expect(await application.stop()?.message.contains("a fault") == true, "a block or the snapshot")
        #expect(await application.stop() != nil, "whoever asks again is told the same")
    }

    @Test func anAnswerLostBeforeTheStopIsSaid() async throws {
        let (fixture, faults, spec) = (try StoreFixture(), FaultyLog.Faults(seed: 1), try Asking.spec("relaxed"))
        let application = try application(spec, fixture, faults)
        _ = try await application.submit([Asking.question("a", spec)])
        try await application.withLog { _ in }
        let commits = Mutex(0)
        faults.set(plan: { () throws(LogFailure) in
            if commits.withLock({ $0 += 1; return $0 }) == 1 { throw Self.failure }
        })
        _ = try await application.submit([Asking.question("b", spec)])
        #expect(try await comesTrue { commits.withLock { $0 } > 0 })
        #expect(await application.stop()?.message.contains("may be lost") == true || commits.withLock { $0 } == 0)
    }

    @Test(arguments: ["durable", "relaxed"], UInt64(1)...4)
    func whatWasAcknowledgedIsThereWithManyAtOnce(_ durability: String, _ seed: UInt64) async throws {
        let (fixture, faults, spec) = (try StoreFixture(), FaultyLog.Faults(seed: seed), try Asking.spec(durability))
        let application = try application(spec, fixture, faults)
        faults.set(percent: 25)
        var generator = SeededGenerator(seed: seed)
        var all: [Event] = [Asking.question("first", spec)]
        var round = 0
        while round < 25 {
            let requests = (0..<8).map { request in
                (0..<(1 + generator.below(30))).map { number -> Event in
                    let id = "\(round)-\(request)-\(number)"
                    return number % 2 == 0 ? Asking.example(id, spec) : Asking.question(id, spec)
                }
            }
            // Again and again, as clients do, until all are known after a flush that has succeeded: what was answered
            // `relaxed` may be lost until then.
            var (isFlushed, isDone) = (false, false)
            while !isDone {
                let areKnown = await withTaskGroup(of: Bool.self) { group in
                    for events in [[all[0]]] + requests {
                        group.addTask { await Self.insist(events, application) }
                    }
                    return await group.reduce(true) { $0 && $1 }
                }
                isDone = isFlushed && areKnown
                isFlushed = (try? await application.withLog { _ in }) != nil
            }
            all += requests.flatMap { $0 }
            round += 1
        }
        #expect(faults.happened > 3)
        faults.set(percent: 0)
        // It may say of a commit that failed last that it may be lost: here everything was sent again.
        await application.stop()
        try expectAllKnown(Array(all.dropFirst()), fixture)
    }

    /// Sends until it is answered. - Returns: whether all of it was known.
    private static func insist(_ events: [Event], _ application: Application) async -> Bool {
        while true {
            if let replies = try? await application.submit(events) {
                return replies.allSatisfy { $0.acceptance?.isRepeated == true }
            }
            try? await Swift.Task.sleep(for: .milliseconds(5))
        }
    }

    // MARK: Turns

    @Test(arguments: ["durable", "relaxed"])
    func aQuestionIsAnsweredInTheMiddleOfALongRequest(_ durability: String) async throws {
        let spec = try Asking.spec(durability)
        let log = MemoryLog()
        let reads = Mutex(0)
        let moments = Mutex<Int64>(0)
        let goOn = DispatchSemaphore(value: 0)
        let isInMiddle = Mutex(false)
        let isLong = Mutex(false)
        // A millisecond passes with every look at the clock, so that a slice is a few events.
        let clocks = ServerClock(
            time: {
                if isLong.withLock({ $0 }), reads.withLock({ $0 += 1; return $0 }) == 5 {
                    isInMiddle.withLock { $0 = true }
                    _ = goOn.wait(timeout: .now() + 60)
                }
                return StoreFixture.clock()
            }, moment: { Moment(nanoseconds: moments.withLock { $0 += 1_000_000; return $0 }) })
        let application = try Application(
            name: "prices", spec: spec, store: StoreAccess(open: { log }, close: { _ in }), clocks: clocks)
        isLong.withLock { $0 = true }
        let long = Swift.Task { try await application.submit((0..<500).map { Asking.example("e\($0)", spec) }) }
        #expect(try await comesTrue { isInMiddle.withLock { $0 } }, "the request is carried out in slices")
        let question = Swift.Task { try await application.submit([Asking.question("q", spec)]) }
        try await Swift.Task.sleep(for: .milliseconds(50))
        goOn.signal()
        let answer = try #require(try await question.value[0].acceptance?.offset)
        let offsets = try await long.value.compactMap { $0.acceptance?.offset }
        #expect(offsets.count == 500)
        #expect(offsets == offsets.sorted(), "a request keeps its order")
        #expect(answer < offsets[100], "the question came in between")
        #expect(await application.stop() == nil)
        #expect(try Verification(of: log).isEqual)
        #expect(try log.allBlocks().allSatisfy { $0.count <= 4_096 })
    }

    @Test(arguments: ["durable", "relaxed"], [Event.Kind.example, .prediction])
    func aRequestOfManyEventsIsSeveralBlocks(_ durability: String, _ kind: Event.Kind) async throws {
        let (spec, log) = (try Asking.spec(durability), MemoryLog())
        let application = try Application(
            name: "prices", spec: spec, store: StoreAccess(open: { log }, close: { _ in }), clock: StoreFixture.clock)
        let replies = try await application.submit(
            (0..<10_000).map {
                kind == .example ? Asking.example("e\($0)", spec) : Asking.question("e\($0)", spec)
            })
        #expect(replies.enumerated().allSatisfy { $1.acceptance?.offset == $0 + 1 })
        await application.stop()
        let blocks = try log.allBlocks()
        #expect(blocks.count > 3 && blocks.allSatisfy { $0.count <= 4_096 })
    }

    @Test func aFullLineRefusesAtOnceAndTakesWhatFits() async throws {
        let (fixture, faults) = (try StoreFixture(), FaultyLog.Faults(seed: 1))
        let spec = try Asking.spec("durable", more: #""limits": {"queue": 10},"#)
        let application = try application(spec, fixture, faults)
        _ = try await application.submit([Asking.question("first", spec)])
        let (goOn, isHeld, beyond) = (DispatchSemaphore(value: 0), Told<Bool>(), Told<Bool>())
        faults.set(plan: { () throws(LogFailure) in
            guard isHeld.all.isEmpty else { return }
            isHeld.add(true)
            _ = goOn.wait(timeout: .now() + 20)
        })
        let held = Swift.Task { try await application.submit([Asking.example("held", spec)]) }
        #expect(try await comesTrue { !isHeld.all.isEmpty })
        let full = Swift.Task { try await application.submit((0..<10).map { Asking.example("e\($0)", spec) }) }
        try await Swift.Task.sleep(for: .milliseconds(100))
        Swift.Task.detached {
            do {
                _ = try await application.submit([Asking.example("beyond", spec)])
                beyond.add(false)
            } catch {
                if case .overloaded? = error as? Unavailable { beyond.add(true) } else { beyond.add(false) }
            }
        }
        #expect(try await comesTrue { !beyond.all.isEmpty }, "an eleventh event is refused while ten wait")
        #expect(beyond.all == [true])
        goOn.signal()
        #expect(try await held.value.count == 1)
        #expect(try await full.value.allSatisfy { $0.acceptance != nil })
        #expect(await application.stop() == nil)
    }

    // MARK: Time

    @Test func aClaimedTimeMayBeFiveMinutesAheadToTheMicrosecond() async throws {
        let (spec, log) = (try Asking.spec("durable"), MemoryLog())
        let application = try Application(
            name: "prices", spec: spec, store: StoreAccess(open: { log }, close: { _ in }), clock: StoreFixture.clock)
        for (ahead, isTaken) in [
            (299_000_000, true), (300_000_000, true), (300_000_001, false), (301_000_000, false),
        ] {
            let time = Timestamp(microseconds: StoreFixture.clock().microseconds + Int64(ahead))
            let reply = try await application.submit([Asking.question("a\(ahead)", spec, at: time)])[0]
            #expect((reply.acceptance != nil) == isTaken, "\(ahead) µs")
            #expect((reply.refusal?.kind == .wrongTime) == !isTaken, "\(ahead) µs")
        }
        await application.stop()
    }

    // MARK: Replies and adoptions

    @Test func theReplyOfAnAdoptionIsOfThatMoment() async throws {
        let (spec, log) = (try Asking.spec("durable"), MemoryLog())
        let application = try Application(
            name: "prices", spec: spec, store: StoreAccess(open: { log }, close: { _ in }), clock: StoreFixture.clock)
        _ = try await application.submit((0..<200).map { Asking.example("begin\($0)", spec) })
        let isOver = Told<Bool>()
        let teaching = (0..<3).map { teacher in
            Swift.Task.detached {
                var number = 0
                while isOver.all.isEmpty {
                    _ = try await application.submit([Asking.example("t\(teacher)-\(number)", spec)])
                    number += 1
                    // Labels come in all the time, but the log stays short: every adoption folds it.
                    try await Swift.Task.sleep(for: .milliseconds(1))
                }
            }
        }
        var adopted: [Adopted] = []
        for round in 0..<20 {
            switch round % 4 {
            case 0: adopted.append(try await application.restore(to: .offset(50 + round)))
            case 1: adopted.append(try await application.exclude("x = \(round % 17)").adopted)
            case 2: adopted.append(try await application.adopt(spec, from: 10 + round))
            default: adopted.append(try await application.forget(ids: ["begin\(round)"]).adopted)
            }
        }
        isOver.add(true)
        for task in teaching { try await task.value }
        let snapshots = log.snapshots()
        for one in adopted {
            // A forgetting drops snapshots after what it forgot.
            guard let snapshot = snapshots.first(where: { $0.offset == one.offset + 1 }) else { continue }
            #expect(one.stateDigest == snapshot.stateDigest)
        }
        #expect(snapshots.filter { snapshot in adopted.contains { $0.offset + 1 == snapshot.offset } }.count >= 1)
        #expect(adopted.compactMap(\.heads).map(\.newHead) == log.heads().map(\.newHead))
        await application.stop()
    }
}
