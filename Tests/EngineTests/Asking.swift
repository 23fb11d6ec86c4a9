import Determinism
import Engine
import EventLog
import Foundation
import ModelLifecycle
import OnlineLearning
import Synchronization
import Testing

/// Waits for what other threads do; false where it does not come about in a long time.
func comesTrue(_ isSo: () async throws -> Bool) async throws -> Bool {
    let end = Moment.now() + 30_000_000_000
    while Moment.now() < end {
        if try await isSo() { return true }
        try await Swift.Task.sleep(for: .milliseconds(2))
    }
    return false
}

/// Clocks that tests set.
final class TestClocks: Sendable {
    private let now = Mutex((time: Timestamp(microseconds: 1_700_000_000_000_000), moment: Moment(nanoseconds: 0)))

    /// Both clocks go on.
    func pass(seconds: Int64) {
        set(seconds: seconds)
        now.withLock { $0.moment = $0.moment + seconds * 1_000_000_000 }
    }

    /// The server's clock is set, forwards or back.
    func set(seconds: Int64) {
        now.withLock { $0.time = Timestamp(microseconds: $0.time.microseconds + seconds * 1_000_000) }
    }

    var time: Timestamp { now.withLock { $0.time } }

    func clocks(_ trust: ClockTrust = .bounded) -> ServerClock {
        ServerClock(time: { self.time }, moment: { self.now.withLock { $0.moment } }, trust: trust)
    }
}

/// What somebody was told, over threads.
final class Told<Value: Sendable>: Sendable {
    private let values = Mutex<[Value]>([])

    func add(_ value: Value) { values.withLock { $0.append(value) } }

    var all: [Value] { values.withLock { $0 } }
}

/// A small application with events about it.
enum Asking {
    static func spec(
        _ durability: String, more: String = "", target: String = "", model: String = #"["linear_regression"]"#
    ) throws -> Spec {
        try SpecText.spec(
            """
            {"application": "prices", "durability": "\(durability)", \(more) "features": {"x": "number"}, \
            "target": {"name": "y", "type": "regression", "horizon": "30d"\(target)}, "model": \(model)}
            """)
    }

    static func question(_ id: String, _ spec: Spec, at time: Timestamp = .unclaimed) -> Event {
        var row = FeatureRow(spec.contract.layout)
        row.setNumber(Double(id.utf8.reduce(0) { $0 &+ Int($1) } % 17), at: 0)
        return Event(.prediction, time: time, id: EventID(id), features: row)
    }

    static func label(_ id: String, _ spec: Spec, at time: Timestamp = .unclaimed, _ value: Double = 2) -> Event {
        Event(
            .label(.number(value)), time: time, id: EventID(id), features: FeatureRow(spec.contract.layout))
    }

    static func example(_ id: String, _ spec: Spec) -> Event {
        var event = question(id, spec)
        event.payload = .example(.number(3))
        return event
    }
}

extension Reply {
    var acceptance: Acceptance? { if case .accepted(let acceptance) = self { acceptance } else { nil } }
    var refusal: Refusal? { if case .refused(let refusal) = self { refusal } else { nil } }
}

extension Event.Payload {
    /// What a client sends.
    static func of(_ kind: Event.Kind, _ label: Label?) -> Event.Payload {
        switch (kind, label) {
        case (.label, let label?): .label(label)
        case (.example, let label?): .example(label)
        case (.corrected, let label?): .corrected(label)
        default: .prediction
        }
    }
}
