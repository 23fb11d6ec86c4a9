import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import SQLiteStore
import Testing

/// A snapshot that is damaged costs folding, and nothing else.
@Suite struct SnapshotDamageTests {
    /// A store with an adoption (@1), a restore and a clean stop, nothing packed away of what is asked for.
    private func store() async throws -> StoreFixture {
        let fixture = try StoreFixture()
        try await fixture.fill("a", count: 200, requests: 20)
        let application = try Application(
            name: "prices", spec: nil, store: fixture.access(), clock: StoreFixture.clock)
        _ = try await application.restore(to: .offset(81))
        await application.stop()
        try await fixture.fill("b", count: 60, requests: 20)
        return fixture
    }

    private func standing(_ store: SQLiteStore) throws -> [Digest] {
        let state = try ApplicationState(reading: store)
        return [state.stateDigest, state.ledgerDigest]
    }

    /// Ways in which the row of a snapshot is not what was written.
    static let damages = [
        "payload = substr(payload, 1, length(payload) - 1) || x'00'",
        "payload = zeroblob(length(payload))", "payload = x''", "payload = 7",
        "payload_digest = zeroblob(32)", "payload_digest = x'00'",
        "payload = (SELECT payload FROM snapshots ORDER BY offset LIMIT 1), "
            + "payload_digest = (SELECT payload_digest FROM snapshots ORDER BY offset LIMIT 1)",
    ]

    @Test("Whichever snapshot is damaged, the state is the same, it is said, and verify names it", arguments: damages)
    func anySnapshot(_ damage: String) async throws {
        let fixture = try await store()
        let whole = try fixture.open(readOnly: true)
        let (expected, snapshots) = (try standing(whole), try whole.snapshots())
        try whole.close()
        #expect(snapshots.map(\.reason) == [.adoption, .stop, .adoption, .stop])
        for snapshot in snapshots {
            let copy = try fixture.crashed()
            // The first snapshot's own bytes in its own place are no damage.
            if damage.contains("SELECT"), snapshot.offset == 1 { continue }
            try copy.execute("UPDATE snapshots SET \(damage) WHERE offset = \(snapshot.offset)")
            let store = try copy.open(readOnly: true)
            #expect(try standing(store) == expected, "\(snapshot.offset)")
            let isOnTheWay = snapshot.offset == snapshots.last?.offset
            #expect(try StatusReport(reading: store).damage.map(\.offset) == (isOnTheWay ? [snapshot.offset] : []))
            let verification = try Verification(of: store)
            #expect(verification.differences.map(\.offset) == [snapshot.offset], "\(verification.differences)")
            #expect(verification.ranges.map(\.kind) == [.derived])
            #expect(verification.stateDigest == expected[0] && verification.ledgerDigest == expected[1])
            let checkup = try Checkup(of: store)
            #expect(checkup.findings.count == 1)
            #expect(checkup.recoveryEvents == (isOnTheWay ? checkup.eventCount - snapshots[2].offset : 0))
            try store.close()
            try await serves(copy, expected)
            try repairs(copy, expected, snapshot)
        }
    }

    private func serves(_ damaged: StoreFixture, _ expected: [Digest]) async throws {
        let copy = try damaged.crashed()
        let application = try Application(name: "prices", spec: nil, store: copy.access(), clock: StoreFixture.clock)
        #expect(try await application.inspect { [$0.stateDigest, $0.ledgerDigest] } == expected)
        await application.stop()
    }

    private func repairs(_ copy: StoreFixture, _ expected: [Digest], _ snapshot: Snapshot) throws {
        let store = try copy.open()
        let done = try SnapshotRepair.repair(store)
        #expect(done.count == 1 && done[0].contains("the snapshot at @\(snapshot.offset)"), "\(done)")
        #expect(try Verification(of: store).isEqual)
        #expect(try Checkup(of: store).findings.isEmpty)
        #expect(try standing(store) == expected)
        // An adoption's is back, the same as it was; others were there to save time, and stay where they hold.
        let left = try store.snapshots().first { $0.offset == snapshot.offset }
        #expect(left == snapshot || left == nil && snapshot.reason != .adoption)
        #expect(try SnapshotRepair.repair(store).isEmpty)
        try store.close()
    }

    @Test("All snapshots damaged, or none there: the log alone gives the state")
    func noSnapshotLeft() async throws {
        let fixture = try await store()
        let whole = try fixture.open(readOnly: true)
        let expected = try standing(whole)
        try whole.close()
        for change in ["UPDATE snapshots SET payload = x'00'", "DELETE FROM snapshots", "DROP TABLE snapshots"] {
            let copy = try fixture.crashed()
            try copy.execute(change)
            let store = try copy.open(readOnly: true)
            if change.hasPrefix("DROP") {
                #expect(throws: LogFailure.self) { try store.snapshots() }
            } else {
                #expect(try standing(store) == expected, "\(change)")
            }
            try store.close()
        }
    }

    @Test("A digest beside a snapshot that is another is named by verify and put right",
          arguments: ["state_digest", "ledger_digest"])
    func digestAlone(_ column: String) async throws {
        let fixture = try await store()
        let whole = try fixture.open(readOnly: true)
        let (expected, snapshots) = (try standing(whole), try whole.snapshots())
        try whole.close()
        for snapshot in snapshots {
            let copy = try fixture.crashed()
            try copy.execute("UPDATE snapshots SET \(column) = zeroblob(32) WHERE offset = \(snapshot.offset)")
            let store = try copy.open(readOnly: true)
            #expect(try standing(store) == expected)
            let verification = try Verification(of: store)
            #expect(!verification.isEqual)
            #expect(Set(verification.differences.map(\.offset)) == [snapshot.offset])
            #expect(verification.differences.allSatisfy { $0.what.hasPrefix(column) })
            #expect(try Checkup(of: store).findings.count == 1)
            try store.close()
            let isNewest = snapshot.offset == snapshots.last?.offset
            let said = try await damageSaid(try copy.crashed(), expected)
            #expect(said.map(\.offset) == (isNewest ? [snapshot.offset] : []))
            #expect(said.allSatisfy { !$0.wasPassedOver })
            try repairs(copy, expected, snapshot)
        }
    }

    /// What a start says, and that the digests shown are those of the state.
    private func damageSaid(_ fixture: StoreFixture, _ expected: [Digest]) async throws -> [SnapshotDamage] {
        let application = try Application(
            name: "prices", spec: nil, store: fixture.access(), clock: StoreFixture.clock)
        let digests = try await application.status().standing.digests
        #expect([digests.state, digests.ledger] == expected)
        await application.stop()
        return application.damage
    }

    @Test("Snapshots of events that are gone say so at the start")
    func newestBlocksGone() async throws {
        let fixture = try await store()
        try fixture.execute("DELETE FROM blocks WHERE first_offset = (SELECT max(first_offset) FROM blocks)")
        let store = try fixture.open(readOnly: true)
        let (end, last) = (try store.endOffset, try #require(try store.snapshots().last))
        #expect(last.offset > end)
        try store.close()
        let application = try Application(
            name: "prices", spec: nil, store: fixture.access(), clock: StoreFixture.clock)
        #expect(application.damage.map(\.offset) == [last.offset])
        #expect(application.damage[0].description.contains("the log ends before event \(end)"))
        #expect(try await application.status().damage == application.damage)
        await application.stop()
    }

    @Test("A name that is no name, an experiment that does not decode: the others are shown, verify and doctor say so")
    func namesAndExperiments() async throws {
        let fixture = try await store()
        let store = try fixture.open()
        // As a store of format 2 has them that is only read.
        try store.keep(formerNames: [("one", 5), ("two", 9)])
        try store.close()
        for change in ["offset = 1 << 40", "offset = -3", "name = x'00FF', offset = x'00FF'"] {
            let copy = try fixture.crashed()
            try copy.execute("UPDATE names SET \(change) WHERE name = 'two'")
            let damaged = try copy.open(readOnly: true)
            let versions = try StatusReport(reading: damaged).versions.flatMap(\.names)
            #expect(versions == ["one"], "\(change): \(versions)")
            #expect(try Verification(of: damaged).differenceCount == 1, "\(change)")
            #expect(try Checkup(of: damaged).findings.count == 1)
            try damaged.close()
        }
        let copy = try fixture.crashed()
        try copy.execute(
            """
            INSERT INTO experiments VALUES (1, 0, 'bad', 1, 5, zeroblob(32), zeroblob(32), x'', x'00', zeroblob(32))
            """)
        let damaged = try copy.open(readOnly: true)
        var json = JSONWriter()
        var failure: (any Error)?
        json.array { json in
            do { _ = try ExperimentListing.write(from: 0, limit: 9, in: damaged, to: &json) } catch { failure = error }
        }
        #expect(failure == nil)
        #expect(try JSONValue(parsing: json.bytes).array?.first?["damaged"]?.string?.contains("experiment 1") == true)
        #expect(try Checkup(of: damaged).findings.count == 1)
        try damaged.close()
    }

    @Test("Each column of a row of the log that is another is noticed",
          arguments: [
            "first_offset = first_offset + 100000", "event_count = event_count + 1", "event_count = event_count - 1",
            "event_count = 0", "event_count = -5", "event_count = 9223372036854775807", "event_count = x'FF'",
            "first_time = first_time + 1", "last_time = last_time + 1", "chain = zeroblob(32)", "chain = x'00'",
            "payload = substr(payload, 1, length(payload) - 1)", "payload = x''",
          ])
    func columnsOfBlocks(_ change: String) async throws {
        let fixture = try await store()
        let loose = try fixture.crashed()
        let packed = try fixture.crashed()
        let store = try packed.open()
        var compaction = Compaction(store)
        while try compaction.step(eventsMin: 1) {}
        try store.close()
        let isPacked = "substr(payload, 1, 1) >= x'80'"
        #expect(try packed.query("SELECT count(*) FROM blocks WHERE \(isPacked)") ?? 0 > 0)
        for copy in [loose, packed] {
            let rows = try #require(try copy.query("SELECT count(*) FROM blocks"))
            for row in 0..<rows {
                let one = try copy.crashed()
                let offset = try #require(
                    try one.query("SELECT first_offset FROM blocks ORDER BY first_offset LIMIT 1 OFFSET \(row)"))
                try one.execute("UPDATE blocks SET \(change) WHERE first_offset = \(offset)")
                let damaged = try one.open(readOnly: true)
                #expect(throws: (any Error).self, "\(change) of the row at @\(offset)") {
                    if try !Verification(of: damaged).isEqual { throw LogFailure(.damaged, "verify says so") }
                }
                #expect(throws: (any Error).self, "\(change) of the row at @\(offset)") {
                    if try !Checkup(of: damaged).findings.isEmpty { throw LogFailure(.damaged, "doctor says so") }
                }
                try damaged.close()
            }
        }
    }
}
