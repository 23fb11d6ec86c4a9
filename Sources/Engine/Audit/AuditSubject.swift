import ModelLifecycle

/// The question that an audit is of, as somebody names it.
public enum AuditSubject: Sendable, Equatable {
    case id(EventID)
    /// The offset of the question, or of a label of it.
    case offset(Int)

    /// Reads `@OFFSET` or an id. An id that looks like an offset is audited by its offset.
    /// - Throws: a `Refusal` where there is nothing to read, or it is longer than an id can be.
    public init(_ text: String) throws(Refusal) {
        if text.hasPrefix("@"), let offset = Int(text.dropFirst()), offset >= 0 {
            self = .offset(offset)
            return
        }
        try self.init(id: text)
    }

    /// Takes the text for an id, whatever it looks like.
    public init(id text: String) throws(Refusal) {
        guard !text.isEmpty, text.utf8.count <= EventID.byteCountMax else {
            throw Refusal(
                .outOfRange, "an id has 1 to \(EventID.byteCountMax) bytes, found \(text.utf8.count)",
                hint: "audit by an id, or by an offset like @1234")
        }
        self = .id(EventID(text))
    }
}
