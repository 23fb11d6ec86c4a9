import Testing

/// Deadlines and pauses go by a clock that nobody sets: the wall clock stamps events, and measures nothing.
struct IntervalTests {
    /// Where the wall clock is read, to say what time it is.
    static let stamping = ["Sources/Engine/History/Timestamp+Now.swift"]

    @Test func noIntervalGoesByTheWallClock() throws {
        // `NSCondition` and the like wait until a `Date`.
        let wallClock =
            /\bDate\b|NSCondition|NSConditionLock|timeIntervalSince|wallDeadline|gettimeofday|CLOCK_REALTIME/
        for target in ["Engine", "Server", "Command", "SQLiteStore"] {
            for file in try House.swiftFiles(in: "Sources/\(target)") where !Self.stamping.contains(file.path) {
                for (index, line) in file.code.enumerated() {
                    #expect(line.firstMatch(of: wallClock) == nil, "\(file.path):\(index + 1)")
                }
            }
        }
    }
}
