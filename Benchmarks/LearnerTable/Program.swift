import BundledStreams
import Foundation
import OnlineLearning
import OnlineLearningChecks

/// Measures every learner of the catalogue on every bundled stream, and writes what it found into `docs/learners.md`
/// between its two marks; writes `docs/components.md` from the declarations.
///
///     make learners
///     swift run -c release LearnerTable components      only the reference
///     swift run -c release LearnerTable transformers    the reference and what transformers cost
@main
enum Program {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let begin = "<!-- written by make learners: begin -->"
    private static let beginTransformers = "<!-- written by make learners: transformers -->"
    private static let end = "<!-- end -->"

    static func main() throws {
        try write(CataloguePage.text, to: "docs/components.md")
        guard !CommandLine.arguments.contains("components") else { return }
        try replace(try TransformerTable().text, after: beginTransformers)
        guard !CommandLine.arguments.contains("transformers") else { return }
        try replace(try measure(), after: begin)
    }

    /// Puts a text between a mark of the page and the end that follows it.
    private static func replace(_ text: String, after mark: String) throws {
        let page = try String(contentsOf: root.appending(path: "docs/learners.md"), encoding: .utf8)
        guard let start = page.range(of: mark), let stop = page.range(of: end, range: start.upperBound..<page.endIndex)
        else { throw Failure("docs/learners.md has not the marks '\(mark)' and '\(end)'") }
        try write(page[..<start.upperBound] + "\n\n\(text)\n" + page[stop.lowerBound...], to: "docs/learners.md")
    }

    struct Failure: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }

    private static func write(_ text: some StringProtocol, to path: String) throws {
        try text.write(to: root.appending(path: path), atomically: true, encoding: .utf8)
    }

    /// The learners of the rows, by what they are made of, in the catalogue's order.
    private static func names() -> [String] {
        var names: [String] = []
        for subject in LearnerChecks.subjects where !names.contains(subject.learnerName) {
            names.append(subject.learnerName)
        }
        return names
    }

    private static func measure() throws -> String {
        let subjects = LearnerChecks.subjects
        var overview = Overview(names: ["baseline"] + names())
        var sections = ""
        for stream in BundledStream.all {
            let rows = try stream.rows()
            var table = StreamTable(stream, rowCount: rows.count)
            table.add("baseline", Measurement(baselineOn: rows))
            for subject in subjects where subject.task == rows.task {
                FileHandle.standardError.write(Data("\(stream): \(subject)\n".utf8))
                table.add(subject.learnerName, Measurement(subject, on: stream, rows))
            }
            overview.add(table)
            sections += "\n\(table.text)"
        }
        return overview.text + sections
    }
}

extension LearnerSubject {
    /// The name without the task.
    var learnerName: String { String(description.prefix { $0 != "(" }.dropLast()) }
}
