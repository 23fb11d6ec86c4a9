import ModelLifecycle
import Yams

/// Says in our words where and why a text is no YAML.
enum YAMLMistake {
    static func make(_ error: any Error, _ source: RepeatedKeys) -> SpecMistake {
        switch error as? YamlError {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let (line, column) = source.origin(line: mark.line, column: mark.column)
            let character = character(line: mark.line, column: mark.column, in: source.text)
            let hint = hint(character, problem, context, source)
            return YAMLSpec.mistake(line, column, "this is no YAML: \(problem)", hint: hint)
        case .reader(let problem, let offset, _, _):
            let (line, column) = offset.map { position($0, in: source.text) } ?? (1, 1)
            let place = source.origin(line: line, column: column)
            return YAMLSpec.mistake(place.line, place.column, "this is no YAML: \(problem)")
        default:
            return YAMLSpec.mistake(1, 1, "this is no YAML: \(error)")
        }
    }

    private static func hint(
        _ character: Unicode.Scalar?, _ problem: String, _ context: YamlError.Context?, _ source: RepeatedKeys
    ) -> String? {
        if character == "\t" { return "indent with spaces, not with tabs" }
        if problem.contains("mapping values are not allowed") {
            return "keys of one map stand in one column, and a text that holds ': ' needs quotes"
        }
        guard let context else { return nil }
        let (line, column) = source.origin(line: context.mark.line, column: context.mark.column)
        return "\(context.text) at \(line):\(column)"
    }

    private static func character(line: Int, column: Int, in text: String) -> Unicode.Scalar? {
        let lines = text.unicodeScalars.split(separator: "\n", maxSplits: line, omittingEmptySubsequences: false)
        guard line <= lines.count else { return nil }
        return lines[line - 1].dropFirst(column - 1).first
    }

    /// Line and column of an offset in characters.
    private static func position(_ offset: Int, in text: String) -> (line: Int, column: Int) {
        let before = text.prefix(offset)
        let line = before.reduce(1) { $1.isNewline ? $0 + 1 : $0 }
        let start = before.lastIndex { $0.isNewline }.map { before.index(after: $0) } ?? before.startIndex
        return (line, before[start...].unicodeScalars.count + 1)
    }
}
