import Determinism

/// Specs as JSON, the same words in other brackets: for those who send one over HTTP.
extension SpecNode {
    /// A tree without positions. Strings become quoted texts, so that `"5"` stays the text it is.
    public init(_ json: JSONValue) {
        let kind: Kind =
            switch json {
            case .object(let members):
                .map(members.map { Entry(key: SpecNode(.string($0.key)), value: SpecNode($0.value)) })
            case .array(let elements): .list(elements.map { SpecNode($0) })
            case .string(let value): .scalar(value, isQuoted: true)
            case .number, .boolean, .null: .scalar(Self.text(json), isQuoted: false)
            }
        self.init(kind, line: 0, column: 0)
    }

    /// Writes the tree so that the checker makes the same spec of what is read back: numbers, true, false and nothing
    /// as JSON has them, every other text in quotes.
    public func write(to json: inout JSONWriter) {
        switch kind {
        case .map(let entries):
            json.object { json in
                for entry in entries {
                    json.key(entry.key.text ?? "")
                    entry.value.write(to: &json)
                }
            }
        case .list(let elements): json.array { json in for element in elements { element.write(to: &json) } }
        case .refused: json.null()
        case .scalar(let text, let isQuoted):
            if isQuoted { return json.string(text) }
            if isNothing { return json.null() }
            if text == "true" || text == "false" { return json.boolean(text == "true") }
            if let integer = SpecChecker.integer(self) { return json.integer(integer) }
            if case .value(let number) = SpecChecker.number(self) { return json.number(number) }
            json.string(text)
        }
    }

    private static func text(_ json: JSONValue) -> String {
        var writer = JSONWriter()
        json.write(to: &writer)
        return writer.text
    }
}
