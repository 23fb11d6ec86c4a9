/// Reads what `CanonicalEncoder` wrote, and refuses whatever it would not have written.
///
/// Bytes that decode are therefore the only bytes that decode to that value: decoding and encoding again gives them
/// back. A `count` that the remaining bytes cannot hold is refused before anything is allocated for it.
/// After an error the decoder stands at an unspecified offset; throw it away.
public struct CanonicalDecoder: Sendable {
    @usableFromInline let bytes: [UInt8]
    @usableFromInline let start: Int
    @usableFromInline let end: Int
    @usableFromInline var position: Int

    /// How many bytes have been read.
    @inlinable public var offset: Int { position &- start }

    /// How many bytes have not been read.
    @inlinable public var remainingCount: Int { end &- position }

    /// Whether every byte has been read.
    @inlinable public var isAtEnd: Bool { position == end }

    @inlinable
    public init(_ bytes: [UInt8]) {
        self.init(bytes, in: bytes.indices)
    }

    /// Reads a part of some bytes. - Precondition: they have it.
    @inlinable
    public init(_ bytes: [UInt8], in range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count, "no such part")
        self.bytes = bytes
        (start, end, position) = (range.lowerBound, range.upperBound, range.lowerBound)
    }

    @inlinable
    public mutating func byte() throws(CanonicalDecodingError) -> UInt8 {
        guard position < end else { throw failure("a byte is missing") }
        defer { position &+= 1 }
        return bytes[position]
    }

    /// The same decoder some bytes before. - Precondition: it has read so many.
    @inlinable
    public func rewound(by count: Int) -> Self {
        precondition(offset >= count, "so many bytes were not read")
        var earlier = self
        earlier.position &-= count
        return earlier
    }

    /// Refuses bytes other than 0 and 1.
    @inlinable
    public mutating func bool() throws(CanonicalDecodingError) -> Bool {
        let start = position
        let value = try byte()
        guard value <= 1 else { throw failure("a boolean is neither 0 nor 1", at: start) }
        return value == 1
    }

    /// Refuses varints that are longer than they need be or exceed 64 bits.
    @inlinable
    @inline(__always)
    public mutating func uint() throws(CanonicalDecodingError) -> UInt64 {
        if position < end, bytes[position] < 0x80 {
            defer { position &+= 1 }
            return UInt64(bytes[position])
        }
        return try outlinedLongUint()
    }

    /// The same as ``uint()``, without guessing that it is short: the quicker where lengths are mixed. Up to eight
    /// bytes are read at once where so many follow.
    @inlinable
    @inline(__always)
    public mutating func longUint() throws(CanonicalDecodingError) -> UInt64 {
        guard end &- position >= 8 else { return try uintByteByByte() }
        let word = bytes.withUnsafeBytes {
            UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        }
        // The highest bit of each byte that ends a varint.
        let ends = ~word & 0x8080_8080_8080_8080
        guard ends != 0 else { return try uintByteByByte() }
        let bitCount = UInt64(ends.trailingZeroBitCount &+ 1)
        var value = word & (~0 &>> (64 &- bitCount)) & 0x7f7f_7f7f_7f7f_7f7f
        guard value &>> (bitCount &- 8) != 0 || bitCount == 8 else { throw failure("a varint is not minimal") }
        // Groups of 7 bits become groups of 14, then of 28, then one.
        value = value & 0x007f_007f_007f_007f | (value & 0x7f00_7f00_7f00_7f00) &>> 1
        value = value & 0x0000_3fff_0000_3fff | (value & 0x3fff_0000_3fff_0000) &>> 2
        value = value & 0x0000_0000_0fff_ffff | (value & 0x0fff_ffff_0000_0000) &>> 4
        position &+= Int(truncatingIfNeeded: bitCount &>> 3)
        return value
    }

    @inlinable
    @inline(never)
    mutating func outlinedLongUint() throws(CanonicalDecodingError) -> UInt64 {
        try longUint()
    }

    @inlinable
    @inline(never)
    mutating func uintByteByByte() throws(CanonicalDecodingError) -> UInt64 {
        let start = position
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let next = try byte()
            guard shift < 63 || next <= 1 else { throw failure("a varint exceeds 64 bits", at: start) }
            value |= UInt64(next & 0x7f) &<< shift
            if next < 0x80 {
                guard next != 0 || shift == 0 else { throw failure("a varint is not minimal", at: start) }
                return value
            }
            shift &+= 7
        }
    }

    /// A number of elements of at least one byte each; refused if the remaining bytes cannot hold them.
    @inlinable
    public mutating func count() throws(CanonicalDecodingError) -> Int {
        try count(elementBytes: 1)
    }

    /// A number of elements of at least `elementBytes` bytes each (a positive number); refused if the remaining bytes
    /// cannot hold them.
    @inlinable
    public mutating func count(elementBytes: Int) throws(CanonicalDecodingError) -> Int {
        precondition(elementBytes > 0, "an element has at least one byte")
        let start = position
        let value = try uint()
        guard value <= UInt64((end &- position) / elementBytes) else {
            throw failure("a count is larger than the remaining bytes allow", at: start)
        }
        return Int(value)
    }

    @inlinable
    public mutating func int() throws(CanonicalDecodingError) -> Int64 {
        let value = try uint()
        return Int64(bitPattern: value &>> 1) ^ -Int64(bitPattern: value & 1)
    }

    /// Refuses −0 and every NaN but `7ff8000000000000`.
    @inlinable
    public mutating func double() throws(CanonicalDecodingError) -> Double {
        let start = position
        let pattern = try fixed64()
        let value = Double(bitPattern: pattern)
        guard pattern != 0x8000_0000_0000_0000 else { throw failure("a double is −0", at: start) }
        guard !value.isNaN || pattern == 0x7ff8_0000_0000_0000 else {
            throw failure("a NaN is not the canonical one", at: start)
        }
        return value
    }

    @inlinable
    public mutating func fixed64() throws(CanonicalDecodingError) -> UInt64 {
        guard end &- position >= 8 else { throw failure("8 bytes are missing") }
        defer { position &+= 8 }
        return bytes.withUnsafeBytes { raw in
            UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: position, as: UInt64.self))
        }
    }

    @inlinable
    public mutating func fingerprint() throws(CanonicalDecodingError) -> Fingerprint {
        let low = try fixed64()
        return Fingerprint(high: try fixed64(), low: low)
    }

    public mutating func digest() throws(CanonicalDecodingError) -> Digest {
        guard let digest = Digest(bytes: try take(Digest.byteCount)) else { throw failure("a digest is too short") }
        return digest
    }

    @inlinable
    public mutating func blob() throws(CanonicalDecodingError) -> [UInt8] {
        Array(try take(try count()))
    }

    /// Hands out a blob where it lies.
    @inlinable
    public mutating func withBlob(
        _ body: (UnsafeBufferPointer<UInt8>) -> Void
    ) throws(CanonicalDecodingError) {
        let count = try count()
        bytes.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[position..<position &+ count]))
        }
        position &+= count
    }

    /// Passes over a blob, and hands out what reads it where it lies.
    public mutating func part() throws(CanonicalDecodingError) -> CanonicalDecoder {
        let count = try count()
        defer { position &+= count }
        return CanonicalDecoder(bytes, in: position..<position &+ count)
    }

    /// Refuses bytes that are not valid UTF-8.
    public mutating func string() throws(CanonicalDecodingError) -> String {
        let start = position
        guard let value = String(validating: try take(try count()), as: UTF8.self) else {
            throw failure("a string is not valid UTF-8", at: start)
        }
        return value
    }

    @inlinable
    public mutating func doubles() throws(CanonicalDecodingError) -> [Double] {
        let count = try count(elementBytes: 8)
        var values: [Double] = []
        values.reserveCapacity(count)
        for _ in 0..<count { values.append(try double()) }
        return values
    }

    /// What `decode` reads, if a value was written.
    @inlinable
    public mutating func optional<T>(
        _ decode: (inout Self) throws(CanonicalDecodingError) -> T
    ) throws(CanonicalDecodingError) -> T? {
        try bool() ? try decode(&self) : nil
    }

    /// Refuses bytes that have not been read.
    @inlinable
    public func finish() throws(CanonicalDecodingError) {
        guard isAtEnd else { throw failure("bytes are left over") }
    }

    @inlinable
    mutating func take(_ count: Int) throws(CanonicalDecodingError) -> ArraySlice<UInt8> {
        guard end &- position >= count else { throw failure("\(count) bytes are needed, \(end - position) remain") }
        defer { position &+= count }
        return bytes[position..<position &+ count]
    }

    // Not inlined: building an error is rare and would bloat every reader.
    @usableFromInline
    func failure(_ reason: String, at offset: Int? = nil) -> CanonicalDecodingError {
        CanonicalDecodingError(offset: (offset ?? position) &- start, reason: reason)
    }
}
