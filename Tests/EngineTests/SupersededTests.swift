import Determinism
import Engine
import EventLog
import EventLogChecks
import ModelLifecycle
import OnlineLearning
import Testing

/// Two who believe to be the writer: at each place one is accepted, and who is not goes on from where the log is.
@Suite(.serialized) struct SupersededTests {
    private func application(
        _ log: MemoryLog, _ spec: Spec?, _ told: Told<String> = Told()
    ) throws -> Application {
        try Application(
            name: "prices", spec: spec, store: StoreAccess(open: { log }, close: { _ in }), clock: StoreFixture.clock,
            tell: { told.add($0) })
    }

    @Test(arguments: ["durable", "relaxed"]) func whoIsSupersededSaysSoAndGoesOn(_ durability: String) async throws {
        let (log, spec, told) = (MemoryLog(), try Asking.spec(durability), Told<String>())
        let first = try application(log, spec, told)
        _ = try await first.note(.named(Naming("begun", offset: nil)))
        let second = try application(log, nil)
        // It appends after the tip that the first one holds, too.
        for number in 0..<5 { _ = try await second.submit([Asking.example("s\(number)", spec)]) }
        _ = try await second.note(.named(Naming("second", offset: nil)))
        let before = log.lastKnownTip()
        await #expect {
            _ = try await first.submit([Asking.example("lost", spec)])
            // Answered before the disk: nobody has said more than that.
            _ = try await first.note(.named(Naming("lost", offset: nil)))
        } throws: { error in
            if case .outcomeUnknown? = error as? Unavailable { true } else { false }
        }
        #expect(told.all.contains { $0.contains("another writer has the log") }, "\(told.all)")
        #expect(log.lastKnownTip() == before, "what was superseded changed nothing")
        // The same again, from where the log is now: the second one's events are in it.
        var reply: Reply?
        #expect(try await comesTrue { (try? reply = await first.submit([Asking.example("lost", spec)])[0]) != nil })
        #expect(reply?.acceptance?.isRepeated == false)
        #expect(try await first.submit([Asking.example("s3", spec)])[0].acceptance?.isRepeated == true)
        #expect(try await first.note(.named(Naming("first", offset: nil))) > before.endOffset)
        // Now the second one is behind; both end, and what the log holds is whole.
        await first.stop()
        _ = await second.stop()
        let verification = try Verification(of: log)
        #expect(verification.isEqual, "\(verification.differences)")
    }

    @Test func aClaimStopsWhoServes() async throws {
        let (log, spec, told) = (MemoryLog(), try Asking.spec("durable"), Told<String>())
        let application = try application(log, spec, told)
        _ = try await application.submit([Asking.example("a", spec)])
        let claimed = try log.claim(after: log.lastKnownTip(), writer: 9)
        await #expect(throws: Unavailable.self) { try await application.submit([Asking.example("b", spec)]) }
        #expect(log.lastKnownTip() == claimed)
        #expect(told.all.count == 1)
        #expect(try await comesTrue { (try? await application.submit([Asking.example("b", spec)])) != nil })
        #expect(log.lastKnownTip().term == 1 && log.endOffset == 3)
        await application.stop()
    }

    @Test(arguments: [1, 2, 3]) func twoThatWriteInTurnsLoseNothingThatWasAcknowledged(_ seed: UInt64) async throws {
        let (log, spec) = (MemoryLog(), try Asking.spec("durable"))
        let applications = [try application(log, spec), try application(log, spec)]
        var generator = SeededGenerator(seed: seed)
        var acknowledged: [String: Int] = [:]
        for number in 0..<200 {
            let id = "e\(number)"
            let application = applications[generator.below(2)]
            var offset: Int?
            #expect(try await comesTrue {
                offset = (try? await application.submit([Asking.example(id, spec)]))?[0].acceptance?.offset
                return offset != nil
            })
            acknowledged[id] = offset
        }
        for application in applications { _ = await application.stop() }
        var scan: [String: Int] = [:]
        var reader = try EventTexts(log)
        while let (id, offset) = try reader.next() { scan[id] = offset }
        #expect(scan.filter { !$0.key.isEmpty } == acknowledged, "each is there once, where its answer said")
        #expect(try Verification(of: log).isEqual)
    }
}

/// The ids of a log's events.
private struct EventTexts {
    private let blocks: [Block]
    private let layout: FeatureLayout
    private let contract: Contract
    private var (block, index) = (0, 0)

    init(_ log: MemoryLog) throws {
        blocks = try log.allBlocks()
        contract = try ApplicationState(reading: log).contract
        layout = contract.layout
    }

    mutating func next() throws -> (String, Int)? {
        guard block < blocks.count else { return nil }
        let reader = try BlockReader(blocks[block].payload)
        guard index < reader.count else {
            (block, index) = (block + 1, 0)
            return try next()
        }
        var event = Event(layout)
        _ = try reader.read(index, contract: contract, into: &event)
        defer { index += 1 }
        return (event.id.text, reader.firstOffset + index)
    }
}
