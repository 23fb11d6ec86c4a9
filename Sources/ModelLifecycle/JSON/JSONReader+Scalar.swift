import Determinism

extension JSONReader {
    /// The text of a string, a number or a truth value: what a cell of a table would hold. So a value means the same
    /// whichever way it comes in: `107` and `"107"`, `true` and `"true"`. A number keeps its spelling.
    ///
    /// - Returns: nil, with nothing read, where an object, an array or null stands. The text is valid until the reader
    ///   reads on.
    mutating func scalarText() throws(Failure) -> UnsafeBufferPointer<UInt8>? {
        switch try peek() {
        case .string: try string()
        case .number: try numberText()
        case .boolean: try boolean() ? Self.trueText : Self.falseText
        case .object, .array, .null: nil
        }
    }

    private static var trueText: UnsafeBufferPointer<UInt8> { text("true") }
    private static var falseText: UnsafeBufferPointer<UInt8> { text("false") }

    private static func text(_ word: StaticString) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount)
    }
}
