import Foundation
import Testing

/// A section of `docs/cookbook.md` that has a spec.
struct CookbookRecipe {
    struct Row {
        /// A model of the spec, `baseline`, or `River: ` and a name.
        let model: String
        let figures: [String]

        var isRivers: Bool { model.hasPrefix("River: ") }
    }

    /// A row of the table of costs.
    struct Cost {
        let title: String
        /// Those that score what River's do.
        let equalModels: [String]
    }

    /// What stands where River's program says nothing.
    static let absent = "–"

    let title: String
    let spec: String
    let python: String
    /// Of the command, after the program's name.
    let arguments: [String]
    let metrics: [String]
    let rows: [Row]

    private static func page() throws -> String {
        try String(contentsOfFile: "\(Program.repository)/docs/cookbook.md", encoding: .utf8)
    }

    static func all() throws -> [CookbookRecipe] {
        try page().components(separatedBy: "\n## ").dropFirst().filter { $0.contains("```yaml") }
            .map(CookbookRecipe.init(section:))
    }

    static func costs() throws -> [Cost] {
        let table = try page().components(separatedBy: "\n## ")[0]
        return rows(of: table, under: "recipe").dropFirst().map { cells in
            Cost(
                title: cells[0].split(whereSeparator: "[]".contains).first.map(String.init) ?? "",
                equalModels: (cells.last ?? absent).components(separatedBy: ", ").filter { $0 != absent })
        }
    }

    private init(section: String) throws {
        title = String(section.prefix { $0 != "\n" })
        spec = try #require(Self.block("yaml", section), "\(title)")
        python = try #require(Self.block("python", section), "\(title)")
        let console = try #require(Self.block("console", section), "\(title)")
        let command = console.split(separator: "\n").first { $0.hasPrefix("$ headrace ") }
        arguments = try #require(command, "\(title)").split(separator: " ").dropFirst(2).map(String.init)
        let table = Self.rows(of: section, under: "model")
        metrics = Array(try #require(table.first, "\(title)").dropFirst())
        rows = table.dropFirst().map { Row(model: $0[0], figures: Array($0.dropFirst())) }
    }

    private static func block(_ language: String, _ section: String) -> String? {
        let parts = section.components(separatedBy: "```\(language)\n")
        return parts.count == 2 ? parts[1].components(separatedBy: "```").first : nil
    }

    /// The cells of the table whose first column is called so, without the line under its head and without code marks.
    private static func rows(of text: String, under name: String) -> [[String]] {
        let lines = text.replacingOccurrences(of: "`", with: "").components(separatedBy: "\n")
        let table = lines.drop { !$0.hasPrefix("| \(name) |") }.prefix { $0.hasPrefix("|") }
        return table.filter { !$0.hasPrefix("|--") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }

    /// What an evaluation says of a model; a slice's metric is called `METRIC: VALUE`.
    static func score(_ evaluated: JSON, _ model: String, _ metric: String) -> Double? {
        let scores =
            switch model {
            case "champion": evaluated["metrics"]
            case "baseline": evaluated["baseline"]
            default: evaluated["challengers"][model]
            }
        if let value = scores[metric].double { return value }
        let parts = metric.components(separatedBy: ": ")
        return parts.count == 2 ? scores[parts[0]][parts[1]].double : nil
    }

    /// A value with as many decimals as a figure has.
    static func printed(_ value: Double, as figure: String) -> String {
        let decimals = figure.split(separator: ".", omittingEmptySubsequences: false).dropFirst().first?.count ?? 0
        return String(format: "%.\(decimals)f", value)
    }
}
