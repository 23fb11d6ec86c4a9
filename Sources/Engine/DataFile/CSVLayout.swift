#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// How the fields of a table are separated, as its first lines show it.
struct CSVLayout {
    /// In the order in which they are taken where two are equally likely.
    static let separators = [",", ";", "\t", "|"].map { UInt8(ascii: $0) }
    private static let quote = UInt8(ascii: "\"")
    private static let lineFeed = UInt8(ascii: "\n")

    let separator: UInt8
    /// The line in which the header begins, from 1.
    let firstLine: Int

    /// Looks at the first line that is not blank, and at the one after it only where the first leaves a choice. A line
    /// `sep=;`, as Excel writes it, is taken at its word and consumed.
    init(of window: inout ByteWindow, lineBytesMax: Int) throws(DataFileError) {
        let first = try Self.line(&window, from: 0, lineBytesMax)
        if let named = Self.named(first), window.base[window.start] == UInt8(ascii: "s") {
            window.consume(to: min(window.start + first.count + 1, window.end))
            (separator, firstLine) = (named, 2)
            return
        }
        firstLine = 1
        let counts = Self.separators.map { Self.count($0, in: first) }
        let present = Self.separators.indices.filter { counts[$0] > 0 }
        guard present.count > 1 else {
            separator = Self.separators[present.first ?? 0]
            return
        }
        let second = try Self.line(&window, from: first.count + 1, lineBytesMax)
        let equal = present.filter { Self.count(Self.separators[$0], in: second) == counts[$0] }
        let best = equal.max { counts[$0] == counts[$1] ? $0 > $1 : counts[$0] < counts[$1] }
        separator = Self.separators[best ?? present[0]]
    }

    /// Whether the line that comes next holds a separator of any kind: below a header of one name, that is a title.
    static func separates(_ window: inout ByteWindow, lineBytesMax: Int) throws(DataFileError) -> Bool {
        let line = try line(&window, from: 0, lineBytesMax)
        return [",", ";", "\t"].contains { count(UInt8(ascii: $0), in: line) > 0 }
    }

    private static func named(_ line: [UInt8]) -> UInt8? {
        let bare = line.last == UInt8(ascii: "\r") ? line.dropLast() : line[...]
        guard bare.count == 5, bare.prefix(4).elementsEqual("sep=".utf8) else { return nil }
        return bare.last
    }

    /// The line that begins so many bytes behind the window's start, without its line feed; blank ones are passed over
    /// where it is the first.
    private static func line(
        _ window: inout ByteWindow, from offset: Int, _ lineBytesMax: Int
    ) throws(DataFileError) -> [UInt8] {
        var scanned = offset
        var start = offset
        while true {
            let unread = window.end - window.start
            while scanned < unread {
                let byte = window.base[window.start + scanned]
                scanned += 1
                guard byte == lineFeed else { continue }
                let line = bytes(window, start..<scanned - 1)
                let isBlank = line.allSatisfy { $0 == UInt8(ascii: "\r") }
                if !isBlank || offset > 0 { return line }
                start = scanned
            }
            if window.isAtEnd || scanned - start > lineBytesMax {
                return bytes(window, min(start, unread)..<unread)
            }
            try window.fill()
        }
    }

    private static func bytes(_ window: borrowing ByteWindow, _ range: Range<Int>) -> [UInt8] {
        Array(UnsafeBufferPointer(start: window.base + window.start + range.lowerBound, count: range.count))
    }

    /// How often a byte occurs outside of quotes.
    private static func count(_ separator: UInt8, in line: [UInt8]) -> Int {
        var isQuoted = false
        var count = 0
        for byte in line {
            if byte == quote { isQuoted.toggle() }
            if byte == separator, !isQuoted { count += 1 }
        }
        return count
    }
}
