import ModelLifecycle

/// A spec from JSON, for tests of what needs no YAML.
enum SpecText {
    static func spec(_ json: String) throws -> Spec {
        try SpecChecker.check(node(try JSONValue(parsing: Array(json.utf8)))).spec
    }

    private static func node(_ value: JSONValue) -> SpecNode {
        let kind: SpecNode.Kind =
            switch value {
            case .object(let members):
                .map(members.map { SpecNode.Entry(key: node(.string($0.key)), value: node($0.value)) })
            case .array(let elements): .list(elements.map(node))
            case .string(let text): .scalar(text, isQuoted: false)
            case .number(let number): .scalar(number.description, isQuoted: false)
            case .boolean(let value): .scalar(value.description, isQuoted: false)
            case .null: .scalar("", isQuoted: false)
            }
        return SpecNode(kind, line: 1, column: 1)
    }
}
