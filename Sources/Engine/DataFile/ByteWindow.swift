/// The part of a `ByteSource` that a reader looks at: one reusable buffer holding the unread bytes in one piece.
///
/// Two sentinels stand behind the last byte, a line feed and a quote, so that a scanner looking for either needs no
/// bounds check: a hit at or behind `end` means that the record is not complete. `paddingBytes` behind `end` may be
/// read (simdjson and eight-byte loads do), whatever they contain.
struct ByteWindow: ~Copyable {
    static let paddingBytes = 64

    let source: ByteSource
    private(set) var base: UnsafeMutablePointer<UInt8>
    private(set) var capacity: Int
    /// The first unread byte: the start of the record being read.
    private(set) var start = 0
    /// Behind the last byte read from the source.
    private(set) var end = 0
    private(set) var isAtEnd = false

    init(source: ByteSource, chunkBytes: Int) {
        self.source = source
        capacity = max(4, chunkBytes)
        base = .allocate(capacity: capacity + Self.paddingBytes)
        base.initialize(repeating: 0, count: capacity + Self.paddingBytes)
        setSentinels()
    }

    deinit {
        base.deallocate()
    }

    /// Gives up the bytes before `position`.
    @inline(__always)
    mutating func consume(to position: Int) {
        assert(position >= start && position <= end)
        start = position
    }

    /// Reads more behind `end`, moving the unread bytes to the front or growing the buffer where there is no room.
    ///
    /// Pointers and positions from before are invalid: `start` may have become 0. Growing doubles, so that scanning a
    /// long record anew after each growth stays linear in its length.
    mutating func fill() throws(DataFileError) {
        if end >= capacity - capacity / 4, !isAtEnd {
            let unread = end - start
            if unread >= capacity / 2 {
                grow(keeping: unread)
            } else {
                base.update(from: base + start, count: unread)
            }
            start = 0
            end = unread
        }
        let free = UnsafeMutableRawBufferPointer(start: base + end, count: capacity - end)
        let count = isAtEnd ? 0 : try source.read(into: free)
        end += count
        isAtEnd = count == 0
        setSentinels()
    }

    private mutating func grow(keeping unread: Int) {
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: 2 * capacity + Self.paddingBytes)
        larger.initialize(repeating: 0, count: 2 * capacity + Self.paddingBytes)
        larger.update(from: base + start, count: unread)
        base.deallocate()
        base = larger
        capacity *= 2
    }

    private mutating func setSentinels() {
        base[end] = UInt8(ascii: "\n")
        base[end + 1] = UInt8(ascii: "\"")
    }

    /// Skips a UTF-8 byte order mark. To be called before anything was consumed.
    mutating func skipByteOrderMark() throws(DataFileError) {
        // A live pipe that begins with anything else is not waited for.
        while end - start < 3 && !isAtEnd && (end == start || base[start] == 0xef) { try fill() }
        if end - start >= 3, base[start] == 0xef, base[start + 1] == 0xbb, base[start + 2] == 0xbf { start += 3 }
    }
}
