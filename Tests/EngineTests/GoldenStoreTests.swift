import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Testing

/// `Tests/Golden/store-v3.headrace` is a store of format 3: most of it packed, with names that are
/// events, and snapshots. Every release reads it and goes on from it.
@Suite(.serialized) struct GoldenStoreTests {
    private static let golden = RiverNumbers.root.appending(path: "Tests/Golden/store-v3.headrace")
    /// Of which retention has dropped the oldest, and a row of it as it lies there.
    private static let retained = RiverNumbers.root.appending(path: "Tests/Golden/store-retained.headrace")
    private static let sealedRow = RiverNumbers.root.appending(path: "Tests/Golden/packed-sealed.bin")

    private func store() async throws -> StoreFixture {
        let fixture = try StoreFixture()
        if !FileManager.default.fileExists(atPath: Self.golden.path) {
            let made = try StoreFixture()
            try await made.fill("a", count: 1_300, requests: 10)
            try await made.name([("one", 100), ("two", 1_300)])
            try await made.fill("b", count: 1_400, requests: 10)
            let writer = try made.open()
            var compaction = Compaction(writer)
            while try compaction.step() {}
            try writer.close()
            try FileManager.default.copyItem(atPath: made.path, toPath: Self.golden.path)
            Issue.record("store-v3.headrace was missing; it has been written")
        }
        try FileManager.default.copyItem(atPath: Self.golden.path, toPath: fixture.path)
        return fixture
    }

    @Test func aPackedStoreWithNamesIsReadAndGoesOn() async throws {
        let fixture = try await store()
        let reader = try fixture.open(readOnly: true)
        #expect(try reader.inspection().formatVersion == 3)
        #expect(try fixture.query("SELECT count(*) FROM blocks WHERE substr(payload, 1, 1) >= x'80'") ?? 0 > 0)
        let end = try reader.endOffset
        #expect(try VersionNames(in: reader).byOffset.map(\.name) == ["one", "two"])
        let verification = try Verification(of: reader)
        #expect(verification.isEqual && verification.eventCount == end, "\(verification.differences)")
        var read = 0
        let tip = try reader.read(after: .start) { entry, _ in
            read += entry.block?.count ?? 0
            return true
        }
        #expect(try read == end && tip == reader.lastKnownTip())
        try reader.close()
        try await fixture.fill("c", count: 20, requests: 5)
        let writer = try fixture.open()
        #expect(try writer.endOffset == end + 21, "one event more: the upgrade")
        #expect(try Verification(of: writer).isEqual)
        try writer.close()
    }

    // MARK: A store that retention has cut

    private static let start: Int64 = 1_400_000_000_000_000

    /// An hour each: a question, its label, and what is taught at once.
    private static func live(_ store: StoreFixture, _ hours: Range<Int>) async throws {
        let spec = try SpecText.spec(
            """
            {"application": "prices", "clock": "claimed", "retention": "20d", "features": {"size": "number", \
            "city": "category"}, "target": {"name": "price", "type": "regression", "horizon": "1d"}, \
            "model": [{"one_hot": ["city"]}, "linear_regression"]}
            """)
        let isNew = !FileManager.default.fileExists(atPath: store.path)
        let application = try Application(
            name: "prices", spec: isNew ? spec : nil, store: store.access(),
            clock: { Timestamp(microseconds: start + 9_000 * 3_600_000_000) })
        for hour in hours {
            var row = FeatureRow(spec.contract.layout)
            row.setNumber(Double(hour % 31), at: 0)
            row.setString("secret-\(hour % 5)", at: 0)
            let (label, time) = (
                Label.number(Double(hour % 13)), Timestamp(microseconds: start + Int64(hour) * 3_600_000_000)
            )
            for reply in try await application.submit([
                Event(.prediction, time: time, id: EventID("q\(hour)"), features: row),
                Event(.example(label), time: time, id: EventID("e\(hour)"), features: row),
                Event(.label(label), time: time, id: EventID("q\(hour)"), features: FeatureRow(spec.contract.layout)),
            ]) {
                guard case .accepted = reply else { Issue.record("\(reply)"); continue }
            }
        }
        if hours.upperBound == 1_000 {
            _ = try await application.restore(to: .offset(2_950))
            for _ in 0..<2_000 {
                if try await application.status().oldest != nil { break }
                try await Swift.Task.sleep(for: .milliseconds(5))
            }
        }
        await application.stop()
    }

    private func retainedStore() async throws -> StoreFixture {
        let (fixture, files) = (try StoreFixture(), FileManager.default)
        if !files.fileExists(atPath: Self.retained.path) {
            let made = try StoreFixture()
            // The first stop packs what retention drops the second time.
            try await Self.live(made, 0..<400)
            try await Self.live(made, 400..<1_000)
            try files.copyItem(atPath: made.path, toPath: Self.retained.path)
            let store = try made.open(readOnly: true)
            try Data(try #require(try store.row(containing: 1)).payload).write(to: Self.sealedRow)
            try store.close()
            Issue.record("store-retained.headrace was missing; it has been written")
        }
        try files.copyItem(atPath: Self.retained.path, toPath: fixture.path)
        return fixture
    }

    @Test func aStoreThatRetentionHasCutIsReadAndGoesOn() async throws {
        let fixture = try await retainedStore()
        let reader = try fixture.open(readOnly: true)
        let (sealed, end) = (try reader.sealedEnd, try reader.endOffset)
        #expect(sealed > 0 && end == 3_002)
        let oldest = try #require(try StatusReport(reading: reader).oldest)
        #expect(oldest.offset >= sealed && oldest.offset < end)
        let verification = try Verification(of: reader)
        #expect(verification.isEqual && verification.eventCount == end, "\(verification.differences)")
        #expect(verification.ranges.first { $0.kind == .sealed }?.offsets.upperBound == oldest.offset)
        #expect(try Checkup(of: reader).findings.isEmpty)
        try reader.close()
        let application = try Application(
            name: "prices", spec: nil, store: fixture.access(),
            clock: { Timestamp(microseconds: Self.start + 9_000 * 3_600_000_000) })
        // To exactly where it begins, and not before.
        _ = try await application.restore(to: .offset(oldest.offset))
        await #expect(throws: Refusal.self) { _ = try await application.restore(to: .offset(oldest.offset - 1)) }
        await application.stop()
        try await Self.live(fixture, 1_000..<1_010)
        let writer = try fixture.open()
        // The upgrade from fold revision 2, the restore, and what was lived.
        #expect(try writer.endOffset == end + 32)
        #expect(try Verification(of: writer).isEqual)
        try writer.close()
    }

    @Test func aSealedRowIsRead() throws {
        let payload = [UInt8](try Data(contentsOf: Self.sealedRow))
        #expect(payload[0] == 131)
        let blocks = try PackedBlocks.unpack(payload)
        #expect(blocks.first?.firstOffset == 1 && blocks.count > 300)
        // What clients said is gone.
        for block in blocks {
            #expect(try BlockReader(block.payload).indices(of: .forgotten).count == block.count)
        }
        // Whatever byte is another, it is not taken.
        for place in [1, 40, payload.count - 1] {
            var damaged = payload
            damaged[place] ^= 1
            #expect(throws: LogFailure.self, "\(place)") { try PackedBlocks.unpack(damaged) }
        }
    }
}
