import Determinism
import Engine
import EventLog
import ModelLifecycle
import OnlineLearning
import Testing

/// Somebody asks to be forgotten every day, and labels come 30 days late: what was answered is scored all the same.
@Suite struct ServedForgettingTests {
    private static let day: Int64 = 86_400_000_000

    private static func event(_ spec: Spec, _ kind: Event.Kind, _ id: String, _ time: Int64, _ value: Double) -> Event {
        var row = FeatureRow(spec.contract.layout)
        if kind == .prediction { row.setNumber(value, at: 0) }
        return Event(
            kind == .label ? .label(.number(value)) : .prediction, time: Timestamp(microseconds: time),
            id: EventID(id), features: row)
    }

    private static func application(_ spec: Spec?, _ log: MemoryLog) throws -> Application {
        try Application(
            name: "shop", spec: spec, store: StoreAccess(open: { log }, close: { _ in }),
            clock: { Timestamp(microseconds: 2_000_000_000_000_000) })
    }

    @Test func answersGivenScoreForServed() async throws {
        let spec = try SpecText.spec(
            """
            {"application": "shop", "clock": "claimed", "features": {"x": "number"},
             "target": {"name": "y", "type": "regression", "horizon": "40d"},
             "model": ["standard_scaler", "linear_regression"], "metrics": ["mae"]}
            """)
        let log = MemoryLog()
        var application = try Self.application(spec, log)
        var (answers, sum, count) = ([String: Double](), 0.0, 0)
        for today in 0..<45 as Range<Int64> {
            var events: [Event] = []
            for number in 0..<4 {
                let time = today * Self.day + Int64(number)
                events.append(Self.event(spec, .prediction, "q\(today)-\(number)", time, Double(number)))
                guard today >= 30, number > 0 else { continue }
                let label = Double(today % 5) + 2 * Double(number)
                events.append(Self.event(spec, .label, "q\(today - 30)-\(number)", time, label))
                let answer = try #require(answers["q\(today - 30)-\(number)"])
                (sum, count) = (sum + abs(label - answer), count + 1)
            }
            for reply in try await application.submit(events) {
                guard case .accepted(let acceptance) = reply else { Issue.record("\(reply)"); continue }
                if acceptance.kind == .prediction { answers[acceptance.id] = acceptance.values[0] }
            }
            _ = try await application.forget(ids: ["q\(today)-0"])
            if today % 10 == 7 {
                await application.stop()
                application = try Self.application(nil, log)
            }
        }
        let status = try await application.status()
        var json = JSONWriter()
        status.write(to: &json)
        let report = try JSONValue(parsing: json.bytes)
        let served = try #require(report["served"]?["mae"]?.number)
        #expect(count == 45 && abs(served - sum / Double(count)) < 1e-9)
        #expect((report["roles"]?.members ?? []).map(\.key) == ["model"])
        #expect(report["roles"]?["model"]?.string == "champion")
        await application.stop()

        let verification = try Verification(of: log)
        #expect(verification.isEqual, "\(verification.differences)")
        let state = try ApplicationState(reading: log)
        #expect(state.servedMetrics.values.map(\.value) == [served])
        #expect(verification.ledgerDigest == state.ledgerDigest)
    }
}
