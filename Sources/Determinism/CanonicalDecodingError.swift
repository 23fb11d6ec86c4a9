/// Bytes that no `CanonicalEncoder` has written: cut off, corrupt, or of another format.
public struct CanonicalDecodingError: Error, Equatable, CustomStringConvertible {
    /// Where the refused value begins, in bytes from the start of what the decoder was given.
    public var offset: Int
    /// What is wrong, as a clause without a full stop.
    public var reason: String
    /// Whether the bytes may be sound, and those of a newer program: they hold something under a number that is not
    /// known here.
    public let isNewer: Bool

    public init(offset: Int, reason: String) {
        (self.offset, self.reason, isNewer) = (offset, reason, false)
    }

    private init(newer what: String, at offset: Int) {
        (self.offset, isNewer) = (offset, true)
        reason = "\(what) is not known here: a newer Headrace wrote it"
    }

    /// Of something under a number that this program has no use for.
    public static func unknown(_ what: String, at offset: Int) -> CanonicalDecodingError {
        CanonicalDecodingError(newer: what, at: offset)
    }

    /// For example `byte 17: a varint is not minimal`.
    public var description: String { "byte \(offset): \(reason)" }
}
