import Testing

/// The pure targets give the same bits on every machine, every time: nothing in them may look at a clock, draw from the
/// system's random source, suspend, take the C library's logarithm, or go through a hash table in its own order.
struct PurityTests {
    private static func forEachLine(
        _ body: (_ place: String, _ code: Substring, _ target: String) throws -> Void
    ) throws {
        for target in House.pureTargets {
            for file in try House.swiftFiles(in: "Sources/\(target)") {
                for (index, line) in file.code.enumerated() { try body("\(file.path):\(index + 1)", line, target) }
            }
        }
    }

    @Test func nothingSuspends() throws {
        try Self.forEachLine { place, code, _ in
            #expect(code.firstMatch(of: /\b(async|await|Task\.|actor|DispatchQueue)\b/) == nil, "\(place)")
        }
    }

    @Test func nothingReadsAClock() throws {
        try Self.forEachLine { place, code, _ in
            let clock = /\b(Date\(|ContinuousClock|SuspendingClock|clock_gettime|gettimeofday)/
            #expect(code.firstMatch(of: clock) == nil, "\(place)")
        }
    }

    @Test func nothingIsRandomOrHashedByTheProcess() throws {
        try Self.forEachLine { place, code, _ in
            let random = /SystemRandomNumberGenerator|\.(random|randomElement|shuffled)\(|\bHasher\(|\.hashValue\b/
            #expect(code.firstMatch(of: random) == nil, "\(place)")
        }
    }

    @Test func elementaryFunctionsAreOurs() throws {
        try Self.forEachLine { place, code, target in
            guard target != "Determinism" else { return }
            let call = /(^|[^.\w])(exp|exp2|expm1|log|log2|log10|log1p|pow|sin|cos|tan|tanh|sinh|cosh|erf|lgamma)\(/
            guard let found = code.firstMatch(of: call) else { return }
            #expect(code[..<found.range.lowerBound].hasSuffix("func"), "\(place) calls the C library")
        }
    }

    @Test func noHashTableIsGoneThrough() throws {
        for target in House.pureTargets {
            for file in try House.swiftFiles(in: "Sources/\(target)") {
                let tables = Self.hashTables(file.code)
                for (index, line) in file.code.enumerated() {
                    let name = tables.first { Self.goesThrough($0, line) }
                    #expect(name == nil, "\(file.path):\(index + 1) goes through '\(name ?? "")' in no fixed order")
                }
            }
        }
    }

    /// The names that a file declares as dictionaries or sets.
    private static func hashTables(_ code: [Substring]) -> [String] {
        let typed = /(\w+)\s*:\s*(?:\[[^\[\],=()]+:[^\]=]+\]|Set<|Dictionary<)/
        let built = /(?:let|var)\s+(\w+)\s*=\s*(?:\[[^\[\],=()]+:[^\]=]+\]\(|Set[<(]|Dictionary[<(])/
        return code.flatMap { line in
            line.matches(of: typed).map { String($0.1) } + line.matches(of: built).map { String($0.1) }
        }
    }

    private static func goesThrough(_ name: String, _ line: Substring) -> Bool {
        let walks = [
            "keys", "values", "map", "flatMap", "compactMap", "filter", "reduce", "forEach", "first", "enumerated",
            "sorted", "makeIterator",
        ]
        let words = line.replacing(/\bself\./, with: "")
        if words.hasSuffix(" in \(name) {") || words.contains(" in \(name) where ") { return true }
        return words.matches(of: /(\w+)\.(\w+)/).contains { $0.1 == name && walks.contains(String($0.2)) }
    }
}
