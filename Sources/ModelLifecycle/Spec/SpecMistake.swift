/// One thing that is wrong with a spec, or doubtful about it, and where.
///
///     12:5: features.distance.min: found 'abc', expected a number
public struct SpecMistake: Sendable, Equatable, CustomStringConvertible {
    public enum Severity: Sendable {
        /// There is no ``Spec`` while it is there.
        case mistake
        /// It is allowed, and hardly meant.
        case warning
    }

    public let severity: Severity
    /// Counted from 1; 0 where what was checked has no lines.
    public let line: Int
    /// In Unicode scalars, counted from 1.
    public let column: Int
    /// Such as `features.distance.min` or `model[2].linear_regression.l2`; empty for the whole.
    public let path: String
    /// What is there; where nothing else was expected in its place, a whole sentence.
    public let found: String
    public let expected: String?
    /// What was probably meant, or how to go on.
    public let hint: String?

    public init(
        _ severity: Severity = .mistake, line: Int, column: Int, path: String, found: String, expected: String? = nil,
        hint: String? = nil
    ) {
        (self.severity, self.line, self.column, self.path) = (severity, line, column, path)
        (self.found, self.expected, self.hint) = (found, expected, hint)
    }

    public var description: String {
        let prefix = (severity == .warning ? "warning: " : "") + (path.isEmpty ? "" : "\(path): ")
        let message = expected.map { "found \(found), expected \($0)" } ?? found
        return (line > 0 ? "\(line):\(column): " : "") + "\(prefix)\(message)" + (hint.map { " (\($0))" } ?? "")
    }

    /// By position; what was reported first comes first at one position.
    public static func sorted(_ mistakes: [SpecMistake]) -> [SpecMistake] {
        let order = mistakes.indices.sorted { i, j in
            let (a, b) = (mistakes[i], mistakes[j])
            return (a.line, a.column, i) < (b.line, b.column, j)
        }
        return order.map { mistakes[$0] }
    }

    /// A text for a message, in quotes.
    static func quote(_ text: String) -> String { "'\(plain(text))'" }

    /// A text for a message: shortened, and without characters that would move the reader's cursor.
    static func plain(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(textScalarCountMax).map { scalar -> Unicode.Scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "\u{FFFD}" : scalar
        }
        let isWhole = text.unicodeScalars.count <= textScalarCountMax
        return String(String.UnicodeScalarView(scalars)) + (isWhole ? "" : "…")
    }

    private static let textScalarCountMax = 60

    /// `a`, `a or b`, `a, b or c`.
    package static func alternatives(_ names: [String]) -> String {
        guard names.count > 1, let last = names.last else { return names.first ?? "" }
        if names.count > 12 { return "one of \(names.prefix(12).joined(separator: ", ")) and \(names.count - 12) more" }
        return names.dropLast().joined(separator: ", ") + " or " + last
    }
}

/// Everything that is wrong with a spec, by position.
public struct SpecMistakes: Error, Sendable, Equatable, CustomStringConvertible {
    public let mistakes: [SpecMistake]

    public init(_ mistakes: [SpecMistake]) {
        self.mistakes = SpecMistake.sorted(mistakes)
    }

    /// A line a mistake.
    public var description: String {
        mistakes.map(\.description).joined(separator: "\n")
    }
}
