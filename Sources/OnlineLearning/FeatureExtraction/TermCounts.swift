import Determinism

/// The terms of a text and how often each comes, in the order in which they first come: room to work in, used from text
/// to text.
///
/// A *word* is as River's pattern `\b\w[\w\-]+\b` has it: a letter, digit or underscore, then more of these or hyphens,
/// at least one, and no hyphen at the end. A *term* is one word, or several neighbours.
///
/// What a letter is and what its lower case is must never change with a library's tables, so it is told by bytes: ASCII
/// is exact; beyond it every character counts as a letter but those of the blocks of Latin-1 and of general and CJK
/// punctuation, and lower case is known for ASCII and for the Latin-1 and the basic Cyrillic letters. Accents stay.
struct TermCounts: Sendable {
    private(set) var terms = FingerprintTable()
    private(set) var counts: [Double] = []
    /// How many terms there are, repetitions included.
    private(set) var total = 0.0
    /// The words with a space between each two.
    private var bytes: [UInt8] = []
    private var starts: [Int] = []
    private var ends: [Int] = []

    init() {}

    /// Takes a text apart. Complexity: O(bytes · sizes of terms), no allocation once the room has grown.
    mutating func count(_ text: UnsafeRawBufferPointer, _ rule: TermRule) {
        terms.removeAll()
        counts.removeAll(keepingCapacity: true)
        bytes.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        ends.removeAll(keepingCapacity: true)
        total = 0
        findWords(text, rule)
        for size in rule.sizes where size <= starts.count {
            for first in 0...(starts.count - size) {
                let range = starts[first]..<ends[first + size - 1]
                add(bytes.withUnsafeBytes { Fingerprint(UnsafeRawBufferPointer(rebasing: $0[range])) })
            }
        }
    }

    private mutating func add(_ term: Fingerprint) {
        total += 1
        if let slot = terms.slot(of: term) {
            counts[slot] += 1
        } else {
            terms.append(term)
            counts.append(1)
        }
    }

    private mutating func findWords(_ text: UnsafeRawBufferPointer, _ rule: TermRule) {
        var index = 0
        while index < text.count {
            guard Self.letterLength(text, index) > 0 else {
                index += 1
                continue
            }
            let start = bytes.count
            // Up to the last letter; hyphens after it belong to nothing.
            var (end, characters, charactersAtEnd) = (start, 0, 0)
            while index < text.count {
                let length = Self.letterLength(text, index)
                guard length > 0 || text[index] == UInt8(ascii: "-") else { break }
                append(text, index, max(length, 1), rule.lowercase)
                index += max(length, 1)
                characters += 1
                if length > 0 { (end, charactersAtEnd) = (bytes.count, characters) }
            }
            bytes.removeLast(bytes.count - end)
            let isWord = charactersAtEnd >= 2 && !isStopWord(start, end, rule)
            guard isWord else {
                bytes.removeLast(end - start)
                continue
            }
            starts.append(start)
            ends.append(end)
            bytes.append(UInt8(ascii: " "))
        }
    }

    private func isStopWord(_ start: Int, _ end: Int, _ rule: TermRule) -> Bool {
        guard rule.stopWords.count > 0 else { return false }
        let word = bytes.withUnsafeBytes { Fingerprint(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
        return rule.stopWords.slot(of: word) != nil
    }

    /// How many bytes the letter that begins here has; 0 where none does.
    private static func letterLength(_ text: UnsafeRawBufferPointer, _ index: Int) -> Int {
        let byte = text[index]
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A: return 1
        case ..<0x80: return 0
        case 0xC0...0xDF:
            // U+0080–U+00BF: controls and punctuation, but ª, µ and º; U+00D7 and U+00F7: × and ÷.
            guard index + 1 < text.count else { return 1 }
            let next = text[index + 1]
            if byte == 0xC2 { return next == 0xAA || next == 0xB5 || next == 0xBA ? 2 : 0 }
            if byte == 0xC3 { return next == 0x97 || next == 0xB7 ? 0 : 2 }
            return 2
        case 0xE0...0xEF:
            guard index + 2 < text.count else { return 1 }
            // U+2000–U+206F and U+3000–U+303F.
            let next = text[index + 1]
            if byte == 0xE2, next == 0x80 || (next == 0x81 && text[index + 2] < 0xB0) { return 0 }
            if byte == 0xE3, next == 0x80 { return 0 }
            return 3
        case 0xF0...: return min(4, text.count - index)
        // The rest of a character of which the beginning was no letter.
        default: return 0
        }
    }

    private mutating func append(_ text: UnsafeRawBufferPointer, _ index: Int, _ length: Int, _ lowercase: Bool) {
        let byte = text[index]
        guard lowercase else {
            for offset in 0..<length { bytes.append(text[index + offset]) }
            return
        }
        if length == 1 {
            bytes.append((0x41...0x5A).contains(byte) ? byte + 0x20 : byte)
            return
        }
        let next = text[index + 1]
        switch (byte, next) {
        case (0xC3, 0x80...0x9E): append(byte, next + 0x20)
        case (0xD0, 0x90...0x9F): append(byte, next + 0x20)
        case (0xD0, 0xA0...0xAF): append(0xD1, next - 0x20)
        default: for offset in 0..<length { bytes.append(text[index + offset]) }
        }
    }

    private mutating func append(_ first: UInt8, _ second: UInt8) {
        bytes.append(first)
        bytes.append(second)
    }
}

/// What terms are made of.
struct TermRule: Sendable {
    let lowercase: Bool
    /// How many words a term has.
    let sizes: ClosedRange<Int>
    private(set) var stopWords = FingerprintTable()

    init(_ arguments: Arguments) {
        lowercase = arguments.boolean("lowercase")
        let ends = arguments.numbers("ngram_range").map { Int($0) }
        sizes = ends[0]...ends[1]
        for word in arguments.names("stop_words") {
            let key = Fingerprint(word)
            if stopWords.slot(of: key) == nil { stopWords.append(key) }
        }
    }

    static let parameters: [ParameterDeclaration] = [
        ParameterDeclaration("lowercase", .boolean, default: .boolean(true), "take capital letters for small ones"),
        ParameterDeclaration("ngram_range", .span(1...5), default: .numbers([1, 1]), "how many words make a term"),
        ParameterDeclaration("stop_words", .names, default: .names([]), "words to leave out"),
        ParameterDeclaration(
            "max_terms", .integer(1...10_000_000), default: .integer(100_000), "columns; later terms share one"),
    ]
}
