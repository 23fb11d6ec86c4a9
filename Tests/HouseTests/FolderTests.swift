import Testing

/// Arrows go down between the folders of a target, too: `Sources/README.md` says which, and which go up and should not.
struct FolderTests {
    private struct Row {
        let folder: String
        let mayUse: [String]
        /// Of folders further down.
        let usesUp: [String]
    }

    private static let targets = ["OnlineLearning", "ModelLifecycle", "Engine"]

    private static func rows(_ target: String) throws -> [Row] {
        MarkdownTable.rows(try House.text("Sources/README.md"), heading: "folder of `\(target)`").map { cells in
            Row(
                folder: MarkdownTable.codes(cells[0])[0], mayUse: MarkdownTable.codes(cells[1]),
                usesUp: MarkdownTable.codes(cells[2]))
        }
    }

    private static func folder(_ file: SwiftFile) -> String { String(file.path.split(separator: "/")[2]) }

    /// What each folder uses of others: a type that is declared at the beginning of a line in one folder only, by its
    /// name as a word.
    private static func uses(_ target: String) throws -> [String: [String: String]] {
        let files = try House.swiftFiles(in: "Sources/\(target)")
        var declared: [String: Set<String>] = [:]
        let declaration = /^(?:@\w+(?:\([^)]*\))? )*(?:[a-z]+ )*(?:struct|class|enum|protocol|actor|typealias) (\w+)/
        for file in files {
            for line in file.code {
                guard let name = line.prefixMatch(of: declaration)?.1 else { continue }
                declared[String(name), default: []].insert(folder(file))
            }
        }
        var uses: [String: [String: String]] = [:]
        for file in files {
            let own = folder(file)
            uses[own, default: [:]].merge([:]) { old, _ in old }
            for line in file.code {
                for word in line.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }) {
                    guard let folders = declared[String(word)], folders.count == 1, let other = folders.first,
                        other != own
                    else { continue }
                    uses[own, default: [:]][other] = "\(word) in \(file.path)"
                }
            }
        }
        return uses
    }

    @Test(arguments: targets) func everyFolderHasARow(_ target: String) throws {
        #expect(try Self.rows(target).map(\.folder).sorted() == Self.uses(target).keys.sorted())
    }

    @Test(arguments: targets) func foldersUseWhatTheTableSays(_ target: String) throws {
        let uses = try Self.uses(target)
        for row in try Self.rows(target) {
            let used = uses[row.folder] ?? [:]
            for (other, where_) in used where !(row.mayUse + row.usesUp).contains(other) {
                Issue.record("\(target)/\(row.folder) uses \(where_) of \(other), which it may not")
            }
            let idle = (row.mayUse + row.usesUp).filter { used[$0] == nil }
            #expect(idle.isEmpty, "\(target)/\(row.folder) is said to use \(idle), and does not")
        }
    }

    @Test(arguments: targets) func whatMayBeUsedStandsAbove(_ target: String) throws {
        let rows = try Self.rows(target)
        for (index, row) in rows.enumerated() {
            let above = Set(rows[..<index].map(\.folder))
            #expect(row.mayUse.allSatisfy { above.contains($0) }, "\(target)/\(row.folder)")
            #expect(!row.usesUp.contains { above.contains($0) }, "\(target)/\(row.folder): an arrow that goes down")
        }
    }
}
