import Determinism
import Foundation
import OnlineLearning
import OnlineLearningChecks
import Testing

/// Every metric of the catalogue keeps every law of metrics, and has the bits that it ever had.
@Suite struct MetricLawTests {
    @Test(arguments: MetricLaw.allCases) func theCatalogueKeepsTheLaw(_ law: MetricLaw) {
        for subject in MetricChecks.subjects { #expect(law.violations(of: subject) == []) }
    }

    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden/metrics.txt")

    /// `RECORD_DIGESTS=1 swift test -c release --disable-testable-imports --filter MetricLawTests` writes it anew.
    @Test func everyMetricHasTheSameBitsAsEver() throws {
        let current = MetricChecks.subjects.map { subject in
            let revision = Catalogue.declaration(named: subject.component.name)?.revision ?? 0
            return "\(subject) | \(revision) | \(MetricChecks.digest(of: subject))"
        }.sorted()
        if ProcessInfo.processInfo.environment["RECORD_DIGESTS"] != nil {
            try (current.joined(separator: "\n") + "\n").write(to: Self.file, atomically: true, encoding: .utf8)
        }
        let recorded = try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n").map(String.init)
        for line in current { #expect(recorded.contains(line), "other bits, or a new metric to be recorded") }
        #expect(recorded.count == current.count)
    }
}
