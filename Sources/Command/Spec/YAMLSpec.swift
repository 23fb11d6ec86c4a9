import ModelLifecycle
import Yams

/// Reads YAML as far as a spec needs it: texts, lists and maps in one document. Texts stay as they were written, so
/// that no value depends on what some release of YAML takes for a number, a date or a yes.
///
/// Anchors, aliases and tags are refused: they make short files of great trees, and say nothing that a spec needs.
struct YAMLSpec {
    /// How deep lists and maps may be nested; no spec goes beyond ten.
    static let depthMax = 32
    /// How many words may look like an alias; see ``aliasCount(_:)``.
    static let aliasesMax = 30

    private var mistakes: [SpecMistake] = []
    private let repetitions: RepeatedKeys
    /// Where the nodes with an anchor begin; one that comes again is an alias.
    private var anchored: Set<Position> = []

    private struct Position: Hashable {
        let line: Int
        let column: Int
    }

    /// The tree, nil where the text is no YAML, and what is wrong with the text itself.
    static func read(_ text: String) -> (root: SpecNode?, mistakes: [SpecMistake]) {
        guard aliasCount(text) <= aliasesMax else {
            return (nil, [mistake(1, 1, "more than \(aliasesMax) words begin with '*'; a spec has no aliases")])
        }
        var source = RepeatedKeys(text)
        while true {
            do {
                let parser = try Parser(yaml: source.text, resolver: .basic, encoding: .utf8)
                var reader = YAMLSpec(repetitions: source)
                let root = try reader.document(parser)
                return (root, reader.mistakes)
            } catch YamlError.duplicatedKeysInMapping(_, let context) {
                if source.tag(line: context.mark.line, column: context.mark.column) { continue }
                let (line, column) = source.origin(line: context.mark.line, column: context.mark.column)
                return (nil, [mistake(line, column, "a key that stands there more than once")])
            } catch {
                return (nil, [YAMLMistake.make(error, source)])
            }
        }
    }

    private init(repetitions: RepeatedKeys) {
        self.repetitions = repetitions
    }

    private mutating func document(_ parser: Parser) throws -> SpecNode {
        // Nodes do not keep their anchors alive, the parser does.
        try withExtendedLifetime(parser) {
            guard let root = try parser.nextRoot() else {
                let hint = "'headrace init' writes a spec from data"
                mistakes.append(Self.mistake(1, 1, "the file is empty", hint: hint))
                return SpecNode(.refused, line: 1, column: 1)
            }
            let node = convert(root, depth: 1)
            if let second = try parser.nextRoot() {
                let position = position(second)
                mistakes.append(
                    Self.mistake(
                        position.line, position.column, "a second document; a file holds one spec",
                        hint: "remove the line '---' and what follows"))
            }
            return node
        }
    }

    private mutating func convert(_ node: Node, depth: Int, isKey: Bool = false) -> SpecNode {
        let position = position(node)
        func made(_ kind: SpecNode.Kind) -> SpecNode {
            SpecNode(kind, line: position.line, column: position.column)
        }
        func refused(_ sentence: String, _ hint: String) -> SpecNode {
            mistakes.append(Self.mistake(position.line, position.column, sentence, hint: hint))
            return made(.refused)
        }
        if let anchor = node.anchor {
            // The anchor itself was reported; where the aliases stand, Yams does not tell.
            guard anchored.insert(position).inserted else { return made(.refused) }
            let name = anchor.rawValue.printable
            _ = refused("'&\(name)' is an anchor, which a spec has not", "write values where they belong")
        }
        guard depth <= Self.depthMax else {
            return refused("nested deeper than \(Self.depthMax)", "a spec needs less than ten levels")
        }
        if let tag = foreignTag(node, isKey: isKey) {
            let hint = "put texts in quotes and leave tags out"
            return refused("'\(tag.printable)' is a tag, which a spec has not", hint)
        }
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            return made(.scalar(scalar.string, isQuoted: !isPlain))
        case .sequence(let sequence):
            return made(.list(sequence.map { convert($0, depth: depth + 1, isKey: isKey) }))
        case .mapping(let mapping):
            return made(
                .map(
                    mapping.map { key, value in
                        let key = convert(key, depth: depth + 1, isKey: true)
                        return SpecNode.Entry(key: key, value: convert(value, depth: depth + 1, isKey: isKey))
                    }))
        case .alias: return made(.refused)
        }
    }

    private func position(_ node: Node) -> Position {
        guard let mark = node.mark else { return Position(line: 1, column: 1) }
        let (line, column) = repetitions.origin(line: mark.line, column: mark.column)
        return Position(line: line, column: column)
    }

    /// A tag that somebody wrote, such as `!!str`. Yams gives one of its own to texts in quotes, and to keys when it
    /// compares them.
    private func foreignTag(_ node: Node, isKey: Bool) -> String? {
        var (tag, isUsual) = (Tag.implicit, isKey)
        switch node {
        case .scalar(let scalar):
            tag = scalar.tag
            if scalar.style != .plain { isUsual = true }
        case .sequence(let sequence): tag = sequence.tag
        case .mapping(let mapping): tag = mapping.tag
        case .alias: return nil
        }
        let name = tag.description
        let usual: [Tag.Name] = [.str, .seq, .map]
        if name == Tag.Name.implicit.rawValue || RepeatedKeys.isOwn(tag: name) { return nil }
        return isUsual && usual.contains { $0.rawValue == name } ? nil : name
    }

    /// How many words begin with `*` and may be aliases. Yams follows aliases when it compares keys, so that a few
    /// dozen could keep it busy for years; a handful cannot.
    private static func aliasCount(_ text: String) -> Int {
        var count = 0
        var (previous, isLineBlank, isComment) = (UInt8(ascii: "\n"), true, false)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"): (isLineBlank, isComment) = (true, false)
            // The last byte of YAML's other line breaks, U+0085, U+2028 and U+2029; taking another character for one
            // only counts too many.
            case 0x85, 0xA8, 0xA9: isComment = false
            case UInt8(ascii: "#") where isLineBlank: isComment = true
            case UInt8(ascii: "*") where !isComment && mayPrecedeAlias(previous): count += 1
            default: break
            }
            if !" \t\n\r".utf8.contains(byte) { isLineBlank = false }
            previous = byte
        }
        return count
    }

    private static func mayPrecedeAlias(_ byte: UInt8) -> Bool {
        byte >= 0x80 || " \t\n\r[]{},:-?".utf8.contains(byte)
    }

    static func mistake(_ line: Int, _ column: Int, _ sentence: String, hint: String? = nil) -> SpecMistake {
        SpecMistake(line: line, column: column, path: "", found: sentence, hint: hint)
    }
}
