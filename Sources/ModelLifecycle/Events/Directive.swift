import Determinism

/// What a person wants done with an application or one of its models: who, why, what. It is in the log even where there
/// is nothing to do.
public struct Directive: Sendable, Equatable {
    public enum Action: UInt8, Sendable, CaseIterable {
        case approve = 1
        case reject = 2
        case pause = 3
        case resume = 4
        case freeze = 5
        case thaw = 6
        case hold = 7
        case release = 8
        case discard = 9
        case promote = 10
        case rollBack = 11

        public var name: String {
            switch self {
            case .approve: "approve"
            case .reject: "reject"
            case .pause: "pause"
            case .resume: "resume"
            case .freeze: "freeze"
            case .thaw: "thaw"
            case .hold: "hold"
            case .release: "release"
            case .discard: "discard"
            case .promote: "promote"
            case .rollBack: "roll back"
            }
        }
    }

    /// Bytes of each of its texts.
    public static let textBytesMax = 1_024

    public let action: Action
    /// The model that it is about; empty where it is about all of the application.
    public let model: String
    /// Who wants it.
    public let by: String
    public let why: String

    /// - Throws: where a text is too long, or nobody wants it.
    public init(_ action: Action, model: String = "", by: String, why: String) throws(Refusal) {
        guard [model, by, why].allSatisfy({ $0.utf8.count <= Self.textBytesMax }) else {
            throw Refusal(.tooLarge, "model, name and reason have at most \(Self.textBytesMax) bytes each")
        }
        guard !by.isEmpty else { throw Refusal(.missingField, "\"by\" is missing: who wants it") }
        (self.action, self.model, self.by, self.why) = (action, model, by, why)
    }
}

extension Directive {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.byte(action.rawValue)
        for text in [model, by, why] { encoder.string(text) }
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let start = decoder.offset
        let code = try decoder.byte()
        guard let action = Action(rawValue: code) else { throw .unknown("what is directed under \(code)", at: start) }
        let (model, by) = (try decoder.string(), try decoder.string())
        let why = try decoder.string()
        do throws(Refusal) { try self.init(action, model: model, by: by, why: why) } catch {
            throw CanonicalDecodingError(offset: decoder.offset, reason: error.message)
        }
    }
}
