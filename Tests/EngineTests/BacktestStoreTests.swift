import Engine
import EventLog
import Foundation
import GRDB
import ModelLifecycle
import SQLiteStore
import Testing

/// However a log lies on the disk, candidates go through the same events.
@Suite struct BacktestStoreTests {
    /// A copy of a log in a file, nothing of it packed.
    private func stored(_ log: MemoryLog, in fixture: StoreFixture) throws -> SQLiteStore {
        let store = try fixture.open()
        for offset in log.snapshots().map(\.offset) {
            if let snapshot = log.snapshot(atOrBefore: offset) { try store.save(snapshot) }
        }
        while let block = try log.block(containing: try store.endOffset) { try store.append(block, snapshot: nil) }
        return store
    }

    private func pack(_ store: SQLiteStore) throws {
        var compaction = Compaction(store)
        while try compaction.step() {}
    }

    /// Rows of `blocks`, the first byte of each.
    private func forms(_ fixture: StoreFixture) throws -> [UInt8] {
        let queue = try DatabaseQueue(path: fixture.path)
        defer { try? queue.close() }
        return try queue.read { db in
            try Data.fetchAll(db, sql: "SELECT substr(payload, 1, 1) FROM blocks ORDER BY first_offset").map { $0[0] }
        }
    }

    private func results(_ backtests: BacktestFixture, _ log: StoreAccess.Store) throws -> [String] {
        let (spec, other) = (backtests.spec, backtests.spec(backtests.pipelines.last))
        let ranges: [(from: RestorePoint?, to: RestorePoint?)] = [
            (nil, nil), (.offset(1_500), .offset(5_100)), (.offset(10), .offset(20)),
        ]
        return try ranges.flatMap { from, to in
            try backtests.backtest([spec, other], log, from: from, to: to).experiments.map {
                "\($0.stateDigest) \($0.resultDigest)"
            }
        }
    }

    @Test func packedOrNotTheResultsAreTheSame() async throws {
        let backtests = try BacktestFixture()
        let (log, application) = try await backtests.lived()
        await application.stop()
        let expected = try results(backtests, log)
        #expect(Set(expected).count == 6)
        let fixture = try StoreFixture()
        var store = try stored(log, in: fixture)
        #expect(try results(backtests, store) == expected)
        try pack(store)
        #expect(try results(backtests, store) == expected)
        try store.close()
        #expect(try forms(fixture).count { $0 == 130 } > 1)
        // As columns were written before they had a sum.
        try fixture.execute(
            """
            UPDATE blocks SET payload = CAST(x'81' || substr(payload, 34) AS BLOB)
            WHERE substr(payload, 1, 1) = x'82'
            """)
        #expect(try forms(fixture).count { $0 == 129 } > 1)
        store = try fixture.open(readOnly: true)
        #expect(try results(backtests, store) == expected)
        #expect(try Verification(of: store).isEqual)
        try store.close()
    }

    @Test func whatWasForgottenIsVoidInPacksToo() async throws {
        let backtests = try BacktestFixture()
        let (log, application) = try await backtests.lived()
        let ids = backtests.events.filter { $0.kind == .prediction }.map(\.id.text)
        _ = try await application.forget(ids: [ids[20], ids[900]])
        await application.stop()
        let expected = try results(backtests, log)
        let fixture = try StoreFixture()
        let store = try stored(log, in: fixture)
        try pack(store)
        #expect(try results(backtests, store) == expected)
        try store.close()
        #expect(try forms(fixture).contains(130))
    }

    @Test func damagedPacksAreNamedAndNotRead() async throws {
        let backtests = try BacktestFixture()
        let (log, application) = try await backtests.lived()
        await application.stop()
        let fixture = try StoreFixture()
        let store = try stored(log, in: fixture)
        try pack(store)
        try store.close()
        // One byte in the middle of the last pack, which keeps its length.
        try fixture.execute(
            """
            UPDATE blocks SET payload = CAST(substr(payload, 1, length(payload) / 2)
                || CASE hex(substr(payload, length(payload) / 2 + 1, 1)) WHEN '00' THEN x'01' ELSE x'00' END
                || substr(payload, length(payload) / 2 + 2) AS BLOB)
            WHERE first_offset = (SELECT max(first_offset) FROM blocks WHERE substr(payload, 1, 1) = x'82')
            """)
        let damaged = try fixture.open(readOnly: true)
        let failure = #expect(throws: LogFailure.self) {
            _ = try Backtest(
                [Candidate(name: "own", spec: backtests.spec)], on: damaged, present: try backtests.present(log)
            ).runToItsEnd()
        }
        #expect(failure?.kind == .damaged)
        #expect(failure?.message.contains("event ") == true)
        try damaged.close()
    }
}

extension Backtest {
    fileprivate func runToItsEnd() throws {
        while try step() {}
    }
}
