import OnlineLearning

/// Rows of one contract laid out for another, by the names of the features: compiled once, so that no name is looked up
/// row by row. What the other contract has and the first lacks, or has in another bank, is missing.
public struct RowMapping: Sendable {
    private enum Move {
        case number, string, timestamp
    }

    /// Whether both are laid out alike, so that rows need not be moved at all.
    public let isIdentity: Bool
    private var moves: [(move: Move, from: Int, to: Int)] = []

    /// Complexity: O(features²).
    public init(from layout: FeatureLayout, to other: FeatureLayout) {
        isIdentity = layout == other
        for feature in 0..<other.count {
            let bank = FeatureLayout.bank(of: other.kinds[feature])
            guard let source = layout.index(of: other.names[feature]),
                FeatureLayout.bank(of: layout.kinds[source]) == bank
            else { continue }
            let move: Move
            switch bank {
            case .numbers: move = .number
            case .strings: move = .string
            case .timestamps: move = .timestamp
            }
            moves.append((move, layout.slots[source], other.slots[feature]))
        }
    }

    /// Writes a row of the first layout into one of the other. Complexity: O(features), no allocation once the row's
    /// buffers have grown.
    public func lay(_ row: borrowing FeatureRow, into other: inout FeatureRow) {
        other.removeAll()
        for (move, from, to) in moves {
            switch move {
            case .number: other.setNumber(row.numbers[from], at: to)
            case .string: _ = row.withString(at: from) { bytes, _ in other.setString(bytes, at: to) }
            case .timestamp: other.setTimestamp(row.timestamps[from], at: to)
            }
        }
    }
}

extension FeatureRow {
    /// The same values laid out for another contract; for one row alone.
    public func rearranged(from layout: FeatureLayout, to other: FeatureLayout) -> FeatureRow {
        guard layout != other else { return self }
        var row = FeatureRow(other)
        RowMapping(from: layout, to: other).lay(self, into: &row)
        return row
    }
}
