import Foundation
import OnlineLearning
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

    @Test func everythingThatCanBeNamedIsOnThePage() {
        let page = CataloguePage.text
        for declaration in Catalogue.declarations {
            #expect(page.contains("\n### `\(declaration.name)`\n"), "\(declaration.name)")
        }
    }

    @Test func aDefaultSaysWhatIsNotItsOwnDefault() {
        let page = CataloguePage.text
        #expect(page.contains("| `warning_detector` | the name of a drift detector | `adwin: {delta: 0.01}` |"))
        #expect(page.contains("| `engine` | the name of a search engine | `lazy_search: {window_size: 1000}` |"))
        #expect(page.contains("| `optimizer` | the name of an optimizer | `ladder` |"))
    }
}
