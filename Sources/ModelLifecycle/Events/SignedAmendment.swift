import Determinism

/// Who amends the past, and why: for people, no fold looks at it.
public struct Remark: Sendable, Equatable {
    /// Bytes of a name.
    public static let byBytesMax = 200
    /// Bytes of a note.
    public static let noteBytesMax = 1_000

    /// Who; empty where nobody says so.
    public let by: String
    public let note: String

    public static let none = Remark()

    private init() { (by, note) = ("", "") }

    /// - Throws: where a text is too long.
    public init(by: String, note: String) throws(Refusal) {
        for (name, text, most) in [("by", by, Self.byBytesMax), ("note", note, Self.noteBytesMax)]
        where text.utf8.count > most {
            throw Refusal(.outOfRange, "\"\(name)\" has at most \(most) bytes, found \(text.utf8.count)")
        }
        (self.by, self.note) = (by, note)
    }
}

/// An amendment with who made it and why.
///
/// What it excludes is set aside, and comes back when it is withdrawn; what an amendment without a signature excluded,
/// as programs wrote it before, left the ledger for good.
public struct SignedAmendment: Sendable, Equatable {
    public let amendment: Amendment
    public let remark: Remark
    /// How many questions it is about.
    public let questionCount: Int

    public init(_ amendment: Amendment, _ remark: Remark, questionCount: Int) {
        (self.amendment, self.remark, self.questionCount) = (amendment, remark, questionCount)
    }
}

extension SignedAmendment {
    func encode(to encoder: inout CanonicalEncoder) {
        amendment.encode(to: &encoder)
        encoder.string(remark.by)
        encoder.string(remark.note)
        encoder.count(questionCount)
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        amendment = try Amendment(from: &decoder)
        let (by, note) = (try decoder.string(), try decoder.string())
        do throws(Refusal) { remark = try Remark(by: by, note: note) } catch {
            throw CanonicalDecodingError(offset: decoder.offset, reason: error.message)
        }
        questionCount = try decoder.natural()
    }
}

extension Event.Payload {
    /// What amends the past, signed or not.
    public var amendment: Amendment? {
        switch self {
        case .amended(let amendment): amendment
        case .signed(let signed): signed.amendment
        default: nil
        }
    }

    /// Who amends the past and why; nil where nobody could say so yet, or nothing is amended.
    public var remark: Remark? {
        if case .signed(let signed) = self { signed.remark } else { nil }
    }

    /// The same without what an amendment says of questions that are forgotten.
    public func forgetting(_ questions: OffsetRanges) -> Event.Payload {
        switch self {
        case .amended(let amendment): .amended(amendment.forgetting(questions))
        case .signed(let signed):
            .signed(
                SignedAmendment(
                    signed.amendment.forgetting(questions), signed.remark, questionCount: signed.questionCount))
        default: self
        }
    }
}
