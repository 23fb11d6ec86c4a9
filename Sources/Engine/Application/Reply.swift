import Determinism
import ModelLifecycle

/// What the writer says of one event.
public enum Reply: Sendable {
    /// It is in the log, or was already.
    case accepted(Acceptance)
    /// It is not, and nothing has changed.
    case refused(Refusal)
    /// It is not, though nothing is wrong with it.
    case unavailable(Unavailable)
}

public struct Acceptance: Sendable {
    public let kind: Event.Kind
    public let id: String
    /// What the fold decided; for a repeated event, what it decided the first time.
    public let decision: Decision
    /// Whether the same was said before.
    public let isRepeated: Bool
    public let offset: Int
    /// The offset of the adoption that served.
    public let version: Int
    /// Of a question: the champion's answer.
    public let values: [Double]
    /// Whether the baseline answered in the champion's place.
    public let isBaseline: Bool
    /// Of a question about classes: their names, in the order of `values`.
    public let classes: [String]
}

extension Event.Kind {
    /// What a client is told of its event: a label and a correction are each what the fold took them for.
    func told(_ decision: Decision) -> Event.Kind {
        guard self == .label || self == .corrected else { return self }
        return decision == .corrected ? .corrected : .label
    }
}

/// Why a request could not be carried out, though nothing is wrong with it.
public enum Unavailable: Error, Sendable, CustomStringConvertible {
    /// The queue is full. - Parameter retryAfterSeconds: when to try again.
    case overloaded(retryAfterSeconds: Int)
    /// As many long folds as may wait do. - Parameter retryAfterSeconds: when to try again.
    case tooMuchWork(retryAfterSeconds: Int)
    /// A commit failed: what was asked may or may not be on the disk. The same request, with the same id, may be sent
    /// again.
    case outcomeUnknown(String)
    /// The application recovers from a failed commit, or cannot.
    case recovering(String)
    /// The server's clock is so far ahead that it is not believed; an event without a time cannot be stamped.
    case clockJump(time: Timestamp, expected: Timestamp)
    /// The application is shutting down.
    case stopping

    static func clockJump(_ jump: ClockGuard.Jump) -> Unavailable {
        .clockJump(time: jump.reading, expected: jump.expected)
    }

    public var description: String {
        switch self {
        case .overloaded: "the queue is full; try again shortly"
        case .tooMuchWork: "too many requests that fold the log wait; try again shortly"
        case .outcomeUnknown(let why): "outcome unknown, retry with the same id: \(why)"
        case .recovering(let why): "recovering from the disk, retry with the same id: \(why)"
        case .clockJump(let time, let expected):
            "the server's clock says \(time), but by what has passed since its last reading it is about \(expected): "
                + "events without a time are refused until it is right"
        case .stopping: "the application is shutting down"
        }
    }
}
