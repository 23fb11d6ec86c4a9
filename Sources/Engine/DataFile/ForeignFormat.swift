/// Formats that are no table of text, told by their first bytes, with what to do about each.
package enum ForeignFormat: String, Sendable, CaseIterable {
    case utf16, utf32, parquet, excel, oldExcel, zstandard, bzip2, xz, orc, avro, arrow, sqlite, html, xml, json

    /// The bytes that a file begins with; none where it takes more to tell.
    private var signature: [UInt8] {
        switch self {
        case .utf16, .utf32, .json: []
        // What follows is the head of a page; a column may well be named PAR1.
        case .parquet: Array("PAR1".utf8) + [0x15]
        case .excel: [0x50, 0x4b, 0x03, 0x04]
        case .oldExcel: [0xd0, 0xcf, 0x11, 0xe0]
        case .zstandard: [0x28, 0xb5, 0x2f, 0xfd]
        case .bzip2: Array("BZh91AY".utf8)
        case .xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a]
        case .orc: Array("ORC".utf8) + [0x0a]
        case .avro: Array("Obj".utf8) + [0x01]
        case .arrow: Array("ARROW1".utf8) + [0]
        case .sqlite: Array("SQLite format 3".utf8) + [0]
        case .html: Array("<!DOCTYPE".utf8)
        case .xml: Array("<?xml".utf8)
        }
    }

    var name: String {
        switch self {
        case .utf16: "text in UTF-16"
        case .utf32: "text in UTF-32"
        case .parquet: "a Parquet file"
        case .excel: "an Excel file or another zip archive"
        case .oldExcel: "an Excel file of before 2007"
        case .zstandard: "compressed with Zstandard"
        case .bzip2: "compressed with bzip2"
        case .xz: "compressed with xz"
        case .orc: "an ORC file"
        case .avro: "an Avro file"
        case .arrow: "an Arrow file"
        case .sqlite: "a SQLite database"
        case .html: "a page of HTML"
        case .xml: "an XML file"
        case .json: "one JSON object over several lines"
        }
    }

    var remedy: String {
        switch self {
        case .utf16: "convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW.csv"
        case .utf32: "convert it: iconv -f UTF-32 -t UTF-8 FILE > NEW.csv"
        case .parquet: "write CSV, for example with duckdb -c \"copy 'FILE' to 'NEW.csv'\""
        case .excel: "save the sheet as CSV (Save as, CSV UTF-8); unzip an archive first"
        case .oldExcel: "save the sheet as CSV (Save as, CSV UTF-8)"
        case .zstandard: "unpack it: zstd -dc FILE | headrace … -"
        case .bzip2: "unpack it: bzip2 -dc FILE | headrace … -"
        case .xz: "unpack it: xz -dc FILE | headrace … -"
        case .orc, .avro, .arrow: "write CSV, for example with pandas: to_csv('NEW.csv', index=False)"
        case .sqlite: "write CSV: sqlite3 -header -csv FILE 'select * from TABLE' > NEW.csv"
        case .html: "the download gave a page, not the data: download the file itself"
        case .xml: "write it as CSV or as one JSON object a line"
        case .json: "write one object a line: jq -c . FILE > NEW.ndjson (a list inside it: jq -c '.KEY[]')"
        }
    }

    /// Refuses what is no text of lines. Looks at the first bytes and consumes nothing.
    static func refuse(_ source: ByteSource) throws(DataFileError) {
        guard let format = try ForeignFormat(source.peek(atLeast: 1), more: source) else { return }
        throw .foreign(path: source.path, format)
    }

    private init?(_ start: [UInt8], more source: ByteSource) throws(DataFileError) {
        var bytes = start
        // A live pipe that begins like a table is not waited for.
        if let first = bytes.first, Self.beginsOne(first), bytes.count < 16 { bytes = try source.peek(atLeast: 16) }
        if bytes.starts(with: [0xff, 0xfe, 0, 0]) || bytes.starts(with: [0, 0, 0xfe, 0xff]) {
            self = .utf32
        } else if bytes.starts(with: [0xff, 0xfe]) || bytes.starts(with: [0xfe, 0xff]) {
            self = .utf16
        } else {
            let found = Self.allCases.first { !$0.signature.isEmpty && bytes.starts(with: $0.signature) }
            guard let found else { return nil }
            self = found
        }
    }

    private static func beginsOne(_ byte: UInt8) -> Bool {
        byte == 0xff || byte == 0xfe || byte == 0 || allCases.contains { $0.signature.first == byte }
    }
}
