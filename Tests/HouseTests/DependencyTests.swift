import Testing

/// Arrows only go down: `Sources/README.md` says which, the package and the imports keep to it.
struct DependencyTests {
    private struct Row {
        let target: String
        let house: [String]
        let packages: [String]
        let system: [String]
    }

    private static func rows() throws -> [Row] {
        let page = try House.text("Sources/README.md")
        return MarkdownTable.rows(page, heading: "target").map { cells in
            Row(
                target: MarkdownTable.codes(cells[0])[0], house: MarkdownTable.codes(cells[1]),
                packages: MarkdownTable.codes(cells[2]), system: MarkdownTable.codes(cells[3]))
        }
    }

    @Test func everyTargetHasARow() throws {
        #expect(try Self.rows().map(\.target).sorted() == House.targets())
    }

    @Test func importsKeepToTheTable() throws {
        let rows = try Self.rows()
        for file in try House.swiftFiles(in: "Sources") {
            let target = file.path.split(separator: "/")[1]
            let row = try #require(rows.first { $0.target == target })
            for module in file.imports where !(row.house + row.packages + row.system).contains(module) {
                Issue.record("\(file.path) imports \(module), which \(target) may not")
            }
        }
    }

    @Test func theTableGrantsNothingThatNobodyUses() throws {
        for row in try Self.rows() {
            let used = Set(try House.swiftFiles(in: "Sources/\(row.target)").flatMap(\.imports))
            let idle = (row.house + row.packages + row.system).filter { !used.contains($0) }
            #expect(idle.isEmpty, "\(row.target) may import \(idle), and does not")
        }
    }

    @Test func thePackageSaysTheSame() throws {
        let declared = Self.declaredDependencies(try House.text("Package.swift"))
        for row in try Self.rows() {
            let granted = (row.house + row.packages).sorted()
            #expect(declared[row.target] == granted, "Package.swift and Sources/README.md differ about \(row.target)")
        }
    }

    @Test func arrowsOnlyGoDown() throws {
        let rows = try Self.rows()
        for (index, row) in rows.enumerated() {
            for name in row.house {
                let other = rows.firstIndex { $0.target == name }
                #expect((other ?? -1) < index, "\(row.target) stands before \(name), which it imports")
            }
        }
    }

    @Test func pureTargetsImportOnlyEachOtherAndCrypto() throws {
        for row in try Self.rows() where House.pureTargets.contains(row.target) {
            #expect(row.house.allSatisfy { House.pureTargets.contains($0) })
            #expect(row.packages == (row.target == "Determinism" ? ["Crypto"] : []))
            #expect(row.system.isEmpty)
        }
    }

    /// The modules that each target of the manifest depends on, in alphabetical order.
    private static func declaredDependencies(_ manifest: String) -> [String: [String]] {
        var declared: [String: [String]] = [:]
        for part in manifest.split(separator: "arget(").dropFirst() {
            let texts = part.split(separator: "\"", omittingEmptySubsequences: false)
            guard texts.count > 1 else { continue }
            let name = String(texts[1])
            // Without the packages of products, what stands in quotes in the list is a module.
            let withoutPackages = part.replacing(/, package: "[^"]*"/, with: "")
            guard let list = withoutPackages.firstMatch(of: /dependencies: \[([^\]]*)\]/) else { continue }
            declared[name] = list.1.matches(of: /"([^"]*)"/).map { String($0.1) }.sorted()
        }
        return declared
    }
}
