import Foundation

/// The source tree as text, for tests that read it.
enum House {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The targets whose code must give the same bits on every machine.
    static let pureTargets = ["Determinism", "OnlineLearning", "OnlineLearningChecks", "ModelLifecycle"]

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The Swift files below a folder, in alphabetical order of their paths.
    static func swiftFiles(in folder: String) throws -> [SwiftFile] {
        let base = root.appending(path: folder).path
        let paths = try FileManager.default.subpathsOfDirectory(atPath: base).filter { $0.hasSuffix(".swift") }
        return try paths.sorted().map { try SwiftFile(path: "\(folder)/\($0)", text: text("\(folder)/\($0)")) }
    }

    /// The targets that have Swift files.
    static func targets() throws -> [String] {
        let names = try swiftFiles(in: "Sources").map { String($0.path.split(separator: "/")[1]) }
        return Array(Set(names)).sorted()
    }
}

/// The rows of a table in a Markdown page, cell by cell, without the header.
enum MarkdownTable {
    /// - Parameter heading: the first cell of the table's header.
    static func rows(_ page: String, heading: String) -> [[String]] {
        var rows: [[String]] = []
        var isInside = false
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("|") else {
                isInside = false
                continue
            }
            let cells = line.dropFirst().dropLast().split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.trimmingCharacters(in: .whitespaces) }
            if cells.first == heading {
                isInside = true
            } else if isInside, !cells.allSatisfy({ $0.allSatisfy { "-:".contains($0) } }) {
                rows.append(cells)
            }
        }
        return rows
    }

    /// The texts in backticks of a cell.
    static func codes(_ cell: String) -> [String] {
        cell.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
