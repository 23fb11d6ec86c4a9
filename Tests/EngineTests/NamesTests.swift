import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Testing

/// Names of versions are events: they are there after whatever happens, move, and change no state.
@Suite struct NamesTests {
    private func application(_ log: MemoryLog, _ spec: Spec?) throws -> Application {
        try Application(
            name: "prices", spec: spec, store: StoreAccess(open: { log }, close: { _ in }), clocks: clocks.clocks())
    }

    private let clocks = TestClocks()

    @Test(arguments: ["durable", "relaxed"]) func aNameMeansTheStateBeforeItsEvent(_ durability: String) async throws {
        let (log, spec) = (MemoryLog(), try Asking.spec(durability))
        let application = try application(log, spec)
        _ = try await application.submit([Asking.example("a", spec)])
        let digest = try await application.inspect { $0.stateDigest }
        let named = try await application.setName("good", at: nil)
        #expect(named == 2)
        #expect(log.endOffset == 3, "it is on the disk when it is answered")
        _ = try await application.submit([Asking.example("b", spec)])
        #expect(try await application.setName("begin", at: .offset(1)) == 1)
        #expect(try await application.versions().filter { !$0.names.isEmpty }.map(\.offset) == [1, 2])
        #expect(try await application.status().versions.flatMap(\.names) == ["begin", "good"])
        let restored = try await application.restore(to: .name("good"))
        #expect(restored.restoredOffset == 2 && restored.stateDigest == digest)
        #expect(try await application.setName("good", at: .offset(4)) == 4)
        #expect(try await application.versions().flatMap(\.names) == ["begin", "good"], "it has moved")
        for (name, at) in [("@1", RestorePoint?.none), ("", nil), ("yesterday", nil), ("x", .offset(99))] {
            await #expect(throws: Refusal.self) { try await application.setName(name, at: at) }
        }
        await application.stop()
        let again = try self.application(log, nil)
        #expect(try await again.versions().flatMap(\.names) == ["begin", "good"])
        #expect(try VersionNames(in: log).byOffset.map(\.offset) == [1, 4])
        await again.stop()
        let verification = try Verification(of: log)
        #expect(verification.isEqual, "\(verification.differences)")
    }

    @Test func nothingIsSetAsideWhereOnlyANameWasGiven() async throws {
        let (log, spec) = (MemoryLog(), try Asking.spec("durable"))
        let application = try application(log, spec)
        _ = try await application.submit([Asking.example("a", spec)])
        _ = try await application.setName("good", at: nil)
        let restored = try await application.restore(to: .name("good"))
        #expect(try await application.passedOver(by: restored)?.isEmpty ?? true)
        await application.stop()
    }

    @Test func theNewestWholeSnapshotAndTheEventsSinceSayThem() async throws {
        let (fixture, spec) = (try StoreFixture(), try SpecText.spec(StoreFixture.spec))
        try await fixture.fill("a", count: 30, requests: 3, spec: spec)
        try await fixture.name([("one", 5), ("two", 9)])
        try await fixture.fill("b", count: 30, requests: 3)
        try await fixture.name([("three", 40)])
        let store = try fixture.open(readOnly: true)
        let offsets = try store.snapshots().map(\.offset)
        try store.close()
        for offset in offsets.reversed() {
            let store = try fixture.open(readOnly: true)
            #expect(try VersionNames(in: store).byOffset.map(\.name) == ["one", "two", "three"])
            #expect(try VersionNames(in: store, before: 33).byOffset.map(\.name) == ["one", "two"])
            #expect(try VersionNames(in: store, before: 32).byOffset.map(\.name) == ["one"])
            try store.close()
            try fixture.execute("UPDATE snapshots SET payload = x'00' WHERE offset = \(offset)")
        }
        let damaged = try fixture.open(readOnly: true)
        #expect(try VersionNames(in: damaged).byOffset.map(\.name) == ["one", "two", "three"], "the log says it all")
        try damaged.close()
    }

    @Test func listingsCarryWhatWasNotedAndFedBackPassOverIt() async throws {
        let (log, spec) = (MemoryLog(), try Asking.spec("durable"))
        let application = try application(log, spec)
        _ = try await application.submit([Asking.example("a", spec)])
        _ = try await application.setName("good", at: nil)
        let layout = FeatureRow(spec.contract.layout)
        let noted: [Event.Payload] = [
            .tick, .measured(try Measured([("p99", 0.25)])),
            .directed(try Directive(.freeze, model: "champion", by: "Ada", why: "holidays")),
        ]
        for payload in noted {
            let reply = try await application.submit([Event(payload, time: .unclaimed, features: layout)])[0]
            #expect(reply.acceptance?.decision == (payload.kind == .directed ? .void : .noted))
        }
        _ = try await application.submit([Asking.example("b", spec)])
        let digest = try await application.inspect { $0.stateDigest }
        await application.stop()

        var lines: [UInt8] = []
        _ = try EventListing.write(from: 0, limit: 100, in: log) { write in
            var json = JSONWriter()
            write(&json)
            lines += json.bytes + [0x0A]
        }
        let text = String(decoding: lines, as: UTF8.self)
        for payload in [
            #""payload":{"name":"good","offset":2}"#, #""event":"tick","#, #""payload":{"p99":0.25}"#,
            #""payload":{"action":"freeze","model":"champion","by":"Ada","why":"holidays"}"#,
        ] { #expect(text.contains(payload), "\(payload): \(text)") }
        var table = try EventTable(log, range: 0..<7)
        var csv: [UInt8] = []
        _ = try table.write(0..<7) { csv += $0 }
        #expect(String(decoding: csv, as: UTF8.self).contains(#""{""p99"""#))
        for (suffix, bytes) in [(".ndjson", lines), (".csv", csv)] {
            let file = try DataFileFixture(bytes, suffix: suffix)
            let listed = try LoggedEvents(path: file.path, contract: spec.contract)
            var (event, ids) = (Event(spec.contract.layout), [String]())
            while let step = try listed.next(into: &event) {
                guard case .event = step else { Issue.record("\(step)"); return }
                ids.append(event.id.text)
            }
            #expect(ids == ["a", "b"])
        }
        // A candidate that is fed the log passes over it, too.
        let again = try self.application(log, nil)
        #expect(try await again.adopt(spec, from: 0).stateDigest == digest)
        await again.stop()
        #expect(try Verification(of: log).isEqual)
    }
}
