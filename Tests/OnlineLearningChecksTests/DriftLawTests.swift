import Foundation
import OnlineLearning
import OnlineLearningChecks
import Testing

/// Every drift detector of the catalogue keeps every law of detectors, and has the bits that it ever had.
@Suite struct DriftLawTests {
    @Test(arguments: DriftLaw.allCases) func theCatalogueKeepsTheLaw(_ law: DriftLaw) {
        for type in Catalogue.driftDetectors { #expect(law.violations(of: type) == []) }
    }

    private static let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Golden/drift.txt")

    /// `RECORD_DIGESTS=1 swift test -c release --disable-testable-imports --filter DriftLawTests` writes the file anew.
    @Test func everyDetectorHasTheSameBitsAsEver() throws {
        let current = Catalogue.driftDetectors.map { type in
            "\(type.declaration.name) | \(type.declaration.revision) | \(DriftChecks.digest(of: type))"
        }.sorted()
        if ProcessInfo.processInfo.environment["RECORD_DIGESTS"] != nil {
            try (current.joined(separator: "\n") + "\n").write(to: Self.file, atomically: true, encoding: .utf8)
        }
        let recorded = try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n").map(String.init)
        #expect(recorded == current, "other bits want another revision; what is new, to be recorded")
    }
}
