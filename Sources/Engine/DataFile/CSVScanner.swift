import ModelLifecycle

/// Finds the fields of one CSV record in memory: the pure half of `CSVReader`, without a file.
///
/// Eight bytes at a time are compared with the separator and the line feed in one 64-bit register ("SIMD within a
/// register", Lamport 1975), exactly, so that every set bit is a hit. A quote matters only where a field begins
/// (RFC 4180, §2.5); elsewhere it is a character like any other.
struct CSVScanner: ~Copyable {
    /// Positions of a field in the window, the quotes around it left out.
    typealias Span = TableCells.Span

    enum Outcome {
        /// The record ends at `end` (behind its last byte, before its line end) and the next one begins at `next`.
        case record(end: Int, next: Int)
        /// More bytes are needed; `openQuote` is the position of the quote that is not closed yet.
        case incomplete(openQuote: Int?)
        case textBehindQuote(position: Int)
    }

    /// What stands between fields: a comma, unless told otherwise.
    let separator: UInt8
    private let separators: UInt64
    private(set) var count = 0
    /// The record holds a quoted field, so line feeds may lie within it.
    private(set) var sawQuote = false
    private var spans: UnsafeMutablePointer<Span>
    private var capacity = 64
    /// Fields with doubled quotes in them. Cleared with its capacity kept: no allocation per record.
    private var escaped: [Int] = []

    init(separator: UInt8 = UInt8(ascii: ",")) {
        self.separator = separator
        separators = UInt64(separator) &* 0x0101_0101_0101_0101
        spans = .allocate(capacity: capacity)
    }

    deinit {
        spans.deallocate()
    }

    @inline(__always)
    subscript(index: Int) -> Span { spans[index] }

    /// The spans of the record scanned last; valid until the next scan.
    var fields: UnsafeBufferPointer<Span> { UnsafeBufferPointer(start: spans, count: count) }

    /// Scans the record at `start`. The window's sentinels must stand at `end`; at `isAtEnd` the last record needs no
    /// line feed. Writes nothing to the window unless the record is complete; then doubled quotes become single.
    ///
    /// - Complexity: linear in the length of the record.
    mutating func scan(_ base: UnsafeMutablePointer<UInt8>, start: Int, end: Int, isAtEnd: Bool) -> Outcome {
        count = 0
        sawQuote = false
        if !escaped.isEmpty { escaped.removeAll(keepingCapacity: true) }
        var fieldStart = start
        var cursor = start
        if base[start] == UInt8(ascii: "\"") {
            switch scanQuoted(base, opensAt: start, end: end, isAtEnd: isAtEnd) {
            case .nextField(let position):
                fieldStart = position
                cursor = position
            case .outcome(let outcome): return outcome
            }
        }
        while true {
            var hits = separatorsAndLineFeeds(base + cursor)
            words: while hits != 0 {
                let hit = cursor + hits.trailingZeroBitCount >> 3
                hits &= hits &- 1
                if base[hit] == UInt8(ascii: "\n") {
                    if hit == end && !isAtEnd { return .incomplete(openQuote: nil) }
                    let hasReturn = hit > fieldStart && base[hit - 1] == UInt8(ascii: "\r")
                    let fieldEnd = hasReturn ? hit - 1 : hit
                    append(fieldStart, fieldEnd)
                    return finish(base, end: fieldEnd, next: hit == end ? end : hit + 1)
                }
                append(fieldStart, hit)
                fieldStart = hit + 1
                guard base[fieldStart] == UInt8(ascii: "\"") else { continue }
                switch scanQuoted(base, opensAt: fieldStart, end: end, isAtEnd: isAtEnd) {
                case .nextField(let position):
                    fieldStart = position
                    cursor = position - 8
                    break words
                case .outcome(let outcome): return outcome
                }
            }
            cursor += 8
        }
    }

    private enum QuotedField {
        case nextField(position: Int)
        case outcome(Outcome)
    }

    /// Scans quoted fields from `opensAt` on until one is followed by an unquoted field, or the record ends.
    private mutating func scanQuoted(
        _ base: UnsafeMutablePointer<UInt8>, opensAt: Int, end: Int, isAtEnd: Bool
    ) -> QuotedField {
        sawQuote = true
        var opensAt = opensAt
        while true {
            var hasEscape = false
            var closesAt = Self.nextQuote(base, from: opensAt + 1)
            // Behind the last byte read, a doubled quote cannot be told from a closing one.
            while closesAt + 1 < end, base[closesAt + 1] == UInt8(ascii: "\"") {
                hasEscape = true
                closesAt = Self.nextQuote(base, from: closesAt + 2)
            }
            if closesAt >= end || (closesAt + 1 == end && !isAtEnd) {
                return .outcome(.incomplete(openQuote: opensAt))
            }
            if hasEscape { escaped.append(count) }
            append(opensAt + 1, closesAt)
            let behind = closesAt + 1
            switch base[behind] {
            case separator:
                guard base[behind + 1] == UInt8(ascii: "\""), behind + 1 < end else {
                    return .nextField(position: behind + 1)
                }
                opensAt = behind + 1
            case UInt8(ascii: "\n"):
                return .outcome(finish(base, end: behind, next: behind == end ? end : behind + 1))
            case UInt8(ascii: "\r") where behind + 1 == end:
                return .outcome(isAtEnd ? finish(base, end: behind, next: end) : .incomplete(openQuote: nil))
            case UInt8(ascii: "\r") where base[behind + 1] == UInt8(ascii: "\n"):
                return .outcome(finish(base, end: behind, next: behind + 2))
            default:
                return .outcome(.textBehindQuote(position: behind))
            }
        }
    }

    @inline(__always)
    private mutating func append(_ start: Int, _ end: Int) {
        if count == capacity { grow() }
        spans[count] = Span(start: UInt32(truncatingIfNeeded: start), end: UInt32(truncatingIfNeeded: end))
        count += 1
    }

    @inline(never)
    private mutating func grow() {
        let larger = UnsafeMutablePointer<Span>.allocate(capacity: 2 * capacity)
        larger.update(from: spans, count: count)
        spans.deallocate()
        spans = larger
        capacity *= 2
    }

    @inline(__always)
    private mutating func finish(_ base: UnsafeMutablePointer<UInt8>, end: Int, next: Int) -> Outcome {
        if sawQuote { unescape(base) }
        return .record(end: end, next: next)
    }

    private mutating func unescape(_ base: UnsafeMutablePointer<UInt8>) {
        for field in escaped {
            var target = Int(spans[field].start)
            var from = target
            let end = Int(spans[field].end)
            while from < end {
                base[target] = base[from]
                from += base[from] == UInt8(ascii: "\"") ? 2 : 1
                target += 1
            }
            spans[field].end = UInt32(truncatingIfNeeded: target)
        }
    }

    private static let sevens: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
    private static let lineFeeds: UInt64 = 0x0a0a_0a0a_0a0a_0a0a
    private static let quotes: UInt64 = 0x2222_2222_2222_2222

    @inline(__always)
    private static func load(_ pointer: UnsafeMutablePointer<UInt8>) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(pointer).loadUnaligned(as: UInt64.self))
    }

    /// The top bit of each byte that is *not* zero; the lower bits are noise. No carry leaves its byte.
    @inline(__always)
    private static func nonzeroBytes(_ word: UInt64) -> UInt64 {
        ((word & sevens) &+ sevens) | word
    }

    /// The top bit of each of the eight bytes that is a separator or a line feed.
    @inline(__always)
    private func separatorsAndLineFeeds(_ pointer: UnsafeMutablePointer<UInt8>) -> UInt64 {
        let word = Self.load(pointer)
        return ~(Self.nonzeroBytes(word ^ separators) & Self.nonzeroBytes(word ^ Self.lineFeeds)) & ~Self.sevens
    }

    /// The first quote at or behind `position`; at the latest the sentinel behind the end of the window.
    private static func nextQuote(_ base: UnsafeMutablePointer<UInt8>, from position: Int) -> Int {
        var cursor = position
        while true {
            let hits = ~nonzeroBytes(load(base + cursor) ^ quotes) & ~sevens
            if hits != 0 { return cursor + hits.trailingZeroBitCount >> 3 }
            cursor += 8
        }
    }
}
