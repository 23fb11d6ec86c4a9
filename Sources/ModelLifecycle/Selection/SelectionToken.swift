/// A word of a ``Selection`` as it was written.
struct SelectionToken: Equatable {
    enum Kind: Equatable {
        /// A name, a keyword, a number or a time.
        case word
        /// What stood between double quotes.
        case quoted
        /// One of `( ) [ ] , = != < <= > >= ..`
        case symbol
        case end
    }

    let kind: Kind
    let text: String
    /// From 1.
    let column: Int

    /// Takes a text apart. Complexity: O(n).
    static func all(of text: String) throws(Refusal) -> [SelectionToken] {
        let characters = Array(text.unicodeScalars)
        var tokens: [SelectionToken] = []
        var position = 0
        while position < characters.count {
            let start = position
            let character = characters[position]
            if character.properties.isWhitespace {
                position += 1
            } else if character == "\"" {
                tokens.append(SelectionToken(.quoted, try quoted(characters, &position), start))
            } else if let symbol = symbol(characters, position) {
                position += symbol.unicodeScalars.count
                tokens.append(SelectionToken(.symbol, symbol, start))
            } else {
                while position < characters.count, isOfWord(characters, position) { position += 1 }
                guard position > start else {
                    throw mistake(start, "'\(character)' means nothing here", hint: "text stands between \"quotes\"")
                }
                tokens.append(SelectionToken(.word, string(characters[start..<position]), start))
            }
        }
        return tokens + [SelectionToken(.end, "", characters.count)]
    }

    private init(_ kind: Kind, _ text: String, _ position: Int) {
        (self.kind, self.text, column) = (kind, text, position + 1)
    }

    private static func string(_ characters: ArraySlice<Unicode.Scalar>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: characters)
        return String(text)
    }

    private static func quoted(_ characters: [Unicode.Scalar], _ position: inout Int) throws(Refusal) -> String {
        let start = position
        var text = String.UnicodeScalarView()
        position += 1
        while position < characters.count, characters[position] != "\"" {
            if characters[position] == "\\", position + 1 < characters.count { position += 1 }
            text.append(characters[position])
            position += 1
        }
        guard position < characters.count else { throw mistake(start, "this quote is not closed") }
        position += 1
        return String(text)
    }

    private static func symbol(_ characters: [Unicode.Scalar], _ position: Int) -> String? {
        for symbol in ["!=", "<=", ">=", "..", "(", ")", "[", "]", ",", "=", "<", ">"]
        where characters[position...].starts(with: symbol.unicodeScalars) { return symbol }
        return nil
    }

    private static func isOfWord(_ characters: [Unicode.Scalar], _ position: Int) -> Bool {
        let character = characters[position]
        return symbol(characters, position) == nil && !character.properties.isWhitespace && character != "\""
            && character != "!"
    }

    static func mistake(_ position: Int, _ message: String, hint: String? = nil) -> Refusal {
        Refusal(.malformed, "column \(position + 1): \(message)", hint: hint)
    }

    func mistake(_ message: String, hint: String? = nil) -> Refusal {
        Self.mistake(column - 1, message, hint: hint)
    }

    var description: String {
        switch kind {
        case .end: "the end"
        case .quoted: "\"\(text)\""
        case .word, .symbol: "'\(text)'"
        }
    }
}
