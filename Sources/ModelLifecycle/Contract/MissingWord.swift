/// The words by which programs write that there is no value: `NA` (R), `NaN` (pandas), `?` (Weka), `\N` (MySQL), ….
///
/// In a table such a word is read as an empty cell wherever it cannot be a value: in a number, a boolean or a
/// timestamp, and for a label that is a number or one of the classes listed. A category, a text and an open class may
/// well be `NA`.
public enum MissingWord {
    private static let words: [StaticString] = [
        "?", "-", "--", ".", "na", "n/a", "nan", "nil", "nat", "#n/a", "null", "none", "<na>", "\\n",
    ]
    static let byteCountMax = 4

    /// Whether a text is one of the words, in any case.
    public static func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = text.first, text.count <= byteCountMax else { return false }
        // No word begins with a digit, or a sign and a digit, and most of what is asked about does.
        guard !isDigit(first), text.count == 1 || !isDigit(text[1]) else { return false }
        return words.contains { word in
            guard text.count == word.utf8CodeUnitCount else { return false }
            return text.indices.allSatisfy { lowercase(text[$0]) == word.utf8Start[$0] }
        }
    }

    @inline(__always)
    private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

    private static func lowercase(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
