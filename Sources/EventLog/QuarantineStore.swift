import Determinism

/// An event that the contract refused, kept to be put right and sent again.
public struct QuarantinedEvent: Sendable, Equatable {
    /// From 1, in the order in which they were refused, never used again; 0 before it is kept.
    public let number: Int
    /// When it was refused, by the clock of the machine.
    public let time: Timestamp
    /// What the event is, as an event's `event` says it; nil where it says so itself.
    public let kind: String?
    /// The route it came by, or the file and the line.
    public let source: String
    /// The type of the problem, like `wrong-type`.
    public let problem: String
    public let detail: String
    public let hint: String?
    /// The event as it came: a text of JSON.
    public let text: [UInt8]

    public init(
        number: Int = 0, time: Timestamp, kind: String?, source: String, problem: String, detail: String,
        hint: String?, text: [UInt8]
    ) {
        (self.number, self.time, self.kind, self.source) = (number, time, kind, source)
        (self.problem, self.detail, self.hint, self.text) = (problem, detail, hint, text)
    }
}

/// Where refused events are kept; beyond ``QuarantineLimit`` the oldest go.
public protocol QuarantineStore: Sendable {
    func add(_ events: [QuarantinedEvent]) throws(LogFailure)
    /// At most so many, by number, from a number on.
    func events(from number: Int, limit: Int) throws(LogFailure) -> [QuarantinedEvent]
    /// - Returns: false where there is none of this number.
    func remove(_ number: Int) throws(LogFailure) -> Bool
    func removeAll() throws(LogFailure)
    /// How many there are.
    var count: Int { get throws(LogFailure) }
    func close()
}

/// How much an application keeps of what was refused.
public enum QuarantineLimit {
    public static let eventsMax = 10_000
    /// Of all texts together.
    public static let bytesMax = 16 << 20
    /// Of one text; a longer one is not kept.
    public static let eventBytesMax = 1 << 20
}
