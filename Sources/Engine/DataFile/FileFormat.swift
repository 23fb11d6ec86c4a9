/// How the rows of a data file are written.
package enum FileFormat: String, Sendable, CaseIterable {
    /// A table: one row a record.
    case csv
    /// JSON objects, one a line or as the elements of one array.
    case ndjson

    /// What the name says: `.csv`, `.ndjson` and `.jsonl`, each also with `.gz`, in any case; `nil` for other names.
    package init?(path: String) {
        var name = path.lowercased()[...]
        if name.hasSuffix(".gz") { name = name.dropLast(3) }
        if name.hasSuffix(".csv") {
            self = .csv
        } else if name.hasSuffix(".ndjson") || name.hasSuffix(".jsonl") {
            self = .ndjson
        } else {
            return nil
        }
    }

    /// What the name says or, for standard input and other names, the content: JSON where the first byte that is
    /// neither blank nor of a byte order mark is `{` or `[`. Consumes nothing and looks at no more than the first 64
    /// KiB.
    package init(of source: ByteSource) throws(DataFileError) {
        if let named = FileFormat(path: source.path) {
            self = named
            return
        }
        let first = try Self.firstByte(of: source)
        self = first == UInt8(ascii: "{") || first == UInt8(ascii: "[") ? .ndjson : .csv
    }

    /// The first byte that is neither blank nor of a byte order mark; nil where the first 64 KiB hold none.
    static func firstByte(of source: ByteSource) throws(DataFileError) -> UInt8? {
        let blanks: [UInt8] = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]
        var bytes = try source.peek(atLeast: 1)
        while bytes.count < 65_536, bytes.allSatisfy(blanks.contains) {
            let more = try source.peek(atLeast: bytes.count + 1)
            if more.count == bytes.count { break }
            bytes = more
        }
        return bytes.first { !blanks.contains($0) }
    }
}
