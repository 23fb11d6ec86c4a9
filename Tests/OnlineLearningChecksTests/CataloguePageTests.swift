import Foundation
import OnlineLearningChecks
import Testing

/// `docs/components.md` is what the declarations say.
@Suite struct CataloguePageTests {
    @Test func thePageIsUpToDate() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "docs/components.md"), encoding: .utf8)
        #expect(page == CataloguePage.text, "`make learners` writes docs/components.md anew")
    }
}
