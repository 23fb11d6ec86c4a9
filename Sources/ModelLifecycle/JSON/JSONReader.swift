import Determinism

/// Reads JSON (RFC 8259) strictly, value by value, straight from bytes: no tree is built, every error names its byte.
///
/// Numbers go through ``DecimalText``, so that JSON and CSV give the same double. A value that is skipped is checked as
/// strictly as one that is read. Strings must be UTF-8; those without escapes are handed out where they lie.
/// Complexity: O(bytes) time, no allocation but for strings with escapes.
public struct JSONReader: ~Copyable {
    public struct Failure: Error, Equatable, CustomStringConvertible {
        /// Where, in bytes from the beginning of the text.
        public let offset: Int
        public let reason: String

        public var description: String { "byte \(offset): \(reason)" }
    }

    public enum Kind: Sendable {
        case object, array, string, number, boolean, null

        public var name: String {
            switch self {
            case .object: "an object"
            case .array: "an array"
            case .string: "a string"
            case .number: "a number"
            case .boolean: "true or false"
            case .null: "null"
            }
        }
    }

    /// How deep values may be nested.
    public static let depthMax = 64

    private let bytes: UnsafeBufferPointer<UInt8>
    public private(set) var offset = 0
    private var depth = 0
    /// Room for one string without its escapes, which is never longer than the text; made when first needed.
    private var unescaped: UnsafeMutableBufferPointer<UInt8>?
    private var unescapedCount = 0

    /// - Parameter bytes: must outlive the reader.
    public init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    deinit {
        unescaped?.deallocate()
    }

    // MARK: Structure

    /// The kind of the value that comes next.
    public mutating func peek() throws(Failure) -> Kind {
        skipSpace()
        guard offset < bytes.count else { throw failure("the text ends where a value is expected") }
        switch bytes[offset] {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .boolean
        case UInt8(ascii: "n"): return .null
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
        default: throw failure("a value is expected, found \(found)")
        }
    }

    public mutating func beginObject() throws(Failure) { try begin(UInt8(ascii: "{")) }
    public mutating func beginArray() throws(Failure) { try begin(UInt8(ascii: "[")) }

    /// Moves to the next member of an object and hands out its key, which is valid until the next string is read; nil
    /// at the object's end.
    public mutating func nextKey(isFirst: Bool) throws(Failure) -> UnsafeBufferPointer<UInt8>? {
        skipSpace()
        if take(UInt8(ascii: "}")) {
            depth -= 1
            return nil
        }
        if !isFirst {
            guard take(UInt8(ascii: ",")) else { throw failure("',' or '}' is expected, found \(found)") }
            skipSpace()
        }
        guard offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") else {
            throw failure("a key in quotes is expected, found \(found)")
        }
        let key = try string()
        skipSpace()
        guard take(UInt8(ascii: ":")) else { throw failure("':' is expected after a key, found \(found)") }
        return key
    }

    /// Moves to the next element of an array; false at the array's end.
    public mutating func nextElement(isFirst: Bool) throws(Failure) -> Bool {
        skipSpace()
        if take(UInt8(ascii: "]")) {
            depth -= 1
            return false
        }
        if !isFirst {
            guard take(UInt8(ascii: ",")) else { throw failure("',' or ']' is expected, found \(found)") }
            skipSpace()
        }
        return true
    }

    /// Demands that nothing follows but white space.
    public mutating func finish() throws(Failure) {
        skipSpace()
        guard offset == bytes.count else { throw failure("nothing is expected after the value, found \(found)") }
    }

    private mutating func begin(_ opening: UInt8) throws(Failure) {
        skipSpace()
        guard take(opening) else {
            throw failure("\(opening == UInt8(ascii: "{") ? "an object" : "an array") is expected, found \(found)")
        }
        depth += 1
        guard depth <= Self.depthMax else { throw failure("values are nested deeper than \(Self.depthMax)") }
    }

    // MARK: Values

    /// Reads a string and hands out its bytes, valid until the next string is read.
    public mutating func string() throws(Failure) -> UnsafeBufferPointer<UInt8> {
        skipSpace()
        guard take(UInt8(ascii: "\"")) else { throw failure("a string is expected, found \(found)") }
        let start = offset
        var isASCII = true
        while offset < bytes.count {
            let byte = bytes[offset]
            if byte == UInt8(ascii: "\"") {
                let text = UnsafeBufferPointer(rebasing: bytes[start..<offset])
                if !isASCII, !UTF8Check.isValid(text) { throw failure("a string that is not UTF-8", at: start) }
                offset += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { return try stringWithEscapes(from: start) }
            guard byte >= 0x20 else { throw failure("a control character within a string must be escaped") }
            if byte >= 0x80 { isASCII = false }
            offset += 1
        }
        throw failure("the string that begins at byte \(start - 1) does not end")
    }

    /// The bytes of the number that comes next, as they stand; its grammar is checked.
    public mutating func numberText() throws(Failure) -> UnsafeBufferPointer<UInt8> {
        skipSpace()
        let start = offset
        _ = take(UInt8(ascii: "-"))
        if take(UInt8(ascii: "0")) {
            guard !isDigit else { throw failure("a number must not begin with 0") }
        } else {
            try digits("a number")
        }
        if take(UInt8(ascii: ".")) { try digits("a fraction") }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits("an exponent")
        }
        return UnsafeBufferPointer(rebasing: bytes[start..<offset])
    }

    public mutating func boolean() throws(Failure) -> Bool {
        skipSpace()
        if takeWord("true") { return true }
        if takeWord("false") { return false }
        throw failure("true or false is expected, found \(found)")
    }

    public mutating func null() throws(Failure) {
        skipSpace()
        guard takeWord("null") else { throw failure("null is expected, found \(found)") }
    }

    /// Passes over the value that comes next, checking it.
    public mutating func skip() throws(Failure) {
        switch try peek() {
        case .object:
            try beginObject()
            var isFirst = true
            while try nextKey(isFirst: isFirst) != nil {
                isFirst = false
                try skip()
            }
        case .array:
            try beginArray()
            var isFirst = true
            while try nextElement(isFirst: isFirst) {
                isFirst = false
                try skip()
            }
        case .string: _ = try string()
        case .number: _ = try numberText()
        case .boolean: _ = try boolean()
        case .null: try null()
        }
    }

    // MARK: Pieces

    private mutating func stringWithEscapes(from start: Int) throws(Failure) -> UnsafeBufferPointer<UInt8> {
        unescapedCount = 0
        if unescaped == nil { unescaped = .allocate(capacity: bytes.count) }
        for index in start..<offset { append(bytes[index]) }
        while offset < bytes.count {
            let byte = bytes[offset]
            offset += 1
            if byte == UInt8(ascii: "\"") {
                let text = UnsafeBufferPointer(start: unescaped?.baseAddress, count: unescapedCount)
                guard UTF8Check.isValid(text) else { throw failure("a string that is not UTF-8", at: start) }
                return text
            }
            guard byte >= 0x20 else { throw failure("a control character within a string must be escaped") }
            if byte == UInt8(ascii: "\\") { try escape() } else { append(byte) }
        }
        throw failure("the string that begins at byte \(start - 1) does not end")
    }

    private mutating func append(_ byte: UInt8) {
        unescaped?[unescapedCount] = byte
        unescapedCount += 1
    }

    private mutating func escape() throws(Failure) {
        guard offset < bytes.count else { throw failure("an escape does not end") }
        let byte = bytes[offset]
        offset += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): append(byte)
        case UInt8(ascii: "b"): append(0x08)
        case UInt8(ascii: "f"): append(0x0C)
        case UInt8(ascii: "n"): append(0x0A)
        case UInt8(ascii: "r"): append(0x0D)
        case UInt8(ascii: "t"): append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800..<0xDC00).contains(code) {
                guard takeWord("\\u") else { throw failure("half of a surrogate pair") }
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("half of a surrogate pair") }
            for byte in String(scalar).utf8 { append(byte) }
        default: throw failure("no escape begins like this", at: offset - 1)
        }
    }

    private mutating func hexadecimal() throws(Failure) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            guard offset < bytes.count, let digit = Character(Unicode.Scalar(bytes[offset])).hexDigitValue else {
                throw failure("four hexadecimal digits are expected")
            }
            code = code << 4 | UInt32(digit)
            offset += 1
        }
        return code
    }

    private var isDigit: Bool {
        offset < bytes.count && bytes[offset] >= UInt8(ascii: "0") && bytes[offset] <= UInt8(ascii: "9")
    }

    private mutating func digits(_ what: String) throws(Failure) {
        guard isDigit else { throw failure("\(what) needs a digit here, found \(found)") }
        while isDigit { offset += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard offset < bytes.count, bytes[offset] == byte else { return false }
        offset += 1
        return true
    }

    private mutating func takeWord(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard offset + count <= bytes.count else { return false }
        for i in 0..<count where bytes[offset + i] != word.utf8Start[i] { return false }
        offset += count
        return true
    }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default: return
            }
        }
    }

    private var found: String {
        guard offset < bytes.count else { return "the end of the text" }
        let byte = bytes[offset]
        return byte > 0x20 && byte < 0x7F ? "'\(Unicode.Scalar(byte))'" : "byte 0x\(String(byte, radix: 16))"
    }

    private func failure(_ reason: String, at offset: Int? = nil) -> Failure {
        Failure(offset: offset ?? self.offset, reason: reason)
    }
}

/// Whether bytes are well-formed UTF-8.
public enum UTF8Check {
    public static func isValid(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        if bytes.allSatisfy({ $0 < 0x80 }) { return true }
        return String(validating: bytes, as: UTF8.self) != nil
    }
}
