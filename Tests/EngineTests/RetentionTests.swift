import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Testing

/// What is older than it is kept goes; from there on everything is as if it were all there.
@Suite struct RetentionTests {
    private static let start: Int64 = 1_400_000_000_000_000
    private static let hour: Int64 = 3_600_000_000

    private static func spec(_ retention: String?) throws -> Spec {
        let line = retention.map { "\"retention\": \"\($0)\", " } ?? ""
        return try SpecText.spec(
            """
            {"application": "prices", "clock": "claimed", \(line)"features": {"x": "number", "c": "category"}, \
            "target": {"name": "y", "type": "regression", "horizon": "2d", "unlabelled": {"label": 3}}, \
            "model": [{"one_hot": ["c"]}, "standard_scaler", "linear_regression"]}
            """)
    }

    private static func open(_ fixture: StoreFixture, _ spec: Spec? = nil) throws -> Application {
        try Application(
            name: "prices", spec: spec, store: fixture.access(),
            clock: { Timestamp(microseconds: start + 10_000 * hour) })
    }

    /// What is asked and taught within some hours: labels come late, some never.
    private static func events(_ hours: Range<Int>, _ spec: Spec) -> [[Event]] {
        hours.map { hour in
            let time = Timestamp(microseconds: start + Int64(hour) * Self.hour)
            var row = FeatureRow(spec.contract.layout)
            var events: [Event] = []
            for turn in 0..<3 {
                row.setNumber(Double((hour * 7 + turn * 13) % 23), at: 0)
                row.setString("secret-\(hour)-\(turn)", at: 0)
                events.append(Event(.prediction, time: time, id: EventID("q\(hour)-\(turn)"), features: row))
            }
            row.setString("kept", at: 0)
            let example = Event.Payload.example(.number(Double(hour % 9)))
            events.append(Event(example, time: time, id: EventID("e\(hour)"), features: row))
            if hour >= 30, hour % 5 > 0 {
                let id = EventID("q\(hour - 30)-\(hour % 3)")
                events.append(Event(.label(.number(Double(hour % 11))), time: time, id: id, features: row))
            }
            return events
        }
    }

    private static func feed(_ application: Application, _ hours: Range<Int>, _ spec: Spec) async throws {
        for request in events(hours, spec) {
            for reply in try await application.submit(request) {
                guard case .accepted = reply else { Issue.record("\(reply)"); continue }
            }
        }
    }

    /// Waits until something is dropped, up to an hour. A row of the log goes as a whole, so it may lag by one.
    private static func wait(_ application: Application, until hour: Int) async throws {
        let time = Timestamp(microseconds: start + Int64(hour) * Self.hour)
        for _ in 0..<2_000 {
            if let oldest = try await application.status().oldest, oldest.time >= time { return }
            try await Swift.Task.sleep(for: .milliseconds(5))
        }
        Issue.record("nothing was dropped before \(time)")
    }

    private static func standing(_ log: StoreAccess.Store) throws -> [Digest] {
        let state = try ApplicationState(reading: log)
        return [state.stateDigest, state.ledgerDigest]
    }

    /// The same life with and without retention; what happened in it lies within ten days of its moment.
    private func lives() async throws -> (kept: StoreFixture, whole: StoreFixture, lived: [(Int, Digest)]) {
        let (kept, whole) = (try StoreFixture(), try StoreFixture())
        var lived: [(Int, Digest)] = []
        for (fixture, spec) in [(whole, try Self.spec(nil)), (kept, try Self.spec("10d"))] {
            var application = try Self.open(fixture, spec)
            for turn in 0..<6 {
                try await Self.feed(application, turn * 160..<turn * 160 + 100, spec)
                if turn % 2 == 1 {
                    let end = try await application.inspect { $0.offset }
                    _ = try await application.restore(to: .offset(end - 60))
                    _ = try await application.setName("turn \(turn)", at: .offset(end - 10))
                    _ = try await application.exclude("id = q\(turn * 160 + 80)-1")
                    _ = try await application.adopt(spec, from: end - 100)
                }
                try await Self.feed(application, turn * 160 + 100..<turn * 160 + 160, spec)
                if fixture === kept, turn == 5 { try await Self.wait(application, until: 0) }
                let standing = try await application.inspect { ($0.offset, $0.stateDigest) }
                if fixture === whole { lived.append(standing) } else { #expect(standing == lived[turn], "\(turn)") }
                await application.stop()
                application = try Self.open(fixture)
            }
            await application.stop()
        }
        return (kept, whole, lived)
    }

    @Test("After it, every state from the boundary on has the digest that it has where all is kept")
    func sameStates() async throws {
        let (kept, whole, lived) = try await lives()
        let (log, all) = (try kept.open(readOnly: true), try whole.open(readOnly: true))
        defer { try? log.close(); try? all.close() }
        #expect(try Self.standing(log) == Self.standing(all))
        #expect(try log.endOffset == all.endOffset)
        let oldest = try #require(try StatusReport(reading: log).oldest)
        #expect(try oldest.offset > log.endOffset / 2)
        #expect(try log.sizes().logBytes < all.sizes().logBytes * 3 / 4)
        for (offset, digest) in lived where offset >= oldest.offset {
            #expect(try VersionDiff(.offset(offset), .offset(offset), in: log).from.stateDigest == digest)
        }
        let (verification, events) = (try Verification(of: log), try log.endOffset)
        #expect(verification.isEqual, "\(verification.differences)")
        #expect(verification.eventCount == events)
        let sealed = verification.ranges.filter { $0.kind == .sealed }
        #expect(sealed.map(\.reason) == ["dropped by retention"] && sealed[0].offsets.upperBound == oldest.offset)
        #expect(try Checkup(of: log).findings.isEmpty)
        // What was done to it is known still.
        #expect(try VersionNames(in: log) == VersionNames(in: all))
        // Nothing of what clients said is in the file.
        let bytes = try kept.bytes()
        #expect(bytes.range(of: Data("secret-20-1".utf8)) == nil && bytes.range(of: Data("q300-2".utf8)) == nil)
        #expect(try whole.bytes().range(of: Data("kept".utf8)) != nil)
    }

    @Test("What reaches into it is refused, with the oldest that can be had; what does not, goes on as ever")
    func refusals() async throws {
        let (kept, whole, _) = try await lives()
        let application = try Self.open(kept)
        let oldest = try #require(try await application.status().oldest)
        for point in [RestorePoint.offset(1), .offset(oldest.offset - 1), .name("turn 1")] {
            await #expect("\(point)") {
                _ = try await application.restore(to: point)
            } throws: { error in
                let refusal = error as? Refusal
                return refusal?.message.contains("dropped by retention") == true
                    && refusal?.hint?.contains("@\(oldest.offset), of \(oldest.time)") == true
            }
        }
        let spec = try Self.spec("10d")
        await #expect(throws: Refusal.self) { _ = try await application.adopt(spec, from: 10) }
        for ids in ["e5", "q40-1"] {
            await #expect("\(ids)") {
                _ = try await application.correct([(id: ids, label: "4")])
            } throws: { ($0 as? Refusal)?.hint?.contains("dropped by retention") == true }
        }
        let store = try kept.open(readOnly: true)
        #expect(throws: Refusal.self) { try LogRange.resolve(from: .offset(3), to: nil, in: store) }
        #expect(try LogRange.resolve(from: nil, to: nil, in: store).lowerBound == store.sealedEnd)
        #expect(throws: Refusal.self) { try Audit(.offset(12), in: store) }
        #expect(throws: Refusal.self) { try Audit(.id(EventID("e5")), in: store) }
        let end = try store.endOffset
        #expect(try Audit(.id(EventID("e950")), in: store).isSame)
        try store.close()
        // Restored, amended and taught on, it goes the way of the one that has all.
        let other = try Self.open(whole)
        for one in [application, other] {
            _ = try await one.restore(to: .offset(end - 30))
            _ = try await one.exclude("id = q955-1")
            try await Self.feed(one, 960..<970, spec)
            _ = try await one.restore(to: .offset(end - 20))
        }
        #expect(try await application.inspect { $0.stateDigest } == other.inspect { $0.stateDigest })
        await application.stop()
        await other.stop()
        let log = try kept.open(readOnly: true)
        #expect(try Verification(of: log).isEqual)
        try log.close()
    }

    @Test("Snapshots lost after it are given back, those that must stay aside; a bundle holds the same")
    func prunedAndBundled() async throws {
        let (kept, _, lived) = try await lives()
        let log = try kept.open()
        let expected = try Self.standing(log)
        let rooted = try SnapshotRoots.rooted(in: log)
        try log.dropSnapshots(at: try log.snapshots().map(\.offset).filter { !rooted.contains($0) })
        #expect(try Self.standing(log) == expected)
        #expect(try Verification(of: log).isEqual)
        let oldest = try #require(try StatusReport(reading: log).oldest).offset
        for (offset, digest) in lived where offset >= oldest {
            #expect(try VersionDiff(.offset(offset), .offset(offset), in: log).from.stateDigest == digest)
        }
        let path = kept.directory + "/prices.bundle"
        _ = try BundleWriter.write(log, to: path)
        let sealedEnd = try log.sealedEnd
        try log.close()
        let copy = try StoreFixture()
        let imported = try copy.open()
        _ = try BundleImport.read(path, into: imported)
        #expect(try Self.standing(imported) == expected)
        #expect(try imported.sealedEnd == sealedEnd)
        let verification = try Verification(of: imported)
        #expect(verification.isEqual, "\(verification.differences)")
        try imported.close()
    }

    @Test("Forgetting what has been dropped meanwhile leaves the rows as they are, and their links")
    func forgottenBehind() async throws {
        let (kept, _, _) = try await lives()
        let log = try kept.open()
        let (sealed, expected) = (try log.sealedEnd, try Self.standing(log))
        let rewriting = Rewriting(firstOffset: 5, droppedSnapshots: [], appended: [], snapshot: nil)
        let heads = try log.rewrite(rewriting) { $0.payload }
        #expect(heads.oldHead == heads.newHead)
        #expect(try log.sealedEnd == sealed && Self.standing(log) == expected)
        #expect(try Verification(of: log).isEqual)
        try log.close()
        // What is there still is chained anew behind them.
        let application = try Self.open(kept)
        _ = try await application.forget(ids: ["e955"])
        await application.stop()
        let again = try kept.open(readOnly: true)
        #expect(try Verification(of: again).isEqual)
        try again.close()
    }

    @Test("A process that dies at any moment of it leaves a whole store")
    func killed() async throws {
        let (fixture, spec) = (try StoreFixture(), try Self.spec("10d"))
        let application = try Self.open(fixture, spec)
        var copies: [StoreFixture] = []
        for turn in 0..<30 {
            try await Self.feed(application, turn * 20..<turn * 20 + 20, spec)
            if turn > 12 { copies.append(try fixture.crashedInUse()) }
        }
        await application.stop()
        var isBetween = false
        for copy in copies {
            let again = try Self.open(copy)
            let standing = try await again.inspect { [$0.stateDigest, $0.ledgerDigest] }
            await again.stop()
            let log = try copy.open(readOnly: true)
            #expect(try Self.standing(log) == standing)
            let verification = try Verification(of: log)
            #expect(verification.isEqual, "\(verification.differences)")
            isBetween = try isBetween || log.sealedEnd > 0
            try log.close()
        }
        #expect(isBetween)
    }

    @Test("More rows than go behind one snapshot, within the time that ids are known: it goes on, and ends")
    func manyRowsWithinAHorizon() async throws {
        let (fixture, spec) = (try StoreFixture(), try Self.spec("3d"))
        let application = try Self.open(fixture, spec)
        for hour in 0..<340 {
            let time = Timestamp(microseconds: Self.start + Int64(hour) * Self.hour)
            for turn in 0..<8 {
                var row = FeatureRow(spec.contract.layout)
                row.setNumber(Double(hour % 17), at: 0)
                row.setString("c", at: 0)
                _ = try await application.submit([
                    Event(.prediction, time: time, id: EventID("\(hour)-\(turn)"), features: row)
                ])
            }
        }
        try await Self.wait(application, until: 200)
        let expected = try await application.inspect { [$0.stateDigest, $0.ledgerDigest] }
        await application.stop()
        let log = try fixture.open(readOnly: true)
        // What the oldest state's ledger knows stays: up to two horizons before it.
        #expect(try log.sealedEnd > 8)
        #expect(try log.snapshots().count < 9)
        #expect(try Self.standing(log) == expected)
        let verification = try Verification(of: log)
        #expect(verification.isEqual, "\(verification.differences)")
        try log.close()
    }

    @Test("A retention shorter than the horizon is refused where it stands")
    func horizon() throws {
        do {
            _ = try Self.spec("1d")
            Issue.record("it was taken")
        } catch {
            let text = "\(error)"
            #expect(text.contains("retention") && text.contains("at least the target's horizon, 2d"), "\(text)")
        }
    }
}
