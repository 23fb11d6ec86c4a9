import ModelLifecycle

/// Reads a CSV file record by record (RFC 4180), without an allocation per record.
///
///     var rows = try CSVReader(path: "elec.csv")
///     while try rows.next() {
///         guard rows.fieldCount == rows.header.count else { … }     // the consumer's to refuse
///         DecimalText.parse(rows.field(3))
///     }
///
/// Fields lie between commas, semicolons, tabs or bars, as the first line has them (``CSVLayout``); a line `sep=;`
/// before it says so. The first record names the columns; names are unique and not empty. Lines end in LF or CRLF, the
/// last one need not; blank lines are skipped; a UTF-8 byte order mark is skipped. A quoted field may hold commas, line
/// ends and quotes (written twice); a quote inside an unquoted field is an ordinary character; text behind a closing
/// quote is an error. Fields are bytes, neither trimmed nor checked for UTF-8. A quoted empty field is an empty string,
/// a bare one nothing: it has no base address.
///
/// Memory is bounded by the record limit, 1 MiB unless told otherwise.
package struct CSVReader: ~Copyable {
    package static let recordBytesMaxDefault = 1 << 20

    package private(set) var header: [String] = []
    /// The current record counted from 1 = first data row; 0 before the first `next()`.
    package private(set) var rowNumber = -1
    /// The line of the file in which the current record begins, from 1.
    package private(set) var lineNumber = 0

    private var window: ByteWindow
    private var scanner = CSVScanner()
    /// The line in which the next record begins.
    private var nextLine = 1
    private let recordBytesMax: Int

    /// Opens the file (`-` is standard input) and reads its header.
    ///
    /// - Throws: `cannotOpen`, and whatever `next()` and the header may meet.
    package init(
        path: String,
        recordBytesMax: Int = CSVReader.recordBytesMaxDefault,
        chunkBytes: Int = ByteSource.chunkBytesDefault
    ) throws(DataFileError) {
        let source = try ByteSource(path: path, chunkBytes: chunkBytes)
        try self.init(source: source, recordBytesMax: recordBytesMax, chunkBytes: chunkBytes)
    }

    /// Reads the header from a source of which nothing was consumed yet.
    package init(
        source: ByteSource,
        recordBytesMax: Int = CSVReader.recordBytesMaxDefault,
        chunkBytes: Int = ByteSource.chunkBytesDefault
    ) throws(DataFileError) {
        precondition(recordBytesMax > 0 && recordBytesMax <= 1 << 29, "positions in the window have 32 bits")
        self.recordBytesMax = recordBytesMax
        window = ByteWindow(source: source, chunkBytes: chunkBytes)
        try ForeignFormat.refuse(source)
        try window.skipByteOrderMark()
        let layout = try CSVLayout(of: &window, lineBytesMax: recordBytesMax)
        scanner = CSVScanner(separator: layout.separator)
        nextLine = layout.firstLine
        guard try next() else { throw .headerMissing(path: source.path) }
        header = try checkedHeader()
        if header.count == 1, try CSVLayout.separates(&window, lineBytesMax: recordBytesMax) {
            throw .titleLine(path: source.path, line: lineNumber, title: header[0])
        }
    }

    /// The file as it was named.
    package var path: String { window.source.path }
    /// Where the bytes come from, for progress.
    package var source: ByteSource { window.source }
    /// Fields of the current record, whatever the header has.
    package var fieldCount: Int { scanner.count }

    /// The bytes of a field of the current record, without its quotes; valid until the next `next()`. Without a base
    /// address where the field is empty and not quoted.
    ///
    /// - Complexity: O(1).
    @inline(__always)
    package func field(_ index: Int) -> UnsafeBufferPointer<UInt8> {
        precondition(index >= 0 && index < scanner.count, "the record has no such field")
        return fields[index]
    }

    /// All fields of the current record, valid until the next `next()`.
    @inline(__always)
    var fields: TableCells { TableCells(window.base, scanner.fields) }

    /// Moves to the next record; `false` at the end of the file.
    ///
    /// - Throws: `readFailed`, `gzipDamaged`, `quoteUnterminated`, `quoteFollowedByText`, `recordTooLong`. The reader
    ///   must not be used after an error.
    /// - Complexity: linear in the length of the record, amortized.
    package mutating func next() throws(DataFileError) -> Bool {
        while true {
            let start = window.start
            switch scanner.scan(window.base, start: start, end: window.end, isAtEnd: window.isAtEnd) {
            case .record(let end, let next):
                if end - start > recordBytesMax { throw tooLong(openQuote: nil) }
                if next == start { return false }
                lineNumber = nextLine
                nextLine += scanner.sawQuote ? 1 + lineFeedsInFields() : 1
                window.consume(to: next)
                if end == start { continue }
                rowNumber += 1
                return true
            case .incomplete(let openQuote):
                if window.end - start > recordBytesMax { throw tooLong(openQuote: openQuote) }
                if window.isAtEnd { throw unterminated(quote: openQuote ?? start) }
                try window.fill()
            case .textBehindQuote(let position):
                throw .quoteFollowedByText(
                    path: path, line: line(at: position), row: rowNumber + 1, column: scanner.count)
            }
        }
    }

    private func lineFeedsInFields() -> Int {
        var count = 0
        for index in 0..<scanner.count {
            for byte in field(index) where byte == UInt8(ascii: "\n") { count += 1 }
        }
        return count
    }

    private func tooLong(openQuote: Int?) -> DataFileError {
        .recordTooLong(
            path: path, line: nextLine, row: rowNumber + 1, limitBytes: recordBytesMax,
            quoteLine: openQuote.map { line(at: $0) })
    }

    private func unterminated(quote: Int) -> DataFileError {
        .quoteUnterminated(path: path, line: line(at: quote), row: rowNumber + 1)
    }

    /// The line of a position within the record being read.
    private func line(at position: Int) -> Int {
        var line = nextLine
        for index in window.start..<position where window.base[index] == UInt8(ascii: "\n") { line += 1 }
        return line
    }

    private func checkedHeader() throws(DataFileError) -> [String] {
        var names: [String] = []
        var columns: [[UInt8]: Int] = [:]
        for index in 0..<fieldCount {
            let bytes = field(index)
            if !scanner.sawQuote, bytes.contains(UInt8(ascii: "\r")) { throw .lineEndsAlone(path: path) }
            if bytes.contains(0) { throw .foreign(path: path, .utf16) }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                throw .headerNotUTF8(path: path, line: lineNumber, column: index + 1)
            }
            guard !bytes.isEmpty else {
                throw .columnNameEmpty(path: path, line: lineNumber, column: index + 1)
            }
            // By bytes: Swift compares strings by canonical equivalence, and names are compared unnormalized.
            if let first = columns.updateValue(index + 1, forKey: Array(bytes)) {
                throw .columnNameDuplicate(
                    path: path, line: lineNumber, name: name, firstColumn: first, secondColumn: index + 1)
            }
            names.append(name)
        }
        return names
    }
}
