import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// The baseline stands in for a model that says nothing finite, and the next label brings a class.
@Suite struct BaselineAnswerTests {
    private static func spec() throws -> Spec {
        try SpecText.spec(
            """
            {"application": "prices",
             "features": {"x": "number", "w": {"type": "number", "optional": true}},
             "target": {"name": "y", "type": "multiclass", "horizon": "1h"},
             "model": [{"sample_weight": ["w"]}, "gaussian_nb"]}
            """)
    }

    private func event(
        _ kind: Event.Kind, _ id: String, _ spec: Spec, weight: Double? = nil, label: String? = nil
    ) -> Event {
        var row = FeatureRow(spec.contract.layout)
        row.setNumber(1, at: 0)
        if let weight { row.setNumber(weight, at: 1) }
        return Event(
            .of(kind, label.map { .named(Array($0.utf8)) }), time: .unclaimed, id: EventID(id), features: row)
    }

    @Test func theLabelAfterItIsStoredAsItIsFolded() async throws {
        let (spec, log) = (try Self.spec(), MemoryLog())
        let application = try Application(
            name: "prices", spec: spec, store: StoreAccess(open: { log }, close: { _ in }), clock: StoreFixture.clock)
        let replies = try await application.submit([
            event(.prediction, "1", spec, weight: 0), event(.label, "1", spec, label: "a"),
            event(.prediction, "2", spec), event(.label, "2", spec, label: "b"), event(.label, "2", spec, label: "b"),
        ])
        #expect(replies[2].acceptance?.isBaseline == true && replies[2].acceptance?.values == [1])
        #expect(replies[4].acceptance?.isRepeated == true)
        await application.stop()
        let verification = try Verification(of: log)
        #expect(verification.isEqual, "\(verification.differences)")
    }

    @Test func anExampleIsAnsweredAmongTheClassesOfBefore() async throws {
        let (spec, log) = (try Self.spec(), MemoryLog())
        let application = try Application(
            name: "prices", spec: spec, store: StoreAccess(open: { log }, close: { _ in }), clock: StoreFixture.clock)
        _ = try await application.submit([event(.example, "1", spec, weight: 0, label: "a")])
        let second = event(.example, "2", spec, weight: 1, label: "b")
        for isRepeated in [false, true] {
            let reply = try #require(try await application.submit([second])[0].acceptance)
            #expect(reply.isRepeated == isRepeated && reply.values == [1] && reply.classes == ["a"])
            var json = JSONWriter()
            reply.write(to: &json)
            let told = try JSONValue(parsing: json.bytes)
            #expect(told["prediction"]?.string == "a")
            #expect(told["probabilities"] == .object([("a", .number(1))]))
        }
        await application.stop()
        var json = JSONWriter()
        try Audit(AuditSubject(id: "2"), in: log).write(to: &json)
        #expect(try JSONValue(parsing: json.bytes)["answer"]?["prediction"]?.string == "a")
        #expect(try Verification(of: log).isEqual)
    }
}
