import Determinism
import Engine
import EventLog
import EventLogChecks
import Foundation
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Testing

/// A store that a program of another revision wrote: it opens, its answers stand, and it says what was folded anew.
///
/// `Tests/Golden/store-r0.headrace` was written by a program that recorded no revision: 440 events of flights, a
/// snapshot at @200, and then killed.
@Suite struct UpgradeTests {
    private static let stateDigest = "b03e5a4b55bac924a866d3093e9abc0fe885c4b76947b9848202e5aa09899b6b"

    private func store() throws -> StoreFixture {
        let fixture = try StoreFixture()
        let golden = RiverNumbers.root.appending(path: "Tests/Golden/store-r0.headrace").path
        try FileManager.default.copyItem(atPath: golden, toPath: fixture.path)
        return fixture
    }

    private func application(_ path: String) throws -> Application {
        try Application(
            name: "flights", spec: nil,
            store: StoreAccess(
                open: { try SQLiteStore(path: path, unpack: PackedBlocks.unpack) },
                close: { try ($0 as? SQLiteStore)?.close() }),
            clock: { Timestamp(microseconds: 2_000_000_000_000_000) })
    }

    @Test func theTailIsFoldedAnewAndRecordedAsAdopted() async throws {
        let fixture = try store()
        let application = try application(fixture.path)
        let (offset, version) = try await application.inspect { ($0.offset, $0.version) }
        #expect(offset == 441, "one event more: the upgrade")
        #expect(version == 440)
        #expect(try await application.inspect { $0.stateDigest.description } == Self.stateDigest)
        #expect(try await application.inspect { $0.revision == Revision(of: $0.learned.settings) })
        await application.stop()

        let again = try self.application(fixture.path)
        #expect(try await again.inspect { $0.offset } == 441, "opened again, it is of this revision")
        // Between the snapshots of another revision nothing can be folded to the same bits.
        #expect(try await again.restore(to: .offset(300)).restoredOffset == 200)
        #expect(try await again.restore(to: .offset(441)).stateDigest.description == Self.stateDigest)
        await again.stop()
    }

    @Test func verifyChecksOnlyTheChainOfWhatAnotherRevisionAnswered() async throws {
        let fixture = try store()
        let application = try application(fixture.path)
        _ = try await application.restore(to: .offset(300))
        await application.stop()
        let store = try fixture.open(readOnly: true)
        let verification = try Verification(of: store)
        #expect(verification.isEqual, "\(verification.differences)")
        #expect(verification.ranges.map(\.kind) == [.derived, .sealed, .derived])
        #expect(verification.ranges[1].offsets == 1..<441)
        #expect(verification.ranges[1].reason == "answered by another revision: unrecorded")
        let why = try StatusReport(reading: store).versions.map(\.reason)
        #expect(why.contains("upgraded, folded anew from @200"), "\(why)")
        try store.close()
    }
}

/// A store of format 2, written by the program before format 3: 308 events with labels in time, late, waiting and
/// corrected, exclusions, a candidate adopted, a restore, a question forgotten, a snapshot of a clean stop at @282, and
/// then killed. `bundle-v1.bin` is the bundle of the same log up to @282.
@Suite struct SecondFormatTests {
    private static let stateDigest = "dbfb961a8dc9139356bf0701c2eb024300e1cff195d1d6356c791fbcaab4a9bf"
    private static let ledgerDigest = "d9c6e63a0d8414250a35cc7b816c97bafe1f5fd685e44452db63b7224748613a"
    private static let golden = RiverNumbers.root.appending(path: "Tests/Golden")

    private func store() throws -> StoreFixture {
        let fixture = try StoreFixture()
        let golden = Self.golden.appending(path: "store-v2.headrace").path
        try FileManager.default.copyItem(atPath: golden, toPath: fixture.path)
        return fixture
    }

    private func application(_ fixture: StoreFixture) throws -> Application {
        try Application(
            name: "shop", spec: nil, store: fixture.access(),
            clock: { Timestamp(microseconds: 2_000_000_000_000_000) })
    }

    private func event(_ kind: Event.Kind, _ id: String, _ minute: Int64, _ value: Double) throws -> Event {
        let begin = try #require(Timestamp("2024-03-01T00:00:00Z"))
        var row = FeatureRow(FeatureLayout([("x", .number), ("c", .category)]))
        if kind == .prediction {
            row.setNumber(value, at: 0)
            row.setString("c", at: 0)
        }
        return Event(
            .of(kind, kind == .prediction ? nil : .number(value)),
            time: Timestamp(microseconds: begin.microseconds + minute * 60_000_000), id: EventID(id), features: row)
    }

    @Test func whoOnlyReadsItReadsItAsItIs() throws {
        let fixture = try store()
        let before = try Data(contentsOf: URL(fileURLWithPath: fixture.path))
        let store = try fixture.open(readOnly: true)
        let state = try ApplicationState(reading: store)
        #expect(state.offset == 308 && state.stateDigest.description == Self.stateDigest)
        let verification = try Verification(of: store)
        #expect(verification.isEqual, "\(verification.differences)")
        try store.close()
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.path)) == before)
    }

    @Test func itOpensVerifiesRestoresAndGoesOn() async throws {
        let fixture = try store()
        let application = try application(fixture)
        let state = try await application.inspect { $0 }
        #expect(state.offset == 310, "two events more: the name and the upgrade")
        #expect(state.names.byOffset.map(\.name) == ["checked"] && state.names.offset(of: "checked") == 208)
        #expect(try await application.versions().contains { $0.offset == 208 && $0.names == ["checked"] })
        #expect(state.stateDigest.description == Self.stateDigest)
        #expect(try Data(contentsOf: URL(fileURLWithPath: fixture.path)).prefix(64)[63] == 3)
        #expect(try await application.restore(to: .name("checked")).restoredOffset == 208)
        #expect(try await application.restore(to: .offset(214)).restoredOffset == 214)
        // Under the corrections that no rebuild had taken up when it was lived through.
        #expect(try await application.restore(to: .offset(309)).stateDigest.description != Self.stateDigest)

        // What was said after the snapshot is known with its reply: the label, and what corrected it.
        let replies = try await application.submit([
            event(.label, "q160", 300, 15), event(.corrected, "q160", 300, 18), event(.label, "q160", 300, 16),
            event(.prediction, "new", 310, 3), event(.label, "new", 311, 7),
        ])
        let told = replies.map { reply -> String in
            guard case .accepted(let acceptance) = reply else { return "refused" }
            return "\(acceptance.outcome) \(acceptance.isRepeated)"
        }
        #expect(told == ["learned true", "corrected true", "refused", "predicted false", "learned false"])
        await application.stop()
        let store = try fixture.open(readOnly: true)
        let verification = try Verification(of: store)
        #expect(verification.isEqual, "\(verification.differences)")
        #expect(try store.allBlocks().first?.payload.first == 2, "what was written stays as it is")
        #expect(try store.allBlocks().last?.payload.first == 3)
        #expect(try store.formerNames().isEmpty)
        let (end, names) = (try store.endOffset, try VersionNames(in: store))
        #expect(names.count == 1)
        try store.close()
        let again = try self.application(fixture)
        #expect(try await again.inspect { [$0.offset, $0.names.count] } == [end, 1], "a name becomes an event once")
        await again.stop()
    }

    /// The transaction that says the names is the one that drops their table.
    @Test(arguments: [UInt64(1), 2, 3, 4]) func namesBecomeEventsOnceWhateverFails(_ seed: UInt64) async throws {
        let fixture = try store()
        let faults = FaultyLog.Faults(seed: seed)
        faults.set(percent: 60)
        var application: Application?
        while application == nil {
            application = try? Application(
                name: "shop", spec: nil, store: FaultyLog.access(fixture, faults),
                clock: { Timestamp(microseconds: 2_000_000_000_000_000) })
        }
        faults.set(percent: 0)
        await application?.stop()
        let store = try fixture.open(readOnly: true)
        var named: [Int] = []
        for block in try store.allBlocks() {
            let reader = try BlockReader(block.payload)
            named += reader.indices(of: .named).map { reader.firstOffset + $0 }
        }
        #expect(named == [308])
        #expect(try VersionNames(in: store).offset(of: "checked") == 208)
        #expect(try Verification(of: store).isEqual)
        try store.close()
    }

    @Test func whoOnlyReadsItFindsTheNameInItsTable() throws {
        let fixture = try store()
        let store = try fixture.open(readOnly: true)
        #expect(try VersionNames(in: store).offset(of: "checked") == 208)
        #expect(try StatusReport(reading: store).versions.contains { $0.names == ["checked"] })
        let path = fixture.directory + "/bundle"
        #expect(try BundleWriter.write(store, to: path).nameCount == 1)
        try store.close()
        let target = try StoreFixture()
        let data = try DataDirectory(locking: target.directory, owner: "test")
        defer { data.unlock() }
        _ = try data.make("prices", unpack: PackedBlocks.unpack) { try BundleImport.read(path, into: $0) }
        let copy = try target.open(readOnly: true)
        #expect(try VersionNames(in: copy).offset(of: "checked") == 208)
        try copy.close()
    }

    @Test func aBundleOfTheFirstFormatIsImported() throws {
        let target = try StoreFixture()
        let data = try DataDirectory(locking: target.directory, owner: "test")
        defer { data.unlock() }
        let path = Self.golden.appending(path: "bundle-v1.bin").path
        let summary = try data.make("shop", unpack: PackedBlocks.unpack) { try BundleImport.read(path, into: $0) }
        #expect(summary.application == "shop" && summary.eventCount == 282 && summary.snapshotCount == 3)
        let store = try SQLiteStore(
            path: target.directory + "/shop.headrace", readOnly: true, unpack: PackedBlocks.unpack)
        let state = try ApplicationState(reading: store)
        #expect(state.offset == 282 && state.ledgerDigest.description == Self.ledgerDigest)
        try store.close()
    }
}
