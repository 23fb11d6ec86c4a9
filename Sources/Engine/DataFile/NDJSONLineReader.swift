#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Reads a file of JSON texts, one a line (NDJSON, JSON Lines), without an allocation per line and without looking
/// inside.
///
/// A file that begins with `[` is one JSON array: its elements are handed out in place of lines, however many lines
/// each takes.
///
/// Lines end in LF or CRLF, the last one need not; lines of nothing but spaces and tabs are skipped, and so is a UTF-8
/// byte order mark. Behind each line at least `paddingBytes` may be read, as simdjson wants it.
package struct NDJSONLineReader: ~Copyable {
    package static let lineBytesMaxDefault = 1 << 20
    package static let paddingBytes = ByteWindow.paddingBytes

    /// The current line counted from 1 = first line that is not blank; 0 before the first `next()`.
    package private(set) var rowNumber = 0
    /// The current line of the file, from 1; of an array the line in which the element begins.
    package private(set) var lineNumber = 0
    private var isArray = false
    private var isArrayAtEnd = false
    private var elements = JSONElements()

    private var window: ByteWindow
    private let lineBytesMax: Int

    /// Opens the file; `-` is standard input.
    package init(
        path: String,
        lineBytesMax: Int = NDJSONLineReader.lineBytesMaxDefault,
        chunkBytes: Int = ByteSource.chunkBytesDefault
    ) throws(DataFileError) {
        let source = try ByteSource(path: path, chunkBytes: chunkBytes)
        try self.init(source: source, lineBytesMax: lineBytesMax, chunkBytes: chunkBytes)
    }

    /// Reads a source of which nothing was consumed yet.
    package init(
        source: ByteSource,
        lineBytesMax: Int = NDJSONLineReader.lineBytesMaxDefault,
        chunkBytes: Int = ByteSource.chunkBytesDefault
    ) throws(DataFileError) {
        precondition(lineBytesMax > 0)
        self.lineBytesMax = lineBytesMax
        window = ByteWindow(source: source, chunkBytes: chunkBytes)
        try ForeignFormat.refuse(source)
        isArray = try FileFormat.firstByte(of: source) == UInt8(ascii: "[")
        try window.skipByteOrderMark()
    }

    /// The file as it was named.
    package var path: String { window.source.path }
    /// Where the bytes come from, for progress.
    package var source: ByteSource { window.source }

    /// The next line that is not blank, without its line end, valid until the next call; `nil` at the end of the file.
    ///
    /// - Throws: `readFailed`, `gzipDamaged`, `recordTooLong`. The reader must not be used after an error.
    package mutating func next() throws(DataFileError) -> UnsafeBufferPointer<UInt8>? {
        if isArray { return try nextElement() }
        var scanned = 0
        while true {
            let from = window.start + scanned
            guard let hit = memchr(window.base + from, 0x0a, window.end - from) else {
                scanned = window.end - window.start
                if scanned > lineBytesMax { throw tooLong() }
                if !window.isAtEnd {
                    try window.fill()
                    continue
                }
                guard scanned > 0 else { return nil }
                return try take(to: window.end, next: window.end)
            }
            let end = window.base.distance(to: hit.assumingMemoryBound(to: UInt8.self))
            scanned = 0
            if let line = try take(to: end, next: end + 1) { return line }
        }
    }

    /// The line up to `end`, or `nil` where it is blank.
    private mutating func take(to end: Int, next: Int) throws(DataFileError) -> UnsafeBufferPointer<UInt8>? {
        let start = window.start
        if end - start > lineBytesMax { throw tooLong() }
        lineNumber += 1
        window.consume(to: next)
        let hasReturn = end > start && window.base[end - 1] == UInt8(ascii: "\r")
        let line = UnsafeBufferPointer(start: window.base + start, count: end - start - (hasReturn ? 1 : 0))
        if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) { return nil }
        rowNumber += 1
        if rowNumber == 1, line.elementsEqual("{".utf8) { throw .foreign(path: path, .json) }
        return line
    }

    /// The next element of the array; nil behind its closing bracket.
    private mutating func nextElement() throws(DataFileError) -> UnsafeBufferPointer<UInt8>? {
        if isArrayAtEnd { return nil }
        elements.begin()
        while true {
            let unread = UnsafeBufferPointer(start: window.base + window.start, count: window.end - window.start)
            switch elements.scan(unread, isAtEnd: window.isAtEnd) {
            case .element(let range):
                lineNumber = elements.firstLine
                rowNumber += 1
                let start = window.start + range.lowerBound
                window.consume(to: window.start + range.upperBound)
                return UnsafeBufferPointer(start: window.base + start, count: range.count)
            case .more:
                if unread.count > lineBytesMax { throw tooLong() }
                try window.fill()
            case .end:
                isArrayAtEnd = true
                return nil
            case .malformed(let reason):
                throw .arrayMalformed(path: path, line: elements.line, row: rowNumber + 1, reason: reason)
            }
        }
    }

    private func tooLong() -> DataFileError {
        .recordTooLong(
            path: path, line: lineNumber + 1, row: rowNumber + 1, limitBytes: lineBytesMax, quoteLine: nil)
    }
}
