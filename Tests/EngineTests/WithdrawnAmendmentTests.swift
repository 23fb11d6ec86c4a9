import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// What is told of an amendment that was withdrawn, and what of it cannot come back.
@Suite struct WithdrawnAmendmentTests {
    private let log = MemoryLog()

    private func application() async throws -> Application {
        let spec = try SpecText.spec(
            """
            {"application": "life", "clock": "claimed", "features": {"x": "number"}, \
            "target": {"name": "y", "type": "regression", "horizon": "20s"}, "model": ["linear_regression"]}
            """)
        let log = log
        let application = try Application(
            name: "life", spec: spec, store: StoreAccess(open: { log }, close: { _ in }),
            clock: { Timestamp(microseconds: 1_000_000_000_000) })
        _ = try await application.submit((0..<6).map { event(.prediction, "q\($0)", at: Int64($0)) })
        return application
    }

    private func event(_ payload: Event.Payload, _ id: String, at seconds: Int64) -> Event {
        var row = FeatureRow(numberCount: 1, stringCount: 0, timestampCount: 0)
        row.setNumber(Double(seconds), at: 0)
        return Event(payload, time: Timestamp(microseconds: seconds * 1_000_000), id: EventID(id), features: row)
    }

    @Test func aLabelThatCameMeanwhileIsThatOfTheQuestion() async throws {
        let application = try await application()
        let remark = try Remark(by: "anna", note: "wrong id")
        let excluded = try await application.amend(.exclude("id = q1"), remark).adopted.offset - 1
        _ = try await application.submit([event(.label(.number(4)), "q1", at: 8)])
        #expect(try await application.withdraw(excluded).adopted.openCount == 0)
        let item = try #require(try await application.amendments().items.first)
        #expect(item.offset == excluded && item.remark == remark && item.questionCount == 1)
        #expect(item.withdrawal?.offset == excluded + 3 && item.adoption == excluded + 1)
        let json = try await application.withLog { log in
            var json = JSONWriter()
            try Audit(.id(EventID("q1")), in: log).write(to: &json)
            return try JSONValue(parsing: json.bytes)
        }
        #expect(json["fate"] == .string("learned"))
        #expect(json["labels"]?.array?.count == 1)
        let history = (json["history"]?.array ?? []).compactMap { $0["what"]?.string }
        #expect(history == ["asked", "excluded", "labelled", "withdrawn"])
        #expect(json["history"]?.array?[1]["note"] == .string("wrong id"))
        await application.stop()
    }

    @Test func whatWasForgottenSinceStaysForgottenAndTheRestComesBack() async throws {
        let application = try await application()
        let excluded = try await application.exclude("id in [q1, q2]").adopted.offset - 1
        let forgotten = try await application.forget(ids: ["q1"]).adopted.offset - 1
        await #expect(throws: Refusal.self) { try await application.withdraw(forgotten) }
        let report = try await application.withdraw(excluded)
        #expect(report.counts.forgotten == 1 && report.questions == 1 && report.adopted.openCount == 1)
        let replies = try await application.submit([
            event(.label(.number(4)), "q1", at: 8), event(.label(.number(4)), "q2", at: 8),
        ])
        let outcomes = replies.map { reply -> String? in
            if case .accepted(let acceptance) = reply { acceptance.outcome } else { nil }
        }
        #expect(outcomes == ["waiting", "learned"])
        await application.stop()
    }
}
