import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// How far an example moves the answer to its own question, where that can be foretold.
@Suite struct AuditMovementTests {
    /// An application of one number, with its log.
    private func application(
        _ target: [(key: String, value: JSONValue)], model: JSONValue, _ log: MemoryLog
    ) throws -> Application {
        let tree = JSONValue.object([
            ("application", .string("moved")), ("features", .object([("x", .string("number"))])),
            ("target", .object([("name", .string("y"))] + target)), ("model", .array([model])),
        ])
        let spec = try SpecChecker.check(SpecNode(tree)).spec
        return try Application(
            name: "moved", spec: spec, store: StoreAccess(open: { log }, close: { _ in }),
            clock: { Timestamp(microseconds: 2_000_000_000_000_000) })
    }

    private func event(
        _ kind: Event.Kind, _ id: String, second: Int, x: Double = 0, label: Label? = nil
    ) -> Event {
        var row = FeatureRow(FeatureLayout([("x", .number)]))
        if kind != .label { row.setNumber(x, at: 0) }
        let time = Timestamp(microseconds: 1_400_000_000_000_000 + Int64(second) * 1_000_000)
        return Event(.of(kind, label), time: time, id: EventID(id), features: row)
    }

    private func sgd(_ learner: String) -> JSONValue {
        .object([(learner, .object([("optimizer", .object([("sgd", .object([("lr", .number(0.05))]))]))]))])
    }

    /// Without a scaler a step of gradient descent always raises the probability of what came.
    @Test func theProbabilityOfTheLabelThatCameRises() async throws {
        let log = MemoryLog()
        let classes: JSONValue = .array([.string("no"), .string("yes")])
        let application = try application(
            [("type", .string("binary")), ("classes", classes)], model: sgd("logistic_regression"), log)
        var generator = SeededGenerator(seed: 11)
        for index in 0..<60 {
            let x = generator.uniform() * 2 - 1
            let isPositive = x + generator.uniform() - 0.5 > 0
            _ = try await application.submit([
                event(.prediction, "q\(index)", second: index, x: x),
                event(.label, "q\(index - 5)", second: index, label: .listed(isPositive ? 1 : 0)),
            ])
        }
        for index in 0..<55 {
            let audit = try Audit(AuditSubject(id: "q\(index)"), in: log)
            #expect(audit.isSame)
            let movement = try #require(audit.movement)
            let name = try #require(movement.className)
            let slot = try #require(movement.after.classes.firstIndex(of: name))
            let numbers = [movement.before, movement.after].map { moment in
                slot == 1 ? moment.answers[0].values[0] : 1 - moment.answers[0].values[0]
            }
            #expect(numbers[0] < numbers[1], "\(name): \(numbers)")
        }
        await application.stop()
    }

    /// The question of second 100 finds that the first has expired, and is answered after its default label taught.
    @Test func whatExpiresTeachesBeforeTheQuestionIsAnswered() async throws {
        let log = MemoryLog()
        let application = try application(
            [
                ("type", .string("regression")), ("horizon", .string("30s")),
                ("unlabelled", .object([("label", .number(8))])),
            ], model: sgd("linear_regression"), log)
        _ = try await application.submit([
            event(.prediction, "first", second: 0, x: 1), event(.prediction, "second", second: 100, x: 1),
        ])
        let audit = try Audit(AuditSubject(id: "second"), in: log)
        #expect(audit.isSame)
        let answer = audit.stored.values[0]
        #expect(answer > 0)
        let explanation = try audit.explanation.get()
        #expect((explanation.total - answer).magnitude < 1e-12)
        #expect(explanation.contributions.map(\.name) == ["x"] && explanation.contributions[0].value > 0)
        let first = try Audit(AuditSubject(id: "first"), in: log)
        #expect(first.isSame && first.stored.values == [0] && first.movement == nil)
        await application.stop()
    }
}
