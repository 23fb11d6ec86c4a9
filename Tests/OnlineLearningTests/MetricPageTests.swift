import Foundation
import OnlineLearning
import Testing

/// `docs/spec.md` names every metric; components have a page of their own, `docs/components.md`.
struct MetricPageTests {
    private static func page() throws -> [Substring] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/spec.md"), encoding: .utf8).split(separator: "\n")
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
