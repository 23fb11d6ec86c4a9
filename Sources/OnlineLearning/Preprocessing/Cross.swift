import Determinism

/// Gives every combination of the categories of some features a column of its own, so that a linear model can tell what
/// is true of a carrier at an airport and of neither. An example has one such column, or none where a category is
/// missing or the combination was never learned.
///
/// - `max_categories`: how many combinations get a column, from 1 to 1,000,000 (default 10,000); all later ones share
///   one more, *other*.
///
/// Time: O(features) per example. Memory: some 30 bytes for each combination.
///
/// Source: H.-T. Cheng et al., *Wide & deep learning for recommender systems*, DLRS 2016, section 3.1; in River it is
/// the product of one-hot encoders, `compose.TransformerProduct`, whose columns of 0 are left out here.
public struct Cross: Transformer {
    public static let declaration = ComponentDeclaration(
        "cross", .transformer,
        takes: TransformerInputs(
            .category, also: [.boolean, .number], replaces: false, addsColumns: true, count: 1...Key.partsMax),
        parameters: [
            ParameterDeclaration(
                "max_categories", .integer(1...1_000_000), default: .integer(10_000),
                "columns; later combinations share one")
        ])

    private let key: Key
    private var columnTable: ColumnTable

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        key = Key(inputs)
        columnTable = ColumnTable(max: arguments.integer("max_categories"))
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool {
        guard weight > 0 else { return true }
        journal.save(key.isMissing(row, x) ? 0 : columnTable.insert(key.fingerprint(row, x), &columnCount))
        return true
    }

    public mutating func undo(_ journal: inout Journal) {
        let added = journal.restoreCount()
        columnTable.removeLast(max(added, 0), hasOther: added < 0)
    }

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        guard !key.isMissing(row, x) else { return }
        if let column = columnTable.column(of: key.fingerprint(row, x)) { x.append(column: Int(column), value: 1) }
    }

    public var columns: [Int] { columnTable.all }
    public var byteCount: Int { columnTable.byteCount }
    public func encode(to encoder: inout CanonicalEncoder) { columnTable.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try columnTable.restore(from: &decoder)
    }
}
