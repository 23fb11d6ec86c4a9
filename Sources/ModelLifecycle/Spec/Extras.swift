import Determinism

/// What was added to the bytes of a contract or a spec after their form was fixed: values by name, each written only
/// where it is not the default.
///
/// A value without extras has the bytes, and so the digests, that it had before there were any. The highest bit of one
/// byte of the fixed part says that extras follow at the end: a list of name and blob, by ascending name, each name
/// once. A reader refuses a name that it does not know, because passing over it could give another state.
struct Extras {
    /// Set in a byte whose values are small where extras follow.
    static let flag: UInt8 = 0x80

    private var entries: [(name: String, bytes: [UInt8])] = []

    var isEmpty: Bool { entries.isEmpty }

    /// What the byte becomes that says whether extras follow.
    func marking(_ byte: UInt8) -> UInt8 { isEmpty ? byte : byte | Self.flag }

    /// Adds a value, of a name that comes after those before it; nothing where there is none.
    mutating func add<T>(_ name: String, _ value: T?, _ encode: (inout CanonicalEncoder, T) -> Void) {
        precondition(entries.last.map { $0.name < name } ?? true, "extras go by ascending name")
        guard let value else { return }
        var encoder = CanonicalEncoder()
        encode(&encoder, value)
        entries.append((name, encoder.bytes))
    }

    /// Writes the list, where it is not empty.
    func encode(to encoder: inout CanonicalEncoder) {
        guard !isEmpty else { return }
        encoder.count(entries.count)
        for entry in entries {
            encoder.string(entry.name)
            encoder.blob(entry.bytes)
        }
    }

    init() {}

    /// - Parameters:
    ///   - names: those that are known.
    ///   - what: whose extras they are, for the error.
    init(
        from decoder: inout CanonicalDecoder, names: [String], of what: String
    ) throws(CanonicalDecodingError) {
        for _ in 0..<(try decoder.count()) {
            let name = try decoder.string()
            guard names.contains(where: { $0.utf8.elementsEqual(name.utf8) }) else {
                throw CanonicalDecodingError(
                    offset: decoder.offset,
                    reason: "written by a newer version: this one does not know '\(name)' of \(what)")
            }
            guard entries.last.map({ $0.name < name }) ?? true else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "'\(name)' of \(what) is out of order")
            }
            entries.append((name, try decoder.blob()))
        }
        guard !isEmpty else { throw CanonicalDecodingError(offset: decoder.offset, reason: "no extras of \(what)") }
    }

    /// The value of a name, if there is one. - Throws: where its bytes are not wholly such a value.
    func value<T>(
        _ name: String, _ decode: (inout CanonicalDecoder) throws(CanonicalDecodingError) -> T
    ) throws(CanonicalDecodingError) -> T? {
        guard let entry = entries.first(where: { $0.name == name }) else { return nil }
        var decoder = CanonicalDecoder(entry.bytes)
        let value = try decode(&decoder)
        try decoder.finish()
        return value
    }
}
