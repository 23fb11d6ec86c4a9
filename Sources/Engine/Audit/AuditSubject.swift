import ModelLifecycle

/// The question that an audit is of, as somebody names it.
public enum AuditSubject: Sendable, Equatable {
    case id(EventID)
    /// The offset of the question, or of a label of it.
    case offset(Int)

    /// Takes the text for an id, whatever it looks like.
    public init(id text: String) throws(Refusal) {
        guard !text.isEmpty, text.utf8.count <= EventID.byteCountMax else {
            throw Refusal(
                .outOfRange, "an id has 1 to \(EventID.byteCountMax) bytes, found \(text.utf8.count)",
                hint: "audit by an id, or by the offset of an event")
        }
        self = .id(EventID(text))
    }
}
