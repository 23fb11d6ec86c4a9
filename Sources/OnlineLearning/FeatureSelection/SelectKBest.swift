import Determinism

/// Lets through the numbers that go with the target most closely and makes the others missing. How closely is Pearson's
/// correlation over the examples learned so far; before the first example all go through.
///
/// - `k`: how many (default 10).
/// - `use_abs`: whether a strong negative correlation counts as much as a positive one (default false, as in River).
///
/// Of equals the feature whose first value was learned first goes before, and of those of one example the one listed
/// first. Of two classes the positive one is 1. River's `similarity` is Pearson's correlation here.
///
/// Time: O(numbers · log numbers) per example. Memory: 64 bytes a feature.
///
/// With `k` 1, after the examples (1, 5), (2, 4), (3, 4) with targets 1, 2 and 3 the first number stays.
///
/// Source: River's `feature_selection.SelectKBest` and `stats.PearsonCorr`.
public struct SelectKBest: SupervisedTransformer {
    public static let declaration = ComponentDeclaration(
        "select_k_best", .transformer, revision: 2,
        takes: TransformerInputs(.number, also: [.boolean], replaces: true, tasks: [.regression, .binary]),
        parameters: [
            ParameterDeclaration("k", .integer(1...10_000), default: .integer(10), "how many numbers stay"),
            ParameterDeclaration("use_abs", .boolean, default: .boolean(false), "judge by the size of a correlation"),
        ])

    /// Count, mean and squared deviations of the feature; the same two of the target; covariance; similarity; the
    /// number of features learned before it, NaN while it has no value.
    private static let initial: [Double] = [0, 0, 0, 0, 0, 0, 0, .nan]

    private let k: Int
    private let useAbs: Bool
    private let slots: [Int]
    private var statistics: [Double]
    /// The features in the order of their similarity, best first; those without a value are not among them.
    private var ranking: [Int32] = []

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        (k, useAbs) = (arguments.integer("k"), arguments.boolean("use_abs"))
        slots = inputs.map(\.slot)
        statistics = slots.flatMap { _ in Self.initial }
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: inout FeatureVector, _ target: Target, weight: Double, columnCount: inout Int,
        journal: inout Journal
    ) -> Bool {
        guard weight > 0 else {
            transform(row, &x)
            return true
        }
        journal.save(statistics)
        let (width, y) = (Self.initial.count, target.number)
        var isFinite = true
        var known = Double(ranking.count)
        // The ranking stays as it was until the example is transformed.
        statistics.withUnsafeMutableBufferPointer { statistics in
            for (index, slot) in slots.enumerated() where x.numbers[slot] == x.numbers[slot] {
                let offset = index * width
                if statistics[offset + 7].isNaN {
                    statistics[offset + 7] = known
                    known += 1
                }
                let values = (x.numbers[slot], y)
                isFinite = Self.update(&statistics, offset, values, weight, useAbs) && isFinite
            }
        }
        transform(row, &x)
        rank()
        return isFinite
    }

    private static func update(
        _ s: inout UnsafeMutableBufferPointer<Double>, _ start: Int, _ values: (x: Double, y: Double),
        _ weight: Double, _ useAbs: Bool
    ) -> Bool {
        let (x, y) = values
        let (oldDegrees, count) = (max(s[start] - 1, 1), s[start] + weight)
        let degrees = max(count - 1, 1)
        let (oldX, oldY) = (s[start + 1], s[start + 3])
        let meanX = oldX + (weight / count) * (x - oldX)
        let meanY = oldY + (weight / count) * (y - oldY)
        s[start] = count
        s[start + 1] = meanX
        s[start + 2] += weight * ((x - oldX) * (x - meanX))
        s[start + 3] = meanY
        s[start + 4] += weight * ((y - oldY) * (y - meanY))
        let deviation = weight * ((x - oldX) * (y - meanY))
        s[start + 5] += (deviation - s[start + 5] * (degrees - oldDegrees)) / degrees
        let (varianceX, varianceY) = (s[start + 2] / degrees, s[start + 4] / degrees)
        let isVarying = varianceX != 0 && varianceY != 0
        let similarity = isVarying ? s[start + 5] / (varianceX * varianceY).squareRoot() : 0
        s[start + 6] = useAbs ? similarity.magnitude : similarity
        return (0...6).allSatisfy { s[start + $0].isFinite }
    }

    /// Sorts the ranking by insertion: from one example to the next little moves.
    private mutating func rank() {
        let width = Self.initial.count
        if ranking.count < slots.count {
            for index in slots.indices where !statistics[index * width + 7].isNaN {
                if !ranking.contains(Int32(index)) { ranking.append(Int32(index)) }
            }
        }
        guard ranking.count > 1 else { return }
        for end in 1..<ranking.count {
            let moved = ranking[end]
            var place = end
            while place > 0, isBefore(moved, ranking[place - 1]) {
                ranking[place] = ranking[place - 1]
                place -= 1
            }
            ranking[place] = moved
        }
    }

    private func isBefore(_ a: Int32, _ b: Int32) -> Bool {
        let (i, j) = (Int(a) * Self.initial.count, Int(b) * Self.initial.count)
        if statistics[i + 6] != statistics[j + 6] { return statistics[i + 6] > statistics[j + 6] }
        return statistics[i + 7] < statistics[j + 7]
    }

    public mutating func undo(_ journal: inout Journal) {
        journal.restore(&statistics)
        ranking.removeAll { statistics[Int($0) * Self.initial.count + 7].isNaN }
        rank()
    }

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        guard !ranking.isEmpty else { return }
        for index in ranking.dropFirst(k) { x.numbers[slots[Int(index)]] = .nan }
        guard ranking.count < slots.count else { return }
        for index in slots.indices where !ranking.contains(Int32(index)) { x.numbers[slots[index]] = .nan }
    }

    public var byteCount: Int { statistics.count * 8 + ranking.count * 4 }

    public func encode(to encoder: inout CanonicalEncoder) { encoder.doubles(statistics) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let values = try decoder.doubles()
        let width = Self.initial.count
        let isSound = values.count == statistics.count && values.indices.allSatisfy { index in
            values[index].isFinite || (index % width == 7 && values[index].isNaN)
        }
        guard isSound else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "correlations of other features")
        }
        statistics = values
        ranking = []
        rank()
    }
}
