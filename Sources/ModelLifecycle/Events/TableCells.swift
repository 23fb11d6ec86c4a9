/// The cells of one row of a table, where they lie in memory.
public struct TableCells {
    /// Where a cell lies in the table's bytes, without the quotes around it.
    public struct Span: Sendable {
        public var start: UInt32
        public var end: UInt32

        @inlinable
        @inline(__always)
        public init(start: UInt32, end: UInt32) {
            (self.start, self.end) = (start, end)
        }
    }

    @usableFromInline let bytes: UnsafePointer<UInt8>
    @usableFromInline let spans: UnsafeBufferPointer<Span>

    /// - Precondition: every span lies within the bytes, which hold as long as this is used; eight bytes may be read
    ///   wherever a span begins, whatever lies behind its end.
    @inlinable
    @inline(__always)
    public init(_ bytes: UnsafePointer<UInt8>, _ spans: UnsafeBufferPointer<Span>) {
        (self.bytes, self.spans) = (bytes, spans)
    }

    @inlinable
    @inline(__always)
    public var count: Int { spans.count }

    /// The bytes of a cell. That of a bare empty cell has no base address, that of an empty string, which stands in
    /// quotes, has one. - Precondition: there is such a cell.
    @inlinable
    @inline(__always)
    public subscript(column: Int) -> UnsafeBufferPointer<UInt8> {
        let span = spans[column]
        guard span.start != span.end || isQuoted(span) else { return UnsafeBufferPointer(start: nil, count: 0) }
        return UnsafeBufferPointer(start: bytes + Int(span.start), count: Int(span.end &- span.start))
    }

    /// The first bytes of a cell, up to eight of them, the first the lowest, and how many bytes it has. Above the bytes
    /// of a shorter one lies anything. - Precondition: there is such a cell.
    @inlinable
    @inline(__always)
    func word(_ column: Int) -> (word: UInt64, count: Int) {
        let span = spans[column]
        let start = UnsafeRawPointer(bytes + Int(span.start))
        return (UInt64(littleEndian: start.loadUnaligned(as: UInt64.self)), Int(span.end &- span.start))
    }

    /// Whether a quote stands before an empty cell: before a bare one stands a separator or a line end.
    @inlinable
    func isQuoted(_ span: Span) -> Bool {
        span.start > 0 && bytes[Int(span.start) - 1] == UInt8(ascii: "\"")
    }
}
