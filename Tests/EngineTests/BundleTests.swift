import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import SQLiteStore
import Testing

/// An application in one file, and back; and whatever is not just that is refused and leaves nothing.
@Suite struct BundleTests {
    private func filled(_ count: Int = 1_300, requests: Int = 9) async throws -> StoreFixture {
        let fixture = try StoreFixture()
        try await fixture.fill("a", count: count, requests: requests)
        // A second start gives a second snapshot.
        try await fixture.fill("b", count: 40, requests: 1)
        try await fixture.name([("half", 65), ("dinner, or \"so\"", 90)])
        return fixture
    }

    private func bundle(_ fixture: StoreFixture) throws -> (path: String, summary: BundleSummary) {
        let store = try fixture.open(readOnly: true)
        defer { try? store.close() }
        let path = fixture.directory + "/prices.bundle"
        return (path, try BundleWriter.write(store, to: path))
    }

    /// A small bundle.
    private func bytes() async throws -> Data {
        let fixture = try await filled(60)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: bundle(fixture).path))
        withExtendedLifetime(fixture) {}
        return bytes
    }

    /// Imports into a directory, as the command does.
    @discardableResult
    private func restore(_ path: String, in directory: String, as name: String = "copy") throws -> BundleSummary {
        let data = try DataDirectory(locking: directory, owner: "test")
        defer { data.unlock() }
        return try data.make(name, unpack: PackedBlocks.unpack) { try BundleImport.read(path, into: $0) }
    }

    @Test func whatIsImportedIsWhatWasExported() async throws {
        let fixture = try await filled()
        let (path, summary) = try bundle(fixture)
        #expect(summary.application == "prices" && summary.eventCount == 1_343 && summary.nameCount == 2)
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
        #expect(size == summary.byteCount)
        let other = try StoreFixture()
        #expect(try restore(path, in: other.directory, as: "prices") == summary)
        let (original, copy) = (try fixture.open(), try other.open())
        #expect(try copy.allBlocks() == original.allBlocks())
        #expect(try VersionNames(in: copy) == VersionNames(in: original))
        #expect(try copy.formerNames().isEmpty)
        #expect(try copy.snapshots() == original.snapshots())
        for snapshot in try original.snapshots() {
            #expect(try copy.snapshot(atOrBefore: snapshot.offset) == original.snapshot(atOrBefore: snapshot.offset))
        }
        let verification = try Verification(of: copy)
        #expect(verification.isEqual, "\(verification.differences)")
        #expect(verification.stateDigest == summary.stateDigest)
        try original.close()
        try copy.close()
        // And it goes on where it was.
        try await other.fill("c", count: 30, requests: 3)
        let grown = try other.open()
        #expect(try grown.endOffset == 1_373)
        try grown.close()
        #expect(try names(other.directory) == ["prices.headrace"])
    }

    @Test func theSameStoreGivesTheSameBytesAlsoBesideItsWriter() async throws {
        let fixture = try await filled(300)
        let (path, _) = try bundle(fixture)
        let first = try Data(contentsOf: URL(fileURLWithPath: path))
        let writer = try fixture.open()
        #expect(try Data(contentsOf: URL(fileURLWithPath: bundle(fixture).path)) == first)
        try writer.close()
    }

    @Test func rewritingsAreCarriedAlong() async throws {
        let fixture = try await filled(300)
        let store = try fixture.open()
        let heads = try store.rewrite(Rewriting(firstOffset: 50)) { _ in nil }
        try store.close()
        let other = try StoreFixture()
        try restore(try bundle(fixture).path, in: other.directory, as: "prices")
        let copy = try other.open()
        #expect(try copy.heads() == [heads])
        try copy.close()
    }

    private func names(_ directory: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory).filter { $0 != "lock" }.sorted()
    }

    /// Whether a bundle is refused before its end, wherever it would be put.
    private func expectUnreadable(_ bytes: Data, _ what: String) throws {
        let path = NSTemporaryDirectory() + "headrace-bundle-\(UUID().uuidString)"
        try bytes.write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        #expect(throws: LogFailure.self, "\(what)") { try BundleImport.read(path, into: MemoryLog()) }
    }

    private func expectRefused(_ bytes: Data, _ what: String, kind: LogFailure.Kind? = nil) throws {
        let target = try StoreFixture()
        let path = NSTemporaryDirectory() + "headrace-bundle-\(UUID().uuidString)"
        try bytes.write(to: URL(fileURLWithPath: path))
        defer { unlink(path) }
        do {
            try restore(path, in: target.directory)
            Issue.record("\(what) was imported")
        } catch let failure as LogFailure {
            #expect(kind == nil || failure.kind == kind, "\(what): \(failure)")
        }
        #expect(try names(target.directory).isEmpty, "\(what) left something behind")
    }

    @Test func aBundleCutAnywhereIsRefused() async throws {
        let whole = try await bytes()
        var generator = SeededGenerator(seed: 1)
        for length in [0, 1, 9, 10, 11, 12, whole.count - 1] + (0..<100).map({ _ in generator.below(whole.count) }) {
            try expectUnreadable(whole.prefix(length), "a bundle cut at \(length)")
        }
        for length in [0, 11, whole.count / 2, whole.count - 1] {
            try expectRefused(whole.prefix(length), "a bundle cut at \(length)")
        }
        try expectRefused(whole + Data([0]), "a bundle with a byte behind it")
        try expectRefused(whole + whole, "two bundles")
    }

    @Test func aBundleAlteredInAnyByteIsRefused() async throws {
        let whole = try await bytes()
        var generator = SeededGenerator(seed: 2)
        for place in Array(0..<30) + (0..<200).map({ _ in generator.below(whole.count) }) {
            var altered = whole
            altered[place] ^= UInt8(1 << generator.below(8))
            try expectUnreadable(altered, "a bundle altered at \(place)")
            if place % 50 == 0 { try expectRefused(altered, "a bundle altered at \(place)") }
        }
    }

    @Test func aBundleOfANewerFormatIsRefused() async throws {
        var newer = try await bytes()
        newer[10] += 1
        try expectRefused(newer, "a newer bundle", kind: .newerFormat)
    }

    @Test func anApplicationThatExistsIsNotTouched() async throws {
        let fixture = try await filled(60)
        let (path, _) = try bundle(fixture)
        let other = try StoreFixture()
        try restore(path, in: other.directory)
        let before = try Data(contentsOf: URL(fileURLWithPath: other.directory + "/copy.headrace"))
        #expect(throws: LogFailure.self) { try restore(path, in: other.directory) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: other.directory + "/copy.headrace")) == before)
        #expect(try names(other.directory) == ["copy.headrace"])
    }

    @Test func whatAKilledImportLeftIsNotAnApplicationAndGoesWithTheNext() async throws {
        let fixture = try await filled(60)
        let (path, _) = try bundle(fixture)
        let other = try StoreFixture()
        for suffix in ["", "-wal"] {
            try Data([1, 2, 3]).write(to: URL(fileURLWithPath: other.directory + "/copy.headrace.importing" + suffix))
        }
        #expect(DataDirectory.applications(in: other.directory).isEmpty)
        try restore(path, in: other.directory)
        #expect(try names(other.directory) == ["copy.headrace"])
        withExtendedLifetime(fixture) {}
    }

    @Test func aFileThatCannotBeWrittenLeavesNothing() async throws {
        let fixture = try await filled(60)
        let store = try fixture.open()
        #expect(throws: LogFailure.self) { try BundleWriter.write(store, to: fixture.directory + "/none/x") }
        try store.close()
        try fixture.execute("UPDATE blocks SET payload = x'00' WHERE first_offset = 0")
        let damaged = try fixture.open()
        #expect(throws: LogFailure.self) { try BundleWriter.write(damaged, to: fixture.directory + "/x.bundle") }
        try damaged.close()
        #expect(try names(fixture.directory) == ["prices.headrace"])
    }
}
