/// A Swift file with its code apart from comments and texts. Not a parser: as much as the rules of the house need.
struct SwiftFile {
    let path: String
    let lines: [Substring]
    /// The same lines with comments and string literals blanked out.
    let code: [Substring]

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        code = CodeBlanker.blank(text).split(separator: "\n", omittingEmptySubsequences: false)
    }

    /// The modules imported.
    var imports: [String] {
        code.compactMap { line in
            let words = line.split(separator: " ")
            guard let keyword = words.firstIndex(of: "import"), keyword + 1 < words.count else { return nil }
            return String(words[keyword + 1])
        }
    }

    struct Function {
        let line: Int
        let lineCount: Int
    }

    /// The functions and initializers with a body; those inside others count for both.
    var functions: [Function] {
        var functions: [Function] = []
        for index in code.indices where declaresFunction(code[index]) {
            guard let end = bodyEnd(from: index) else { continue }
            functions.append(Function(line: index + 1, lineCount: end - index + 1))
        }
        return functions
    }

    private func declaresFunction(_ line: Substring) -> Bool {
        let words = line.split { !($0.isLetter || $0 == "." || $0 == "_" || $0 == "@") }
        guard let keyword = words.firstIndex(where: { $0 == "func" || $0 == "init" || $0 == "subscript" }) else {
            return false
        }
        let modifiers = words[..<keyword].allSatisfy { $0.first?.isLowercase == true || $0.hasPrefix("@") }
        return modifiers && !words[..<keyword].contains { ["return", "case", "let", "in", "try"].contains($0) }
    }

    /// The line of the closing brace; nil for a declaration without a body.
    private func bodyEnd(from start: Int) -> Int? {
        var (parentheses, braces) = (0, 0)
        for line in start..<code.count {
            for character in code[line].utf8 {
                switch character {
                case UInt8(ascii: "("), UInt8(ascii: "["): parentheses += 1
                case UInt8(ascii: ")"), UInt8(ascii: "]"): parentheses -= 1
                case UInt8(ascii: "{"): braces += 1
                case UInt8(ascii: "}"):
                    braces -= 1
                    if braces < 0 { return nil }
                    if braces == 0, parentheses == 0 { return line }
                default: break
                }
            }
            // A declaration goes on where the next line says what it throws, returns or demands, or opens the body.
            if braces == 0, parentheses == 0 {
                guard line + 1 < code.count else { return nil }
                let next = code[line + 1].drop { $0 == " " }
                let goesOn = ["{", "->", "where", "throws", "async"].contains { next.hasPrefix($0) }
                if !goesOn { return nil }
            }
        }
        return nil
    }
}

/// Replaces comments and string literals by spaces, line by line, so that what is left is code.
struct CodeBlanker {
    private enum Frame {
        /// Code within a string's `\(…)`: how many parentheses are open.
        case interpolation(Int)
        case string(isMultiline: Bool, hashes: Int)
    }

    private static let lineFeed = UInt8(ascii: "\n")

    private let source: [UInt8]
    private var position = 0
    private var output: [UInt8] = []
    private var frames: [Frame] = []

    static func blank(_ text: String) -> String {
        var blanker = CodeBlanker(source: Array(text.utf8))
        blanker.run()
        return String(decoding: blanker.output, as: UTF8.self)
    }

    private init(source: [UInt8]) {
        self.source = source
    }

    private mutating func run() {
        while position < source.count {
            if case .string(let isMultiline, let hashes)? = frames.last {
                text(isMultiline, hashes)
            } else {
                code()
            }
        }
    }

    private func follows(_ word: String) -> Bool {
        source[position...].starts(with: word.utf8)
    }

    private mutating func skip(_ count: Int) {
        for _ in 0..<count where position < source.count {
            output.append(source[position] == Self.lineFeed ? Self.lineFeed : UInt8(ascii: " "))
            position += 1
        }
    }

    private mutating func code() {
        if follows("//") {
            while position < source.count, source[position] != Self.lineFeed { skip(1) }
        } else if follows("/*") {
            while position < source.count, !follows("*/") { skip(1) }
            skip(2)
        } else if let hashes = openingHashes() {
            skip(hashes)
            let isMultiline = follows("\"\"\"")
            skip(isMultiline ? 3 : 1)
            frames.append(.string(isMultiline: isMultiline, hashes: hashes))
        } else {
            if case .interpolation(let open)? = frames.last { count(open) } else { keep() }
        }
    }

    private mutating func keep() {
        output.append(source[position])
        position += 1
    }

    private mutating func count(_ open: Int) {
        let change = follows("(") ? 1 : follows(")") ? -1 : 0
        frames.removeLast()
        if open + change > 0 {
            frames.append(.interpolation(open + change))
            keep()
        } else {
            skip(1)
        }
    }

    /// How many `#` stand before a quote here; nil where there is none.
    private func openingHashes() -> Int? {
        var end = position
        while end < source.count, source[end] == UInt8(ascii: "#") { end += 1 }
        return end < source.count && source[end] == UInt8(ascii: "\"") ? end - position : nil
    }

    private mutating func text(_ isMultiline: Bool, _ hashes: Int) {
        let marks = String(repeating: "#", count: hashes)
        let end = (isMultiline ? "\"\"\"" : "\"") + marks
        if follows("\\\(marks)(") {
            skip(2 + hashes)
            frames.append(.interpolation(1))
        } else if hashes == 0, follows("\\") {
            skip(2)
        } else if follows(end) {
            skip(end.utf8.count)
            frames.removeLast()
        } else {
            skip(1)
        }
    }
}
