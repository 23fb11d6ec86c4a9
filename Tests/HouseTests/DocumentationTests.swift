import Foundation
import Testing

/// Numbers in the documentation are tests.
struct DocumentationTests {
    private static func limits() throws -> [[String]] {
        MarkdownTable.rows(try House.text("docs/limits.md"), heading: "limit")
    }

    @Test func limitsAreThoseOfTheCode() throws {
        let files = try House.swiftFiles(in: "Sources")
        for row in try Self.limits() {
            guard let constant = MarkdownTable.codes(row[2]).first else { continue }
            let documented = try #require(Quantity.documented(row[1]), "'\(row[1])' is no quantity")
            let found = try #require(Quantity.constant(constant, in: files), "no constant is \(constant)")
            #expect(documented == found, "\(constant): documented \(documented), in the code \(found)")
        }
    }

    @Test func everyLimitOfTheServiceIsDocumented() throws {
        let constants = try Self.limits().compactMap { row in MarkdownTable.codes(row[2]).first }
        let documented = constants.compactMap { constant in constant.split(separator: ".").last }
        for folder in ["ModelLifecycle", "EventLog", "SQLiteStore", "Engine", "Server", "Command/Spec"] {
            for file in try House.swiftFiles(in: "Sources/\(folder)") {
                for line in file.code where !line.contains("private") {
                    guard let name = line.firstMatch(of: /static let (\w+Max(Default)?)\b/)?.1 else { continue }
                    #expect(documented.contains(name), "\(file.path): \(name) is missing from docs/limits.md")
                }
            }
        }
    }

    /// A number beyond which a learner, detector or metric takes another for it, or refuses: no such bound is silent.
    @Test func everyBoundOfNumbersIsDocumented() throws {
        let documented = try Self.limits().compactMap { row in MarkdownTable.codes(row[2]).first }
        var found = 0
        for file in try House.swiftFiles(in: "Sources/OnlineLearning") where !file.path.contains("Coding") {
            for line in file.code {
                let isRange = ["ParameterDeclaration", ".number(", "ClosedRange"].contains { line.contains($0) }
                guard !isRange, line.firstMatch(of: /\b1e(\d{2,3})\b/)?.1.count == 3 || line.contains(/\b1e[2-9]\d\b/)
                else { continue }
                guard let name = line.firstMatch(of: /static (?:let|var) (\w+)/)?.1 else {
                    #expect(Self.isNoBound(String(line)), "\(file.path): a bound without a name: \(line)")
                    continue
                }
                found += 1
                #expect(documented.contains { $0.hasSuffix(".\(name)") }, "\(file.path): \(name) is not in limits.md")
            }
        }
        #expect(found > 10)
    }

    /// Ranges of arguments, and sizes beyond which another way of computing the same is taken.
    private static func isNoBound(_ line: String) -> Bool {
        ["min(max(", "max(min(", "max(-1", "min(1e"].allSatisfy { !line.contains($0) }
    }

    @Test func linksLeadSomewhere() throws {
        var pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Sources/README.md"]
        let docs = House.root.appending(path: "docs").path
        pages += try FileManager.default.subpathsOfDirectory(atPath: docs).filter { $0.hasSuffix(".md") }.sorted()
            .map { "docs/\($0)" }
        for page in pages {
            let folder = House.root.appending(path: page).deletingLastPathComponent()
            for link in try House.text(page).matches(of: /\]\(([^)#:\s]+)(#[^)]*)?\)/) {
                let target = folder.appending(path: String(link.1)).path
                #expect(FileManager.default.fileExists(atPath: target), "\(page) links to \(link.1)")
            }
        }
    }

    @Test func everyProblemTypeIsDocumented() throws {
        let page = try House.text("docs/http.md")
        let decisions = try House.text("Sources/ModelLifecycle/State/Decision.swift")
        let refusals = decisions.matches(of: /case \w+ = "([a-z-]+)"/)
        let problems = try House.swiftFiles(in: "Sources/Server").flatMap { file in
            file.lines.joined(separator: "\n").matches(of: /kind: "([a-z-]+)"|\) = \(\s*"([a-z-]+)"/)
                .map { String($0.1 ?? $0.2 ?? "") }
        }
        #expect(!refusals.isEmpty && !problems.isEmpty)
        for kind in refusals.map({ String($0.1) }) + problems {
            #expect(page.contains("`\(kind)`"), "docs/http.md does not know the problem '\(kind)'")
        }
    }

    @Test func everyRouteIsDocumented() throws {
        let page = try House.text("docs/http.md")
        let text = try House.swiftFiles(in: "Sources/Server").map { $0.lines.joined(separator: "\n") }.joined()
        let routes = text.matches(of: /router\.(get|post|delete)\("([^"\\]+)"\)/)
        #expect(routes.count > 18)
        for route in routes {
            let line = "\(route.1.uppercased()) \(route.2.replacing(/:(\w+)/) { "{\($0.1)}" })"
            let isThere = page.contains("`\(line)`") || page.contains("`\(line)?")
            #expect(isThere, "docs/http.md does not know \(line)")
        }
    }

    @Test func everyVerbAndOptionIsDocumented() throws {
        let page = try House.text("docs/cli.md")
        for file in try House.swiftFiles(in: "Sources/Command/Verbs") {
            let text = file.lines.joined(separator: "\n")
            for name in text.matches(of: /commandName: "(\w+)"/).map({ $0.1 }) {
                #expect(page.contains("## headrace \(name)"), "docs/cli.md does not know \(name)")
            }
            for option in text.matches(of: /@(?:Option|Flag)\([^)]*\)\s+var (\w+)/).map({ $0.1 }) {
                let long = "--" + option.replacing(/[A-Z]/) { "-" + $0.output.lowercased() }
                #expect(page.contains("`\(long)"), "docs/cli.md does not know \(long)")
            }
        }
    }
}

/// A number with its unit, in bytes, seconds or things.
enum Quantity {
    private static let units: [(name: String, factor: Double)] = [
        ("bytes", 1), ("KiB", 1024), ("MiB", 1_048_576), ("GiB", 1_073_741_824), ("ms", 1e-3), ("s", 1), ("min", 60),
        ("d", 86_400),
    ]

    /// Reads text like `65,536` or `16 MiB`.
    static func documented(_ text: String) -> Double? {
        let parts = text.split(separator: " ")
        guard let number = parts.first.flatMap({ Double($0.replacing(",", with: "")) }) else { return nil }
        guard parts.count > 1 else { return number }
        return units.first { $0.name == parts[1] }.map { number * $0.factor }
    }

    private static func isDefinition(_ line: String, of name: Substring) -> Bool {
        line.contains(" let \(name)") || line.contains("var \(name): Double { ")
    }

    /// Finds `Type.name` and evaluates what it is set to: products and shifts of literals. Micro- and nanoseconds
    /// become seconds.
    static func constant(_ path: String, in files: [SwiftFile]) -> Double? {
        let parts = path.split(separator: ".")
        let (type, name) = (parts[0], parts[1])
        for file in files {
            for (index, line) in file.code.enumerated() where isDefinition(String(line), of: name) {
                let declares = ["struct", "class", "enum", "extension", "protocol"].map { "\($0) \(type)" }
                let isInside = file.code[..<index].contains { line in declares.contains { line.contains($0) } }
                guard isInside, let equals = line.firstIndex(where: { $0 == "=" || $0 == "{" }) else { continue }
                let expression = line[line.index(after: equals)...].prefix { $0 != "}" }
                let inner = expression.firstMatch(of: /microseconds: ([^)]*)\)/)?.1 ?? expression
                let isMicroseconds = expression.contains("microseconds:") || name.hasSuffix("Microseconds")
                let unit = isMicroseconds ? 1e6 : name.contains("Nanoseconds") ? 1e9 : 1
                return value(inner).map { $0 / unit }
            }
        }
        return nil
    }

    private static func value(_ expression: Substring) -> Double? {
        let plain = expression.replacing("_", with: "").replacing(" ", with: "")
        if let shift = plain.firstRange(of: "<<") {
            let (base, count) = (Int(plain[..<shift.lowerBound]), Int(plain[shift.upperBound...]))
            return base.flatMap { base in count.map { Double(base << $0) } }
        }
        var product = 1.0
        for factor in plain.split(separator: "*") {
            guard let number = Double(factor) else { return nil }
            product *= number
        }
        return product
    }
}
