/// A spec as somebody wrote it, before anything is checked: texts, lists and maps with the place of each.
///
/// It knows no YAML: whoever reads another notation makes the same tree, and ``SpecChecker`` turns it into a ``Spec``.
public struct SpecNode: Sendable, Equatable {
    public enum Kind: Sendable, Equatable {
        /// A value as written; `isQuoted` tells the text `'5'` from the number `5`.
        case scalar(String, isQuoted: Bool)
        case list([SpecNode])
        /// In the order written; a key may stand there twice.
        case map([Entry])
        /// What the reader has refused and reported already; the checker says nothing more about it.
        case refused
    }

    public struct Entry: Sendable, Equatable {
        public let key: SpecNode
        public let value: SpecNode

        public init(key: SpecNode, value: SpecNode) {
            (self.key, self.value) = (key, value)
        }
    }

    public let kind: Kind
    /// Counted from 1.
    public let line: Int
    /// In Unicode scalars, counted from 1.
    public let column: Int

    public init(_ kind: Kind, line: Int, column: Int) {
        (self.kind, self.line, self.column) = (kind, line, column)
    }

    /// The text of a scalar.
    var text: String? {
        guard case .scalar(let text, _) = kind else { return nil }
        return text
    }

    /// Whether nothing was written: `key:` alone, `~` or `null`.
    var isNothing: Bool {
        guard case .scalar(let text, isQuoted: false) = kind else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// What a message says was found.
    var found: String {
        switch kind {
        case .scalar where isNothing: "nothing"
        case .scalar(let text, let isQuoted): SpecMistake.quote(text) + (isQuoted ? " in quotes" : "")
        case .list(let elements): elements.isEmpty ? "an empty list" : "a list"
        case .map(let entries): entries.isEmpty ? "an empty map" : "a map"
        case .refused: "what was refused before"
        }
    }
}
