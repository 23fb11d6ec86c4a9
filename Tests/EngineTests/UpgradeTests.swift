import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
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
