import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// Restoring, amending, adopting: whatever path leads to a state, it has one digest. January's flights, labels at their
/// real delay.
@Suite struct LineageTests {
    @Test func excludingEqualsALogWithoutWhatWasExcluded() async throws {
        let january = try await January()
        let end = january.log.endOffset
        let report = try await january.application.exclude("carrier = UA and time in 2013-01-10..2013-01-12")
        let from = try #require(Timestamp("2013-01-10T00:00:00Z")), to = try #require(Timestamp("2013-01-12T00:00:00Z"))
        let ids = january.ids { january.carrier($0) == "UA" && from <= $0.time && $0.time < to }
        #expect(report.questions == ids.count)
        #expect(report.questions > 100)
        let expected = try await january.digest(of: january.events.filter { !ids.contains($0.id.text) })
        #expect(report.adopted.stateDigest == expected)
        #expect(try await january.stateDigest == expected)
        #expect(january.log.endOffset == end + 2, "an amended and an adopted event")
        #expect(report.before != report.after)

        // To now: nothing changes. To before the amendment: as it would have been then.
        let now = try await january.application.restore(to: .offset(january.log.endOffset))
        #expect(now.stateDigest == expected)
        let middle = try await january.application.restore(to: .offset(end / 2))
        let half = january.events.prefix(end / 2 - 1).filter { !ids.contains($0.id.text) }
        #expect(middle.stateDigest == (try await january.digest(of: Array(half))))
        try await verify(january)
    }

    @Test func correctedLabelsCountFromTheBeginning() async throws {
        let january = try await January()
        let labelled = january.events.filter { $0.kind == .label }
        let wrong = stride(from: 3, to: labelled.count, by: 50).map { labelled[$0] }
        let report = try await january.application.correct(wrong.map { (id: $0.id.text, label: "12.5") })
        #expect(report.questions == wrong.count)
        let ids = Set(wrong.map(\.id.text))
        let right = january.events.map { event in
            var event = event
            if event.kind == .label, ids.contains(event.id.text) { event.payload = .label(.number(12.5)) }
            return event
        }
        let expected = try await january.digest(of: right)
        #expect(report.adopted.stateDigest == expected)
        try await verify(january)
    }

    @Test func amendmentsAreCumulativeAndWhatComesAfterGoesOnFromThem() async throws {
        let january = try await January()
        let some = Array(january.events.suffix(3_000))
        let first = try await january.application.exclude("carrier = B6")
        let second = try await january.application.exclude("carrier = AA")
        #expect(first.questions > 0 && second.questions > 0)
        let ids = january.ids { ["B6", "AA"].contains(january.carrier($0)) }
        let expected = try await january.digest(of: january.events.filter { !ids.contains($0.id.text) })
        #expect(second.adopted.stateDigest == expected)

        let before = january.log.endOffset
        for (index, event) in some.enumerated() where event.kind == .prediction {
            var again = event
            again.id = EventID("again-\(index)")
            again.time = Timestamp(microseconds: event.time.microseconds + 40 * 86_400_000_000)
            var label = Event(.label(.number(3)), time: again.time, id: again.id, features: event.features)
            label.features = FeatureRow(january.spec.contract.layout)
            try await january.feed([again, label])
            if index > 400 { break }
        }
        let live = try await january.stateDigest
        // Recovered from the snapshot of the adoption, and restored, it is the same.
        let copy = try January.open(nil, january.log)
        #expect(try await copy.inspect { $0.stateDigest } == live)
        let end = january.log.endOffset
        _ = try await january.application.restore(to: .offset(before))
        #expect(try await january.stateDigest == expected)
        let back = try await january.application.restore(to: .offset(end))
        #expect(back.stateDigest == live)
        try await verify(january)
    }

    @Test func anAdoptedCandidateIsWhatItWouldHaveBecome() async throws {
        let january = try await January()
        let from = january.log.endOffset / 3
        let adopted = try await january.application.adopt(january.spec, from: from)
        // The same spec over the same events, told to a new application: labels of what was asked before find nothing.
        let later = Array(january.events[(from - 1)...])
        let asked = Set(later.filter { $0.kind == .prediction }.map(\.id.text))
        let digest = try await january.digest(of: later.filter { asked.contains($0.id.text) })
        #expect(adopted.stateDigest == digest)
        try await verify(january)
    }

    @Test func impossibleAmendmentsAreRefusedAndChangeNothing() async throws {
        let january = try await January()
        let (digest, end) = (try await january.stateDigest, january.log.endOffset)
        for condition in ["carrier = NOBODY", "distance >= 0 or distance < 0 or distance is missing", "carier = UA"] {
            await #expect(throws: Refusal.self, "\(condition)") {
                _ = try await january.application.exclude(condition)
            }
        }
        for labels in [[], [(id: "nobody", label: "1")], [(id: january.events[0].id.text, label: "late")]] {
            await #expect(throws: Refusal.self) { _ = try await january.application.correct(labels) }
        }
        await #expect(throws: Refusal.self) { _ = try await january.application.adopt(january.spec, from: end + 1) }
        #expect(try await january.stateDigest == digest)
        #expect(january.log.endOffset == end)
    }

    private func verify(_ january: January) async throws {
        await january.application.stop()
        let verification = try Verification(of: january.log)
        #expect(verification.isEqual, "\(verification.differences)")
        #expect(verification.ranges.map(\.kind) == [.derived])
        #expect(verification.eventCount == january.log.endOffset)
    }
}
