import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning
import SQLiteStore
import Testing

/// A retry gets the first reply: the same outcome, offset and answer, and `repeated`.
@Suite struct RetryReplyTests {
    private static let now = Timestamp(microseconds: 1_400_000_000_000_000)

    private func spec(_ durability: String) throws -> Spec {
        try SpecText.spec(
            """
            {"application": "prices", "features": {"size": "number"}, "durability": "\(durability)",
             "target": {"name": "price", "type": "regression", "horizon": "1h"}, "model": ["linear_regression"]}
            """)
    }

    private func application(_ fixture: StoreFixture, _ spec: Spec?) throws -> Application {
        try Application(name: "prices", spec: spec, store: fixture.access(), clock: { Self.now })
    }

    /// One event of each kind and fate, the ids of all still known after the last.
    private func events(_ layout: FeatureLayout) -> [Event] {
        func event(_ kind: Event.Kind, _ id: String, _ minute: Int64, _ label: Double? = nil) -> Event {
            var row = FeatureRow(layout)
            if kind.isQuestion { row.setNumber(Double(minute), at: 0) }
            let time = Timestamp(microseconds: Self.now.microseconds - (600 - minute) * 60_000_000)
            return Event(.of(kind, label.map { .number($0) }), time: time, id: EventID(id), features: row)
        }
        return [
            event(.prediction, "late", 0), event(.prediction, "a", 50), event(.prediction, "b", 50),
            event(.example, "ex", 55, 3), event(.label, "early", 56, 4), event(.prediction, "early", 57),
            event(.label, "before", 57, 6), event(.example, "before", 57, 6), event(.label, "a", 58, 5),
            event(.corrected, "b", 59, 7), event(.label, "late", 90, 8), event(.corrected, "a", 90, 9),
            event(.label, "waits", 90, 1),
        ]
    }

    private struct Told: Equatable {
        let kind: Event.Kind
        let id: String
        let decision: Decision
        let offset: Int
        let version: Int
        let values: [UInt64]

        init(_ acceptance: Acceptance) {
            (kind, id, decision) = (acceptance.kind, acceptance.id, acceptance.decision)
            (offset, version) = (acceptance.offset, acceptance.version)
            values = acceptance.values.map(\.bitPattern)
        }
    }

    private func send(_ events: [Event], to application: Application, repeated: Bool) async throws -> [Told] {
        try await application.submit(events).compactMap { reply in
            guard case .accepted(let acceptance) = reply else {
                Issue.record("\(reply)")
                return nil
            }
            #expect(acceptance.isRepeated == repeated, "\(acceptance)")
            return Told(acceptance)
        }
    }

    @Test(arguments: ["durable", "relaxed"]) func aRetryGetsTheFirstReply(_ durability: String) async throws {
        let fixture = try StoreFixture()
        let spec = try spec(durability)
        var application = try application(fixture, spec)
        let events = events(spec.contract.layout)
        var first: [Told] = []
        for (index, event) in events.enumerated() {
            first += try await send([event], to: application, repeated: false)
            // At once, before anything else is in the block.
            #expect(try await send([event], to: application, repeated: true) == [first[index]])
        }
        #expect(
            first.map(\.decision) == [
                .predicted, .predicted, .predicted, .predictedAndLearned, .waiting, .predictedAndLearned, .waiting,
                .predictedAndLearned, .learned, .learned, .late, .corrected, .waiting,
            ])
        #expect(first.map(\.offset) == Array(1...events.count))
        #expect(first[9].kind == .label, "a correction of what has no label yet is its label")
        for _ in 0..<2 { #expect(try await send(events, to: application, repeated: true) == first) }
        let crashed = try fixture.crashed()
        await application.stop()
        application = try self.application(fixture, nil)
        #expect(try await send(events, to: application, repeated: true) == first, "out of the snapshot")
        await application.stop()
        guard durability == "durable" else { return }
        application = try self.application(crashed, nil)
        #expect(try await send(events, to: application, repeated: true) == first, "out of the log")
        await application.stop()
    }

    /// An amendment of many at once says no reply of its own.
    @Test func aLabelThatAnAmendmentCorrectedKeepsItsReply() async throws {
        let fixture = try StoreFixture()
        let spec = try spec("durable")
        let application = try application(fixture, spec)
        let events = events(spec.contract.layout)
        let first = try await send(events, to: application, repeated: false)
        _ = try await application.correct([(id: "ex", label: "30")])
        #expect(try await send(Array(events[3...8]), to: application, repeated: true) == Array(first[3...8]))
        var correction = events[9]
        (correction.id, correction.payload) = (EventID("ex"), .corrected(.number(30)))
        let told = try await send([correction], to: application, repeated: true)
        #expect(told.map(\.decision) == [.corrected] && told[0].offset == events.count + 1)
        await application.stop()
    }

    @Test func questionsAreFoundByWhenTheirLabelsCameAndWhatWasAnswered() async throws {
        let fixture = try StoreFixture()
        let spec = try spec("durable")
        let application = try application(fixture, spec)
        _ = try await send(events(spec.contract.layout), to: application, repeated: false)
        func time(_ minute: Int64) -> String {
            Timestamp(microseconds: Self.now.microseconds - (600 - minute) * 60_000_000).description
        }
        // The labels of a, b and what waited for an example came in these two minutes, that of early before.
        let report = try await application.exclude("label_time in \(time(57))..\(time(60))")
        #expect(report.questions == 3)
        await #expect(throws: Refusal.self, "they count as void by now") {
            try await application.exclude("label_time in \(time(57))..\(time(60))")
        }
        let late = try await application.exclude("label_time >= \(time(60)) and answered is not missing")
        #expect(late.questions == 1)
        await application.stop()
    }
}
