import BundledStreams
import Foundation
import OnlineLearning
import OnlineLearningChecks

/// Measures every learner of the catalogue on every bundled stream, and writes what it found into `docs/learners.md`
/// between its two marks; writes `docs/components.md` from the declarations.
///
///     make learners
///     swift run -c release LearnerTable components      only the reference
///     swift run -c release LearnerTable PART …          the reference and these parts of the page: `transformers`,
///                                                       `metrics`, `drift`, `auto`, `late`, `learners`
@main
enum Program {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let begin = "<!-- written by make learners: begin -->"
    private static let beginTransformers = "<!-- written by make learners: transformers -->"
    private static let beginMetrics = "<!-- written by make learners: metrics -->"
    private static let beginDrift = "<!-- written by make learners: drift -->"
    private static let beginAuto = "<!-- written by make learners: auto -->"
    private static let beginLateLinear = "<!-- written by make learners: late linear -->"
    private static let beginLateAuto = "<!-- written by make learners: late auto -->"
    private static let beginLateFlights = "<!-- written by make learners: late flights -->"
    private static let end = "<!-- end -->"

    static func main() throws {
        try write(CataloguePage.text, to: "docs/components.md")
        let chosen = CommandLine.arguments.dropFirst()
        func isWanted(_ part: String) -> Bool { chosen.isEmpty || chosen.contains(part) }
        if isWanted("transformers") { try replace(try TransformerTable().text, after: beginTransformers) }
        if isWanted("metrics") { try replace(try MetricTable().text, after: beginMetrics) }
        if isWanted("drift") { try replace(try DriftTable().text, after: beginDrift) }
        if isWanted("auto") { try replace(try AutoTable().text(), after: beginAuto) }
        if isWanted("late") {
            let late = try LateTable()
            try replace(late.linear, after: beginLateLinear)
            try replace(late.auto, after: beginLateAuto)
            // Without the year's file the table stays as it is.
            if let flights = late.flights { try replace(flights, after: beginLateFlights) }
        }
        if isWanted("learners") { try replace(try measure(), after: begin) }
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
