import Determinism

/// Which columns of times are never before which others, over all rows: a label is known after the question.
struct TimeOrder {
    private struct Pair: Hashable {
        var earlier: Int
        var later: Int
    }

    /// With more times than this in one row, nothing is said.
    static let columnsMax = 16

    /// Columns that may still hold nothing but times.
    private var candidates: [Int] = []
    private var columnsSeen = 0
    /// Pairs of which a row had the later one first.
    private var violated: Set<Pair> = []
    private var gaveUp = false
    private var times: [(column: Int, time: Timestamp)] = []

    /// Takes the times of one row. Rows in which one of two is missing say nothing about the pair.
    mutating func add(_ profiles: [ColumnProfile]) {
        if columnsSeen < profiles.count {
            candidates += columnsSeen..<profiles.count
            columnsSeen = profiles.count
        }
        guard !gaveUp, !candidates.isEmpty else { return }
        times.removeAll(keepingCapacity: true)
        var hasLeft = false
        for column in candidates {
            if let time = profiles[column].currentTime { times.append((column, time)) }
            if !profiles[column].allTimes { hasLeft = true }
        }
        if hasLeft { candidates.removeAll { !profiles[$0].allTimes } }
        gaveUp = times.count > Self.columnsMax
        guard !gaveUp, times.count > 1 else { return }
        for first in times {
            for second in times where second.time < first.time {
                violated.insert(Pair(earlier: first.column, later: second.column))
            }
        }
    }

    /// No row has a time in column `later` that is before the one in column `earlier`.
    func isNever(_ later: Int, before earlier: Int) -> Bool {
        !gaveUp && !violated.contains(Pair(earlier: earlier, later: later))
    }
}
