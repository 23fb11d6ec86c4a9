import Determinism
import Engine
import EventLog
import EventLogChecks
import Foundation
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Testing

/// A block of more than one event has at most `LogLimit.blockBytesMax`, and what belongs together is still one commit.
@Suite(.serialized) struct BlockSizeTests {
    private static let texts = 20

    private func spec(_ durability: String) throws -> Spec {
        let features = (0..<Self.texts).map { #""t\#($0)": "text""# }.joined(separator: ", ")
        return try SpecText.spec(
            """
            {"application": "prices", "durability": "\(durability)", "features": {"x": "number", \(features)}, \
            "target": {"name": "y", "type": "regression", "horizon": "30d"}, \
            "model": [{"select": ["x"]}, "linear_regression"]}
            """)
    }

    /// An event of so many bytes of texts.
    private func event(_ id: String, _ spec: Spec, bytes: Int) -> Event {
        var event = Event(
            .example(.number(1)), time: .unclaimed, id: EventID(id), features: FeatureRow(spec.contract.layout))
        event.features.setNumber(1, at: 0)
        for text in 0..<Self.texts where bytes > 0 {
            event.features.setString("\(id)-\(text)-" + String(repeating: "x", count: bytes / Self.texts), at: text)
        }
        return event
    }

    @Test(arguments: ["durable", "relaxed"]) func blocksAreBoundedInBytes(_ durability: String) async throws {
        let (fixture, spec, faults) = (try StoreFixture(), try spec(durability), FaultyLog.Faults(seed: 1))
        let commits = Told<Int>()
        let application = try Application(
            name: "prices", spec: spec, store: FaultyLog.access(fixture, faults), clock: StoreFixture.clock)
        faults.set(plan: { () throws(LogFailure) in commits.add(1) })
        // Small ones, one that is larger than a block may be, and many that together are.
        var events = (0..<10).map { event("small-\($0)", spec, bytes: 100) }
        events.append(event("huge", spec, bytes: 1_200_000))
        events += (0..<40).map { event("large-\($0)", spec, bytes: 100_000) }
        events += (0..<10).map { event("late-\($0)", spec, bytes: 0) }
        let replies = try await application.submit(events)
        #expect(replies.enumerated().allSatisfy { $1.acceptance?.offset == $0 + 1 })
        await application.stop()
        let store = try fixture.open()
        let blocks = try store.allBlocks()
        #expect(blocks.count > 6)
        #expect(blocks.allSatisfy { $0.count == 1 || $0.payload.count <= LogLimit.blockBytesMax })
        let huge = try #require(try store.block(containing: 11))
        #expect(huge.count == 1 && huge.payload.count > LogLimit.blockBytesMax, "an event is never cut")
        // They are nearly as large as they may be: the bound is measured, not guessed.
        #expect(blocks.contains { $0.payload.count > LogLimit.blockBytesMax - 110_000 && $0.count > 1 })
        #expect(try Verification(of: store).isEqual)
        try store.close()
    }

    @Test func whatIsAppliedTogetherIsOneAppend() async throws {
        let (fixture, spec, faults) = (try StoreFixture(), try spec("durable"), FaultyLog.Faults(seed: 1))
        let application = try Application(
            name: "prices", spec: spec, store: FaultyLog.access(fixture, faults), clock: StoreFixture.clock)
        let before = try await application.inspect { $0.offset }
        // Two blocks, and the commit of both fails.
        let events = (0..<10).map { event("large-\($0)", spec, bytes: 100_000) }
        faults.set(plan: { () throws(LogFailure) in throw LogFailure(.outcomeUnknown, "a fault") })
        await #expect(throws: Unavailable.self) { try await application.submit(events) }
        faults.set(plan: nil)
        #expect(try await comesTrue { (try? await application.inspect { $0.offset }) == before })
        #expect(try await comesTrue { (try? await application.submit(events)) != nil })
        await application.stop()
        let store = try fixture.open()
        #expect(try store.endOffset == before + 10)
        #expect(try store.allBlocks().count == 3)
        try store.close()
    }

    /// What is taken back leaves no trace.
    @Test func takingTheLastEventBackGivesTheSameBytes() throws {
        let spec = try spec("durable")
        var (one, two) = (
            BlockBuilder(contract: spec.contract, version: 0, firstOffset: 5),
            BlockBuilder(contract: spec.contract, version: 0, firstOffset: 5)
        )
        let notice = Notice(.failed, model: "model", cause: "a number that is none")
        for index in 0..<20 {
            let event = event("e\(index)", spec, bytes: 1_000)
            for isLast in [false, true] where !isLast || index % 3 == 0 {
                let told = index % 4 == 0 ? [notice] : []
                let time = Timestamp(microseconds: Int64(index) * 1_000)
                if isLast {
                    two.append(
                        self.event("other\(index)", spec, bytes: 2_000), time: Timestamp(microseconds: 1 << 40),
                        decision: .learned, values: [], isBaseline: false, notices: [notice, notice])
                    two.removeLast()
                } else {
                    one.append(
                        event, time: time, decision: .learned, values: [], isBaseline: false, notices: told)
                    two.append(
                        event, time: time, decision: .learned, values: [], isBaseline: false, notices: told)
                }
            }
            #expect(one.payload() == two.payload() && two.payload().count <= two.byteCountMax)
            #expect(one.lastTime == two.lastTime && one.count == two.count)
            #expect(one.payload().count <= one.byteCountMax)
        }
    }
}
