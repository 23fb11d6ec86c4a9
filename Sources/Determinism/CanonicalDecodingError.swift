/// Bytes that no `CanonicalEncoder` has written: cut off, corrupt, or of another format.
public struct CanonicalDecodingError: Error, Equatable, CustomStringConvertible {
    /// Where the refused value begins, in bytes from the start of what the decoder was given.
    public var offset: Int
    /// What is wrong, as a clause without a full stop.
    public var reason: String

    public init(offset: Int, reason: String) {
        self.offset = offset
        self.reason = reason
    }

    /// For example `byte 17: a varint is not minimal`.
    public var description: String { "byte \(offset): \(reason)" }
}
