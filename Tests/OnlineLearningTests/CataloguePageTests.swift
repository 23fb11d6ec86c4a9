import Foundation
import OnlineLearning
import Testing

/// `docs/spec.md` names everything that can be declared.
struct CataloguePageTests {
    private static func page() throws -> [Substring] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/spec.md"), encoding: .utf8).split(separator: "\n")
    }

    /// The lines of the table from a component's name to the next component's.
    private static func section(_ name: String, _ page: [Substring]) -> ArraySlice<Substring> {
        guard let start = page.firstIndex(where: { $0.hasPrefix("| `\(name)` |") }) else { return [] }
        return page[start...].prefix(1) + page[(start + 1)...].prefix { $0.hasPrefix("| | |") }
    }

    @Test func everyComponentIsThereWithItsParameters() throws {
        let page = try Self.page()
        for declaration in Catalogue.declarations {
            let section = Self.section(declaration.name, page)
            #expect(section.first?.contains("| \(declaration.family.rawValue) |") == true, "\(declaration.name)")
            for parameter in declaration.parameters {
                #expect(
                    section.contains { $0.contains("`\(parameter.name)`") }, "\(declaration.name): \(parameter.name)")
            }
        }
    }

    @Test func plainDefaultsAreThere() throws {
        let page = try Self.page()
        for declaration in Catalogue.declarations {
            for parameter in declaration.parameters {
                let text: String
                switch parameter.defaultValue {
                case .number(let value): text = value == 1e12 ? "1e12" : value == 0 ? "0" : "\(value)"
                case .integer(let value): text = "\(value)"
                case .boolean(let value): text = "`\(value)`"
                case .component(let component): text = "`\(component.name)`"
                case .choice(let word): text = "`\(word)`"
                case .components(let components): text = components.map { "`\($0.name)`" }.joined(separator: ", ")
                case .categories, .none: text = "none"
                }
                // A parameter that several learners share is written out once.
                let rows = page.filter { $0.hasPrefix("|") && $0.contains("`\(parameter.name)`") }
                #expect(rows.contains { $0.contains("| \(text) |") }, "\(declaration.name): \(parameter.name) \(text)")
            }
        }
    }

    @Test func everyMetricIsThereWithItsTasks() throws {
        let page = try Self.page()
        for metric in Metrics.all {
            let row = page.first { $0.hasPrefix("| `\(metric.name)` |") }
            let tasks = metric.tasks.map(\.name).joined(separator: ", ")
            let direction = metric.biggerIsBetter ? "bigger" : "smaller"
            #expect(row?.contains("| \(tasks) | \(direction) |") == true, "\(metric.name)")
        }
    }
}
