import Determinism
import OnlineLearning

/// What `apply` replied to an event.
public enum Decision: Sendable, Equatable {
    /// The question was answered; the answer is in ``Outcome/answer``.
    case predicted
    /// The question was answered, then learned from the label that waited for it.
    case predictedAndLearned
    /// A label met its prediction and was learned.
    case learned
    /// A label came before its prediction, and waits.
    case waiting
    /// A label came after the horizon: recorded, not learned.
    case late
    /// A label lies far outside the range learned so far: neither scored nor learned, until others like it come.
    case setAside
    /// The question was answered, and its label set aside.
    case predictedAndSetAside
    /// A correction was recorded; it takes effect at the next rebuild.
    case corrected
    /// A learned state went live.
    case adopted
    /// The past counts as another from here on, for whatever is derived anew.
    case amended
    /// The event counts as void: nothing has changed but the offset.
    case void
    /// Log time has passed, or what the log is to keep was said: nothing was asked or taught.
    case noted
    /// The same was said before, at this offset; nothing has changed, and nothing is to be logged.
    case repeated(offset: Int)
    /// Nothing has changed, and nothing is to be logged. What is seldom lies elsewhere: decisions are moved about all
    /// the time.
    indirect case refused(Refusal)

    /// Whether the event belongs in the log.
    public var isLogged: Bool {
        switch self {
        case .repeated, .refused: false
        default: true
        }
    }
}

/// Why an event is not accepted, in words for the person who sent it.
public struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// What kind of mistake it is; the name is part of the interface.
    public enum Kind: String, Sendable, CaseIterable {
        case malformed = "malformed"
        case tooLarge = "too-large"
        case unknownField = "unknown-field"
        case missingField = "missing-field"
        case unknownFeature = "unknown-feature"
        case missingFeature = "missing-feature"
        case wrongType = "wrong-type"
        case outOfRange = "out-of-range"
        case unknownCategory = "unknown-category"
        case wrongTime = "wrong-time"
        /// The id is known with other features, or with another label.
        case conflict = "conflict"
        /// A restore that cannot be: to the future, to a version that does not exist, by models without their features.
        case impossibleRestore = "impossible-restore"
        /// Nothing was ever asked under this id, or at this offset.
        case unknownQuestion = "unknown-question"
        /// A back-test that cannot be: of a range that is empty or in the future, or of two candidates that are one.
        case impossibleBacktest = "impossible-backtest"
    }

    public let kind: Kind
    public let message: String
    /// What to do about it.
    public let hint: String?

    public init(_ kind: Kind, _ message: String, hint: String? = nil) {
        (self.kind, self.message, self.hint) = (kind, message, hint)
    }

    public var description: String {
        hint.map { "\(message) (\($0))" } ?? message
    }
}

/// The past events that the fold refers to; the engine finds them in its cache or in the log.
public protocol PastEvents {
    /// Hands over the features of the prediction at an offset; they are asked for once.
    mutating func takeFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing)
    /// Copies the features of the prediction at an offset, which will be asked for again.
    mutating func copyFeatures(at offset: Int, into row: inout FeatureRow) throws(PastEventMissing)
    /// The label of the label event at an offset.
    mutating func label(at offset: Int) throws(PastEventMissing) -> Label
    /// The question at an offset, and what was answered to it.
    mutating func question(at offset: Int) throws(PastEventMissing) -> PastQuestion
    /// The features of a prediction will not be asked for any more.
    mutating func forgetFeatures(at offset: Int)
}

/// A question of the past, as the ledger keeps it.
public struct PastQuestion: Sendable {
    let offset: Int
    let id: Fingerprint
    /// When it was asked.
    let time: Timestamp
    /// Hash of the features asked with.
    let content: UInt64
    /// The champion's answer.
    let answer: [Double]

    public init(_ event: borrowing Event, at offset: Int, answer: [Double]) {
        (self.offset, id, time) = (offset, event.id.fingerprint, event.time)
        (content, self.answer) = (event.features.contentHash, answer)
    }
}

/// The log could not give back an event that it holds.
public struct PastEventMissing: Error, Sendable, CustomStringConvertible {
    public let offset: Int
    public let reason: String

    public init(offset: Int, reason: String) {
        (self.offset, self.reason) = (offset, reason)
    }

    public var description: String { "event \(offset) cannot be read back: \(reason)" }
}
