import Determinism

/// Which columns of times are never before which others, over all rows, and how far apart they are: a label is known
/// after the question.
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
    private var lagMax: [Pair: Int64] = [:]
    /// Columns without a time in a row that has a label.
    private var lacking: Set<Int> = []
    private var gaveUp = false
    private var times: [(column: Int, time: Timestamp)] = []

    /// Takes the times of one row. Rows in which one of two is missing say nothing about the pair.
    mutating func add(_ profiles: [ColumnProfile], hasLabel: Bool) {
        if columnsSeen < profiles.count {
            candidates += columnsSeen..<profiles.count
            columnsSeen = profiles.count
        }
        guard !gaveUp, !candidates.isEmpty else { return }
        times.removeAll(keepingCapacity: true)
        var hasLeft = false
        for column in candidates {
            let profile = profiles[column]
            if let time = profile.currentTime ?? Self.epoch(profile) {
                times.append((column, time))
            } else if hasLabel {
                lacking.insert(column)
            }
            if !profile.allTimes, !profile.allNumbers { hasLeft = true }
        }
        if hasLeft {
            candidates.removeAll { !profiles[$0].allTimes && !profiles[$0].allNumbers && profiles[$0].valueCount > 0 }
        }
        gaveUp = times.count > Self.columnsMax
        guard !gaveUp, times.count > 1 else { return }
        for first in times {
            for second in times where second.column != first.column {
                let pair = Pair(earlier: first.column, later: second.column)
                if second.time < first.time { violated.insert(pair) }
                lagMax[pair] = max(lagMax[pair] ?? 0, second.time.microseconds - first.time.microseconds)
            }
        }
    }

    /// A number as the time since 1970 that it may be, by its size.
    private static func epoch(_ profile: ColumnProfile) -> Timestamp? {
        guard let number = profile.currentNumber, number >= 1e9, number < 2.6e15, number == number.rounded() else {
            return nil
        }
        let second = number < 1e10 ? 1e6 : number < 1e13 ? 1e3 : 1
        return Timestamp(microseconds: Int64(number * second))
    }

    /// No row has a time in column `later` that is before the one in column `earlier`.
    func isNever(_ later: Int, before earlier: Int) -> Bool {
        !gaveUp && !violated.contains(Pair(earlier: earlier, later: later))
    }

    /// Whether a column has a time in every row that has a label.
    func hasTimeOfEveryLabel(_ column: Int) -> Bool { !gaveUp && !lacking.contains(column) }

    /// The longest from one column to another, in microseconds.
    func lagMax(from earlier: Int, to later: Int) -> Int64 { lagMax[Pair(earlier: earlier, later: later)] ?? 0 }
}
