import Determinism

/// What of a file gives the target away: columns that repeat it, numbers whose sum or difference it is, and columns
/// that have a value in just the rows that have a label.
struct TargetRelations {
    /// Numbers looked at, in the order of the file.
    static let numbersMax = 40
    /// Rows with which the search begins.
    private static let sampleRows = 20
    private static let rowsMin = 8
    /// How far a sum may be from the target, as a share of it: figures are rounded.
    private static let tolerance = 0.002

    /// The target is `first`, or `first ± second`, divided by `scale`.
    struct Sum: Equatable {
        let first: Int
        var second: Int?
        /// −1 for a difference.
        var sign = 1.0
        var scale = 1.0
        fileprivate(set) var hits = 0
        fileprivate(set) var misses = 0

        fileprivate func value(_ numbers: [Double?]) -> Double? {
            guard let a = numbers[first] else { return nil }
            guard let second else { return a }
            return numbers[second].map { a + sign * $0 }
        }

        /// Whether it holds in nearly every row: one of fifty may be rounded or mistaken.
        fileprivate var holds: Bool { hits >= rowsMin && 50 * misses <= hits }
    }

    private let target: Int
    private var columns: [Int] = []
    private var sample: [[Double?]] = []
    private var sums: [Sum]?
    /// Columns whose text is the target's in every row that has both.
    private var copies: [Int: Int] = [:]
    private var different: Set<Int> = []
    /// Rows in which one of a column and the target has a value and the other has none.
    private var unlike: Set<Int> = []
    private var labelled = 0
    private var unlabelled = 0

    init(target: Int) {
        self.target = target
    }

    /// Takes a row: `cell` hands out what stands in a column.
    mutating func add(_ profiles: [ColumnProfile], _ cell: (Int) -> RecordCell) {
        let label = cell(target).bytes
        if label == nil { unlabelled += 1 } else { labelled += 1 }
        for column in profiles.indices where column != target {
            guard !unlike.contains(column) || !different.contains(column) else { continue }
            let bytes = cell(column).bytes
            if (bytes == nil) != (label == nil) { unlike.insert(column) }
            guard let bytes, let label, !different.contains(column) else { continue }
            if bytes.elementsEqual(label) { copies[column, default: 0] += 1 } else { different.insert(column) }
        }
        addNumbers(profiles)
    }

    private mutating func addNumbers(_ profiles: [ColumnProfile]) {
        guard let label = profiles[target].currentNumber else { return }
        if columns.isEmpty {
            columns = Array(profiles.indices.filter { $0 != target && profiles[$0].currentNumber != nil }
                .prefix(Self.numbersMax))
        }
        let row = columns.map { profiles[$0].currentNumber } + [label]
        guard sums != nil else {
            sample.append(row)
            if sample.count == Self.sampleRows { begin() }
            return
        }
        check(row)
    }

    private mutating func begin() {
        var candidates: [Sum] = []
        for first in columns.indices {
            candidates.append(Sum(first: first))
            for second in columns.indices.dropFirst(first + 1) {
                candidates.append(Sum(first: first, second: second))
                candidates.append(Sum(first: first, second: second, sign: -1))
            }
        }
        let distinct = Set(sample.compactMap(\.last)).count
        // Of few values a sum is easily made by chance.
        sums = candidates.compactMap { distinct >= 5 || $0.second == nil ? scaled($0) : nil }
        for row in sample { check(row) }
        sample = []
    }

    /// With the scale that the row with the largest target suggests; nil where there is none.
    private func scaled(_ sum: Sum) -> Sum? {
        var scaled = sum
        var largest = 0.0
        for row in sample {
            guard let label = row.last ?? nil, abs(label) > largest else { continue }
            guard let value = sum.value(row), value != 0 else { continue }
            (largest, scaled.scale) = (abs(label), value / label)
        }
        return largest > 0 ? scaled : nil
    }

    private mutating func check(_ row: [Double?]) {
        guard let label = row.last ?? nil, sums?.isEmpty == false else { return }
        for index in (sums ?? []).indices {
            guard var sum = sums?[index], let value = sum.value(row) else { continue }
            let right = sum.scale * label
            let rounding = 4 * max(abs(row[sum.first] ?? 0), abs(value)).ulp
            if abs(value - right) <= Self.tolerance * abs(right) + rounding { sum.hits += 1 } else { sum.misses += 1 }
            sums?[index] = sum
        }
        sums?.removeAll { $0.misses > 5 && 50 * $0.misses > $0.hits }
    }

    /// To be called at the end.
    mutating func finish() {
        if sums == nil { begin() }
    }

    /// Whether a column says what the target says: the same texts, or the same numbers but for a factor.
    func repeats(_ column: Int, distinct: Int) -> Bool {
        if distinct > 1, !different.contains(column), copies[column, default: 0] >= Self.rowsMin { return true }
        return (sums ?? []).contains { $0.second == nil && columns[$0.first] == column && $0.holds && distinct > 2 }
    }

    /// Two numbers whose sum or difference the target is, columns by their index.
    var parts: [(first: Int, second: Int, isDifference: Bool)] {
        // Where one alone is the target, any other that is nearly nothing makes a sum.
        let alone = (sums ?? []).filter { $0.second == nil && $0.holds }.map(\.first)
        return (sums ?? []).compactMap { sum in
            guard sum.holds, let second = sum.second else { return nil }
            guard !alone.contains(sum.first), !alone.contains(second) else { return nil }
            let isTurned = sum.sign < 0 && sum.scale < 0
            return (columns[isTurned ? second : sum.first], columns[isTurned ? sum.first : second], sum.sign < 0)
        }
    }

    /// Whether a column has a value in just the rows that have a label.
    func comesWithLabel(_ column: Int) -> Bool {
        labelled >= 5 && unlabelled >= 3 && !unlike.contains(column)
    }
}

extension RecordCell {
    /// What stands there; nil where nothing does.
    var bytes: UnsafeBufferPointer<UInt8>? {
        switch self {
        case .missing, .empty, .nested: nil
        case .plain(let bytes), .string(let bytes): bytes.isEmpty ? nil : bytes
        }
    }
}
