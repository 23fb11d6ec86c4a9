import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Testing

/// Snapshots keep within their budget: the dearest to derive stay, and nothing but time is lost.
@Suite struct SnapshotBudgetTests {
    private typealias Weighed = SnapshotBudget.Weighed

    @Test("What saves the least folding for its size goes first; the newest and what must stay do not go")
    func choice() {
        let even = (1...5).map { Weighed(offset: 100 * $0, bytes: 10) }
        #expect(SnapshotBudget(limit: 50).dropped(even, logBytes: 0) == [])
        // Each saves as much: the oldest goes, then the one behind the gap is dearer.
        #expect(SnapshotBudget(limit: 40).dropped(even, logBytes: 0) == [100])
        #expect(SnapshotBudget(limit: 30).dropped(even, logBytes: 0) == [100, 300])
        #expect(SnapshotBudget(limit: 1).dropped(even, logBytes: 0) == [100, 300, 200, 400])
        let rooted = even.map { Weighed(offset: $0.offset, bytes: 10, isRooted: $0.offset == 100) }
        #expect(SnapshotBudget(limit: 1).dropped(rooted, logBytes: 0) == [200, 400, 300])
        // A large one goes before small ones, a candidate fed from far back after them.
        let large = [(100, 10), (200, 500), (300, 10), (400, 10)].map { Weighed(offset: $0.0, bytes: $0.1) }
        #expect(SnapshotBudget(limit: 100).dropped(large, logBytes: 0) == [200])
        let spec = (try? SpecText.spec(StoreFixture.spec)).map { Adoption.Recipe.candidate($0, from: 0) }
        let candidate = even.map { Weighed(offset: $0.offset, bytes: 10, recipe: $0.offset == 100 ? spec : nil) }
        #expect(SnapshotBudget(limit: 40).dropped(candidate, logBytes: 0) == [200])
        // A restore to what lies right behind a snapshot costs little more than the events before it.
        let restored = even.map {
            Weighed(offset: $0.offset, bytes: 10, recipe: $0.offset < 500 ? .restore(offset: $0.offset - 99) : nil)
        }
        #expect(SnapshotBudget(limit: 40).dropped(restored, logBytes: 0) == [100])
    }

    @Test("By default they may take half of what the log takes, and 256 MiB in any case")
    func defaults() {
        let two = [Weighed(offset: 1, bytes: 200 << 20), Weighed(offset: 2, bytes: 57 << 20)]
        let budget = SnapshotBudget(limit: nil)
        #expect(budget.dropped(two, logBytes: 0) == [1])
        #expect(budget.dropped(two, logBytes: 513 << 20) == [1])
        #expect(budget.dropped(two, logBytes: 514 << 20) == [])
    }

    private static func spec(_ limits: String) throws -> Spec {
        try SpecText.spec(
            """
            {"application": "prices", "limits": {\(limits)}, "features": {"size": "number", "city": "category"},
             "target": {"name": "price", "type": "regression", "horizon": "1h"}, \
            "model": [{"one_hot": ["city"]}, {"arf_regressor": {"n_models": 10}}]}
            """)
    }

    /// An application of a large state that is restored and stopped again and again.
    private func live(_ spec: Spec) async throws -> (fixture: StoreFixture, states: [(Int, Digest)]) {
        let fixture = try StoreFixture()
        var states: [(Int, Digest)] = []
        for turn in 0..<6 {
            try await fixture.fill("\(turn)", count: 900, requests: 100, spec: spec)
            let application = try Application(
                name: "prices", spec: nil, store: fixture.access(), clock: StoreFixture.clock)
            states.append(try await application.inspect { ($0.offset, $0.stateDigest) })
            let adopted = try await application.restore(to: .offset(400 + 900 * turn))
            states.append((adopted.offset + 1, adopted.stateDigest))
            await application.stop()
        }
        return (fixture, states)
    }

    @Test("Restores and stops of a large state: the file keeps within the budget, and all states are as they were")
    func boundedFile() async throws {
        let unbounded = try await live(Self.spec(""))
        let store = try unbounded.fixture.open(readOnly: true)
        let (sizes, largest) = (try store.sizes(), try store.sizes().snapshots.map(\.bytes).max() ?? 0)
        let expected = try ApplicationState(reading: store).stateDigest
        try store.close()
        let budget = 2 * largest
        #expect(sizes.snapshotBytes > 3 * budget, "\(sizes)")
        let bounded = try await live(Self.spec("\"snapshots\": \"\(budget)\""))
        let pruned = try bounded.fixture.open(readOnly: true)
        let left = try pruned.sizes()
        #expect(left.snapshotBytes <= budget, "\(left)")
        #expect(try left.snapshots.last?.offset == pruned.endOffset)
        let bytes = try FileManager.default.attributesOfItem(atPath: bounded.fixture.path)[.size] as? Int ?? 0
        let before = try FileManager.default.attributesOfItem(atPath: unbounded.fixture.path)[.size] as? Int ?? 0
        #expect(bytes < sizes.logBytes + budget + (1 << 20) && bytes < before / 2, "\(before) → \(bytes) bytes")
        #expect(try ApplicationState(reading: pruned).stateDigest == expected)
        #expect(try Verification(of: pruned).isEqual)
        #expect(bounded.states.map(\.1) == unbounded.states.map(\.1))
        for (offset, digest) in bounded.states {
            let side = try VersionDiff(.offset(offset), .offset(offset), in: pruned).from
            #expect(side.stateDigest == digest, "@\(offset)")
        }
        let report = try StatusReport(reading: pruned)
        #expect(report.snapshotBytes?.max == budget)
        try pruned.close()
    }

    @Test("What a forgetting has left is never pruned")
    func forgotten() async throws {
        let fixture = try StoreFixture()
        let spec = try Self.spec("\"snapshots\": 1")
        try await fixture.fill("a", count: 300, requests: 30, spec: spec)
        let application = try Application(name: "prices", spec: nil, store: fixture.access(), clock: StoreFixture.clock)
        _ = try await application.forget(ids: ["a-77", "a-200"])
        let kept = try await application.inspect { $0.offset }
        _ = try await application.restore(to: .offset(60))
        await application.stop()
        try await fixture.fill("b", count: 300, requests: 30, spec: spec)
        let store = try fixture.open(readOnly: true)
        #expect(try store.snapshots().map(\.offset) == [kept, try store.endOffset])
        #expect(try Verification(of: store).isEqual)
        try store.close()
        try fixture.execute("DELETE FROM snapshots WHERE offset > \(kept)")
        let again = try Application(name: "prices", spec: nil, store: fixture.access(), clock: StoreFixture.clock)
        #expect(try await again.inspect { $0.offset } > kept)
        await again.stop()
    }
}
