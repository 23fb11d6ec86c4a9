/// A value with exactly one byte form.
///
/// The laws, for every value `v` and all bytes `b`: decoding the encoding of `v` gives `v`; two values are equal
/// exactly when their encodings are; and `b` decodes only if encoding the result gives `b` again.
public protocol CanonicallyCodable {
    /// Appends the value's bytes. O(bytes written).
    func encode(to encoder: inout CanonicalEncoder)

    /// Reads a value, and refuses bytes that `encode(to:)` would not write.
    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError)
}

extension CanonicallyCodable {
    /// The value's bytes.
    @inlinable public var canonicalBytes: [UInt8] {
        var encoder = CanonicalEncoder()
        encode(to: &encoder)
        return encoder.bytes
    }

    /// SHA-256 of the value's bytes.
    @inlinable public var canonicalDigest: Digest { Digest(hashing: canonicalBytes) }

    /// The value whose bytes these are, all of them: bytes left over are refused.
    @inlinable
    public init(canonicalBytes: [UInt8]) throws(CanonicalDecodingError) {
        var decoder = CanonicalDecoder(canonicalBytes)
        try self.init(from: &decoder)
        try decoder.finish()
    }
}
