import Determinism

/// A version is given a name, which may have been another's before.
public struct Naming: Sendable, Equatable {
    /// Bytes of a name.
    public static let nameBytesMax = 128

    public let name: String
    /// The version: the state before the event at this offset; nil means before the naming itself, the present one.
    public let offset: Int?

    public init(_ name: String, offset: Int?) {
        (self.name, self.offset) = (name, offset)
    }
}

extension Naming {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.string(name)
        encoder.optional(offset) { $0.count($1) }
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        name = try decoder.string()
        offset = try decoder.bool() ? try decoder.natural() : nil
    }
}
