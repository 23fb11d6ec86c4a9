import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// What changed between two versions, and where two folds part.
@Suite struct HistoryTests {
    @Test func aDiffNamesTheEventsBetweenAndWhatTheyDidToTheModels() async throws {
        let january = try await January()
        let end = january.log.endOffset
        let report = try await january.application.exclude("carrier = UA and time in 2013-01-10..2013-01-11")
        _ = try await january.application.restore(to: .offset(1_000))
        await january.application.stop()
        let diff = try VersionDiff(.offset(end), .offset(january.log.endOffset), in: january.log)
        #expect(diff.events.map(\.kind) == [.adopted, .amended])
        #expect(diff.events.map(\.count) == [2, 1])
        #expect(diff.changes.map(\.offset) == [end, end + 1, end + 2])
        #expect(diff.changes.map(\.what).dropFirst() == ["rebuilt as amended", "restored to @1000"])
        #expect(diff.from.metrics == report.before)
        #expect(diff.from.stateDigest != diff.to.stateDigest)
        #expect(diff.removed.isEmpty && diff.added.isEmpty)
        let same = try VersionDiff(.offset(end), .offset(end), in: january.log)
        #expect(same.events.isEmpty && same.from.stateDigest == same.to.stateDigest)
        #expect(throws: Refusal.self) { try VersionDiff(.offset(1), .offset(end + 99), in: january.log) }
        #expect(throws: Refusal.self) { try VersionDiff(.name("nobody"), .offset(1), in: january.log) }
    }

    /// A server drops snapshots while somebody verifies what it writes.
    @Test func aSnapshotThatGoesWhileItIsVerifiedIsNoDifference() async throws {
        let january = try await January()
        await january.application.stop()
        let snapshots = january.log.snapshots()
        try #require(snapshots.count > 2)
        let verification = try Verification(of: january.log) { _, _ in
            january.log.dropSnapshots(at: snapshots.suffix(2).map(\.offset))
        }
        #expect(verification.isEqual, "\(verification.differences)")
        #expect(verification.eventCount == january.log.endOffset)
    }

    @Test func aDiffNamesTheLinesOfTheSpecThatChanged() async throws {
        func spec(_ model: String) throws -> Spec {
            try SpecText.spec(
                #"{"application": "a", "features": {"x": "number"}, "target": {"name": "y", "type": "regression"}, "#
                    + #""model": \#(model), "metrics": ["mae"]}"#)
        }
        let log = MemoryLog()
        for model in [#"["standard_scaler", "linear_regression"]"#, #"[{"linear_regression": {"optimizer": "sgd"}}]"#] {
            let application = try January.open(try spec(model), log)
            await application.stop()
        }
        let diff = try VersionDiff(.offset(1), .offset(2), in: log)
        #expect(diff.removed == ["model: standard_scaler of x", "model: linear_regression: {loss: absolute}"])
        #expect(diff.added == ["model: linear_regression: {optimizer: sgd}"])
    }

    @Test func theFirstEventThatIsAnotherIsNamed() async throws {
        let january = try await January()
        await january.application.stop()
        let alone = try Bisection(january.log)
        guard case .equal(let count) = alone.finding else { Issue.record("\(alone.finding)"); return }
        #expect(count == january.log.endOffset)

        let changed = try #require(january.events.indices.first { $0 > 20_000 && january.events[$0].kind == .label })
        var events = january.events
        events[changed].payload = .label(.number(777))
        let other = MemoryLog()
        let application = try January.open(january.spec, other)
        var rest = events[...]
        while !rest.isEmpty {
            _ = try await application.submit(Array(rest.prefix(400)))
            rest = rest.dropFirst(400)
        }
        await application.stop()
        let both = try Bisection(january.log, other)
        guard case .event(let offset, let what) = both.finding else { Issue.record("\(both.finding)"); return }
        #expect(offset == changed + 1, "the spec is event 0")
        #expect(what == "another label")
    }

    /// A log that was restored parts with the restore.
    @Test func theFirstEventOfAnotherKindIsNamed() async throws {
        let january = try await January()
        await january.application.stop()
        let other = MemoryLog()
        let application = try January.open(january.spec, other)
        _ = try await application.submit(Array(january.events.prefix(2_000)))
        _ = try await application.restore(to: .offset(1))
        await application.stop()
        guard case .event(let offset, let what) = try Bisection(january.log, other).finding else {
            Issue.record("nothing was found")
            return
        }
        #expect(offset == 2_001)
        #expect(what.hasSuffix("in the other: adopted"))
    }

    /// Equal events and answers, and a snapshot of another digest: where they part can be said to within two snapshots.
    @Test func statesThatDifferWithoutAnAnswerAreFoundBetweenSnapshots() async throws {
        let january = try await January()
        await january.application.stop()
        let snapshots = january.log.snapshots()
        let last = try #require(snapshots.last)
        let whole = try #require(january.log.snapshot(atOrBefore: last.offset))
        let other = MemoryLog()
        while let block = try january.log.block(containing: other.endOffset) { try other.append(block, snapshot: nil) }
        for snapshot in snapshots.dropLast() {
            try other.save(try #require(january.log.snapshot(atOrBefore: snapshot.offset)))
        }
        try other.save(
            Snapshot(
                offset: whole.offset, reason: whole.reason, stateDigest: Digest(hashing: [1]),
                ledgerDigest: whole.ledgerDigest, time: whole.time, payload: whole.payload))
        for bisection in [try Bisection(january.log, other), try Bisection(other)] {
            guard case .between(let first, let second, _) = bisection.finding else {
                Issue.record("\(bisection.finding)")
                continue
            }
            #expect(first == snapshots[snapshots.count - 2].offset)
            #expect(second == last.offset)
        }
    }
}
