import Foundation
import OnlineLearning
import Testing

/// `docs/spec.md` names every metric; their parameters are in `docs/components.md`.
struct MetricPageTests {
    private static func page() throws -> [Substring] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/spec.md"), encoding: .utf8).split(separator: "\n")
    }

    @Test func everyMetricIsThereWithItsTasks() throws {
        let page = try Self.page()
        for metric in Catalogue.metrics {
            let name = metric.declaration.name
            let row = page.first { $0.hasPrefix("| `\(name)` |") }
            let tasks = metric.tasks.map(\.name).joined(separator: ", ")
            let direction = metric.biggerIsBetter ? "bigger" : "smaller"
            #expect(row?.contains("| \(tasks) | \(direction) |") == true, "\(name)")
        }
    }
}
