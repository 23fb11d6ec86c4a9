import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// Notices beside the answers: stored, listed page by page, packed and unpacked, and compared by `verify`.
@Suite struct NoticeListingTests {
    private static func spec(_ rate: String = "1e300") throws -> Spec {
        try SpecText.spec(
            """
            {"application": "told", "clock": "claimed", "features": {"x": "number"},
             "target": {"name": "y", "type": "regression", "horizon": "1h"},
             "model": [{"linear_regression": {"optimizer": {"sgd": {"lr": \(rate)}}}}]}
            """)
    }

    private static func application(_ spec: Spec?, _ log: MemoryLog) throws -> Application {
        try Application(
            name: "told", spec: spec, store: StoreAccess(open: { log }, close: { _ in }),
            clock: { Timestamp(microseconds: 2_000_000_000_000_000) })
    }

    /// Teaches what no update survives.
    private static func fail(_ application: Application, _ spec: Spec, _ numbers: Range<Int>) async throws {
        let events = numbers.map { index in
            var row = FeatureRow(spec.contract.layout)
            row.setNumber(1e300, at: 0)
            return Event(
                .example(.number(1)), time: Timestamp(microseconds: Int64(index) * 1_000_000), id: EventID("e\(index)"),
                features: row)
        }
        for start in stride(from: 0, to: events.count, by: 7) {
            _ = try await application.submit(Array(events[start..<min(start + 7, events.count)]))
        }
    }

    private static func list(_ log: MemoryLog, _ range: Range<Int>, limit: Int = .max) throws -> ([JSONValue], Int) {
        var found: [JSONValue] = []
        let next = try NoticeListing.write(range, limit: limit, of: "told", in: log) { notice in
            var json = JSONWriter()
            notice(&json)
            found.append(try JSONValue(parsing: json.bytes))
        }
        return (found, next)
    }

    private static func lived() async throws -> (Spec, MemoryLog) {
        let (spec, log) = (try spec(), MemoryLog())
        let application = try application(spec, log)
        try await fail(application, spec, 0..<40)
        _ = try await application.exclude("offset in @3..@5")
        try await fail(application, spec, 40..<43)
        await application.stop()
        return (spec, log)
    }

    @Test func theyAreListedInOrderAndPageByPage() async throws {
        let (_, log) = try await Self.lived()
        let (all, end) = try Self.list(log, 0..<log.endOffset)
        #expect(end == log.endOffset)
        #expect(all.map { $0["kind"]?.string } == ["adopted"] + Array(repeating: "failed", count: 6)
            + ["amended", "adopted", "failed", "failed"])
        #expect(all.map { $0["offset"]?.integer } == [0, 1, 2, 4, 8, 16, 32, 41, 42, 43, 44])
        #expect(all.map { $0["cause"]?.string }.suffix(4) == [
            "events excluded", "rebuild", "update not finite", "update not finite",
        ])
        #expect(all[0]["model"] == .null && all[0]["time"] == .null && all[1]["model"]?.string != nil)
        #expect(all[6]["evidence"]?["count"]?.integer == 32 && all[7]["evidence"]?["count"]?.integer == 2)
        #expect(all[3]["time"]?.string == "1970-01-01T00:00:03Z")
        for one in all {
            #expect(one["application"]?.string == "told" && one["index"]?.integer == 0)
        }
        var (paged, next) = ([JSONValue](), 0)
        while next < log.endOffset {
            let (page, after) = try Self.list(log, next..<log.endOffset, limit: 2)
            #expect(page.count <= 2 && after > next)
            (paged, next) = (paged + page, after)
        }
        #expect(paged == all)
        #expect(try Self.list(log, 5..<33).0.map { $0["offset"]?.integer } == [8, 16, 32])
    }

    @Test func verifyComparesThem() async throws {
        let (_, log) = try await Self.lived()
        let whole = try Verification(of: log)
        #expect(whole.isEqual, "\(whole.differences)")
        // One notice is left out of the block that has it.
        let other = MemoryLog()
        var dropped = 0
        while let block = try log.block(containing: other.endOffset) {
            let reader = try BlockReader(block.payload)
            guard reader.told.contains(where: { $0.index + block.firstOffset == 16 }) else {
                try other.append(block, snapshot: nil)
                continue
            }
            let contract = try Self.spec().contract
            var builder = BlockBuilder(contract: contract, version: reader.version, firstOffset: block.firstOffset)
            var event = Event(contract.layout)
            for index in 0..<reader.count {
                let answer = try reader.read(index, contract: contract, into: &event)
                let isLeftOut = block.firstOffset + index == 16
                dropped += isLeftOut ? 1 : 0
                builder.append(
                    event, time: event.time, decision: answer.decision, values: answer.values[...],
                    isBaseline: answer.isBaseline, notices: isLeftOut ? [] : answer.notices ?? [])
            }
            try other.append(block.replacing(builder.payload()), snapshot: nil)
        }
        for snapshot in log.snapshots() {
            try other.save(try #require(log.snapshot(atOrBefore: snapshot.offset)))
        }
        #expect(dropped == 1)
        let verification = try Verification(of: other)
        #expect(verification.differences.map(\.offset) == [16])
        #expect(verification.differences.first?.what.contains("failed of 'model'") == true)
        #expect(verification.differences.first?.what.contains("notices stored: none") == true)
        guard case .event(16, _) = try Bisection(log, other).finding else {
            Issue.record("\(try Bisection(log, other).finding)")
            return
        }
    }

    @Test func packedBlocksKeepThem() async throws {
        let (spec, log) = try await Self.lived()
        var blocks: [Block] = []
        var next = 1
        while next < 41, let block = try log.block(containing: next) {
            blocks.append(block)
            next = block.endOffset
        }
        let columns = try BlockColumns(blocks.map(\.payload), contract: spec.contract)
        #expect(try columns.parts().map(\.payload) == blocks.map(\.payload))
        let packed = try #require(PackedBlocks.pack(blocks, contract: spec.contract))
        #expect(packed[0] == 130, "as columns")
        #expect(try PackedBlocks.unpack(packed) == blocks)
    }
}
