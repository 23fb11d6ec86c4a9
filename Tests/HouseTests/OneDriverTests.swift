import Testing

/// Events are applied in one place, whoever folds: what holds for one fold holds for all.
struct OneDriverTests {
    private static let driver = "Sources/Engine/Fold/Fold.swift"

    /// The lines outside the fold itself that hold a pattern, by their files.
    private static func files(holding pattern: some RegexComponent) throws -> [String] {
        try House.swiftFiles(in: "Sources").filter { !$0.path.hasPrefix("Sources/ModelLifecycle/") }
            .flatMap { file in file.code.filter { $0.firstMatch(of: pattern) != nil }.map { _ in file.path } }
    }

    @Test func nothingButTheDriverAppliesEvents() throws {
        let places = try Self.files(holding: /\.(apply|rerun)\(.*\bpast: &/)
        #expect(places == [Self.driver, Self.driver, Self.driver], "as lived, under amendments, for another's models")
    }

    @Test func theRowOfWhatWasPredictedIsKeptInOnePlace() throws {
        #expect(try Self.files(holding: /\.keep\(.*\bofPredictionAt:/) == [Self.driver])
    }
}
