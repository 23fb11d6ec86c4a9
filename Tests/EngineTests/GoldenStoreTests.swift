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
        // It was written by fold revision 2: one event more, the upgrade.
        #expect(try writer.endOffset == end + 21)
        #expect(try Verification(of: writer).isEqual)
        try writer.close()
    }
}
