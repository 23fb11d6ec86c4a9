/// Finds the elements of one JSON array in memory, without looking inside: brackets are counted, strings passed over.
struct JSONElements {
    enum Outcome {
        /// An element lies here; what comes next begins behind it.
        case element(Range<Int>)
        /// More bytes are needed.
        case more
        /// The array is closed, and nothing follows it.
        case end
        case malformed(String)
    }

    private enum Place {
        case beforeArray, beforeElement, behindElement, behindArray
    }

    /// The line of the next byte, from 1, and that in which the element begins.
    private(set) var line = 1
    private(set) var firstLine = 1
    private var place = Place.beforeArray
    private var hasElements = false
    /// Bytes looked at since ``begin()``.
    private var scanned = 0
    private var start: Int?
    private var depth = 0
    private var isInString = false
    private var isEscaped = false

    /// Begins where the last element ended.
    mutating func begin() {
        (scanned, start, depth) = (0, nil, 0)
        (isInString, isEscaped) = (false, false)
    }

    /// Looks on through the bytes that begin where the last element ended; they only grow until one is found.
    mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, isAtEnd: Bool) -> Outcome {
        while scanned < bytes.count {
            let byte = bytes[scanned]
            if let start {
                if let end = inside(byte) {
                    place = .behindElement
                    return .element(start..<end)
                }
            } else if let outcome = between(byte) {
                return outcome
            }
            if byte == UInt8(ascii: "\n") { line += 1 }
            scanned += 1
        }
        guard isAtEnd else { return .more }
        return place == .behindArray ? .end : .malformed("the array is not closed")
    }

    /// A byte of an element. - Returns: where the element ends, where it does.
    private mutating func inside(_ byte: UInt8) -> Int? {
        if isInString {
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else if byte == UInt8(ascii: "\"") {
                isInString = false
            }
            return nil
        }
        switch byte {
        case UInt8(ascii: "\""): isInString = true
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            // Of a bare value the array's own bracket is the end.
            if depth == 0 { return scanned }
            depth -= 1
            if depth == 0 { return scanned + 1 }
        case UInt8(ascii: ","): if depth == 0 { return scanned }
        default: break
        }
        return nil
    }

    /// A byte between elements.
    private mutating func between(_ byte: UInt8) -> Outcome? {
        if [0x20, 0x09, 0x0a, 0x0d].contains(byte) { return nil }
        switch (place, byte) {
        case (.beforeArray, UInt8(ascii: "[")): place = .beforeElement
        case (.beforeElement, UInt8(ascii: "]")) where !hasElements: place = .behindArray
        case (.behindElement, UInt8(ascii: "]")): place = .behindArray
        case (.behindElement, UInt8(ascii: ",")): place = .beforeElement
        case (.beforeElement, UInt8(ascii: ",")), (.beforeElement, UInt8(ascii: "]")):
            return .malformed("an element of the array is missing")
        case (.beforeElement, _):
            (start, firstLine, hasElements) = (scanned, line, true)
            _ = inside(byte)
        case (.behindElement, _): return .malformed("a comma is missing between two elements of the array")
        case (.beforeArray, _), (.behindArray, _): return .malformed("text follows the array")
        }
        return nil
    }
}
