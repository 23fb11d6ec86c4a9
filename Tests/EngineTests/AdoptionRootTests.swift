import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Testing

/// Snapshots of adoptions are not there: what was adopted is derived, and everything is as it was.
@Suite struct AdoptionRootTests {
    /// Restores, an exclusion, a correction and a candidate, with events between them.
    private func store(restores: Int = 3) async throws -> StoreFixture {
        let fixture = try StoreFixture()
        try await fixture.fill("a", count: 200, requests: 20)
        let application = try open(fixture)
        for turn in 0..<restores { _ = try await application.restore(to: .offset(81 + 7 * turn)) }
        _ = try await application.exclude("city = a-town-3 and size < 4")
        await application.stop()
        try await fixture.fill("b", count: 60, requests: 20)
        let again = try open(fixture)
        _ = try await again.restore(to: .offset(150))
        _ = try await again.correct([(id: "a-7", label: "40")])
        _ = try await again.adopt(SpecText.spec(StoreFixture.spec), from: 30)
        _ = try await again.restore(to: .offset(230))
        await again.stop()
        try await fixture.fill("c", count: 40, requests: 20)
        return fixture
    }

    private func open(_ fixture: StoreFixture) throws -> Application {
        try Application(name: "prices", spec: nil, store: fixture.access(), clock: StoreFixture.clock)
    }

    private func standing(_ store: SQLiteStore) throws -> [Digest] {
        let state = try ApplicationState(reading: store)
        return [state.stateDigest, state.ledgerDigest]
    }

    @Test("Rows of snapshots deleted by hand: it opens, verifies, restores, and goes on with the same digests")
    func deletedByHand() async throws {
        let fixture = try await store()
        let whole = try fixture.open(readOnly: true)
        let (expected, snapshots) = (try standing(whole), try whole.snapshots())
        let versions = try StatusReport(reading: whole).versions.filter { $0.reason != "clean stop" }
        let states = try snapshots.map { try VersionDiff(.offset($0.offset), .offset($0.offset), in: whole).from }
        try whole.close()
        let adoptions = snapshots.filter { $0.reason == .adoption }
        #expect(adoptions.count == 9)
        let conditions = adoptions.map { "offset = \($0.offset)" } + ["reason = 1", "reason <> 1", "offset > 200", "1"]
        for condition in conditions {
            let copy = try fixture.crashed()
            try copy.execute("DELETE FROM snapshots WHERE \(condition)")
            let store = try copy.open(readOnly: true)
            #expect(try standing(store) == expected, "\(condition)")
            let verification = try Verification(of: store)
            #expect(verification.isEqual, "\(condition): \(verification.differences)")
            #expect(verification.ranges.map(\.kind) == [.derived], "\(condition)")
            #expect(try Checkup(of: store).findings.isEmpty)
            let report = try StatusReport(reading: store)
            #expect(report.damage.isEmpty)
            #expect(
                report.versions.filter { $0.reason != "clean stop" }.map { "\($0.offset) \($0.reason)" }
                    == versions.map { "\($0.offset) \($0.reason)" })
            for state in states {
                let side = try VersionDiff(.offset(state.offset), .offset(state.offset), in: store).from
                #expect(side.stateDigest == state.stateDigest, "\(condition): @\(state.offset)")
            }
            try store.close()
            let application = try open(copy)
            #expect(try await application.inspect { [$0.stateDigest, $0.ledgerDigest] } == expected)
            for state in states where state.offset > 0 {
                let offset = state.offset
                let (untouched, pruned) = (try fixture.crashed(), try copy.crashed())
                let (a, b) = (try open(untouched), try open(pruned))
                let (one, other) = (
                    try await a.restore(to: .offset(offset)), try await b.restore(to: .offset(offset))
                )
                await a.stop()
                await b.stop()
                #expect(one.stateDigest == other.stateDigest, "\(condition): restored to @\(offset)")
            }
            await application.stop()
        }
    }

    @Test("The doctor says which adoptions would be derived, and how much that folds")
    func underived() async throws {
        let fixture = try await store()
        let whole = try fixture.open(readOnly: true)
        #expect(try Checkup(of: whole).underived.isEmpty)
        let all = try StatusReport(reading: whole).versions.filter { $0.reason != "clean stop" }
        try whole.close()
        func looked(deleting condition: String) throws -> Checkup {
            let copy = try fixture.crashed()
            try copy.execute("DELETE FROM snapshots WHERE \(condition)")
            let store = try copy.open(readOnly: true)
            defer { try? store.close() }
            let checkup = try Checkup(of: store)
            #expect(checkup.findings.isEmpty, "\(condition)")
            return checkup
        }
        // The first restore, to @81, with the spec's own snapshot to begin at; with none it folds from the beginning.
        let first = try #require(try looked(deleting: "restored_offset = 81").underived.first)
        #expect(first.events == 80)
        let none = try looked(deleting: "1").underived
        #expect(none.first == .init(offset: first.offset, events: 81))
        #expect(none.map(\.offset) == all.dropFirst().map { $0.offset - 1 })
        #expect(none.allSatisfy { $0.events <= $0.offset })
    }

    @Test("A bundle of a store without snapshots is whole")
    func bundled() async throws {
        let fixture = try await store()
        let whole = try fixture.open(readOnly: true)
        let expected = try standing(whole)
        try whole.close()
        try fixture.execute("DELETE FROM snapshots")
        let store = try fixture.open(readOnly: true)
        let path = fixture.directory + "/prices.bundle"
        let summary = try BundleWriter.write(store, to: path)
        #expect(summary.stateDigest == expected[0])
        try store.close()
        let log = MemoryLog()
        _ = try BundleImport.read(path, into: log)
        let state = try ApplicationState(reading: log)
        #expect([state.stateDigest, state.ledgerDigest] == expected)
    }

    @Test("A thousand restores behind one another, all of their snapshots gone: folded once, not once for each")
    func manyRestores() async throws {
        let log = MemoryLog()
        let access = StoreAccess(open: { log }, close: { _ in })
        let spec = try SpecText.spec(StoreFixture.spec)
        let application = try Application(name: "prices", spec: spec, store: access, clock: StoreFixture.clock)
        var generator = SeededGenerator(seed: 5)
        for turn in 0..<1_000 {
            var row = FeatureRow(spec.contract.layout)
            row.setNumber(Double(generator.below(90)) / 10, at: 0)
            row.setString("town-\(generator.below(5))", at: 0)
            _ = try await application.submit([
                Event(.example(.number(Double(turn % 13))), time: .unclaimed, id: EventID("\(turn)"), features: row)
            ])
            // Right before the last one, or anywhere.
            let end = log.endOffset
            _ = try await application.restore(to: .offset(turn % 2 == 0 ? end - 1 : 1 + generator.below(end)))
            if turn % 100 == 50 { _ = try await application.exclude("id = \(turn - 3)") }
        }
        let expected = try await application.inspect { $0.stateDigest }
        await application.stop()
        log.dropSnapshots(at: log.snapshots().map(\.offset))
        let start = ContinuousClock.now
        #expect(try ApplicationState(reading: log).stateDigest == expected)
        #expect(ContinuousClock.now - start < .seconds(20))
        let verification = try Verification(of: log)
        #expect(verification.isEqual, "\(verification.differences)")
        #expect(ContinuousClock.now - start < .seconds(60))
    }
}
