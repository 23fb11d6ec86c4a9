import Foundation

/// The CPU time of the quickest of several runs, in nanoseconds for each of `count` events.
func nanoseconds(_ count: Int, runs: Int = 5, _ body: () throws -> Void) rethrows -> Double {
    var least = Int.max
    for _ in 0..<runs {
        let started = clock()
        try body()
        least = min(least, Int(clock() - started))
    }
    return Double(least) / Double(CLOCKS_PER_SEC) / Double(max(1, count)) * 1e9
}
