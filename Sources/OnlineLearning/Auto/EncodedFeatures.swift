import Determinism

/// Features as learners want them that take no categories: these become columns of their own, other columns stay as
/// they are. For linear models and distances the numbers are scaled to zero mean and unit variance as well.
///
/// With K categories the columns after the numbers are dealt out in turn to what came in as columns and to each
/// category, so that all can grow: column c becomes n + (c − n)(K + 1), slot s of category j becomes n + s (K + 1) + 1
/// + j. Time: O(features present). Memory: 64 bytes a number.
struct EncodedFeatures: Sendable {
    private let numberCount: Int
    private let categoryCount: Int
    private var scaler: StandardScaler
    /// The columns of the highest category met.
    private var highestSlot = -1
    private let row = FeatureRow(numberCount: 0, stringCount: 0, timestampCount: 0)

    init(_ inputs: LearnerInputs) {
        (numberCount, categoryCount) = (inputs.numberCount, inputs.categoryCount)
        scaler = StandardScaler(slots: Array(0..<inputs.numberCount))
    }

    /// Learns the scales. - Parameter weight: above 0.
    /// - Returns: false where a statistic would stop being finite; then nothing has changed.
    mutating func learn(_ x: borrowing FeatureVector, weight: Double, journal: inout Journal) -> Bool {
        var columnCount = x.columnCount
        guard scaler.learn(row, x, weight: weight, columnCount: &columnCount, journal: &journal) else {
            scaler.undo(&journal)
            return false
        }
        journal.save(highestSlot)
        for slot in x.categories { highestSlot = max(highestSlot, Int(slot)) }
        return true
    }

    /// Takes back the last `learn`.
    mutating func undo(_ journal: inout Journal) {
        highestSlot = journal.restoreCount()
        scaler.undo(&journal)
    }

    /// The encoded features, with the numbers scaled or as they are.
    func encode(_ x: borrowing FeatureVector, isScaled: Bool) -> FeatureVector {
        var encoded = FeatureVector()
        let stride = categoryCount + 1
        let groups = max(x.columnCount - numberCount, highestSlot + 1)
        encoded.begin(columnCount: numberCount + groups * (categoryCount == 0 ? 1 : stride))
        encoded.numbers.append(contentsOf: x.numbers)
        if isScaled { scaler.transform(row, &encoded) }
        for i in x.columns.indices {
            let column = numberCount + (Int(x.columns[i]) - numberCount) * stride
            encoded.append(column: column, value: x.values[i])
        }
        for j in x.categories.indices where x.categories[j] >= 0 && Int(x.categories[j]) <= highestSlot {
            encoded.append(column: numberCount + Int(x.categories[j]) * stride + 1 + j, value: 1)
        }
        return encoded
    }

    /// Where an encoded column comes from: a column of the original, or a category.
    func source(of column: Int) -> (column: Int?, category: Int?) {
        guard column >= numberCount, categoryCount > 0 else { return (column, nil) }
        let (group, rest) = (column - numberCount).quotientAndRemainder(dividingBy: categoryCount + 1)
        return rest == 0 ? (numberCount + group, nil) : (nil, rest - 1)
    }

    var byteCount: Int { scaler.byteCount }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(highestSlot + 1)
        scaler.encode(to: &encoder)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let slotCount = try decoder.uint()
        guard slotCount <= UInt64(Int32.max) / UInt64(categoryCount + 1) - 1 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "more categories than there can be columns")
        }
        highestSlot = Int(slotCount) - 1
        try scaler.restore(from: &decoder)
    }
}
