import Determinism

/// Turns features into a fixed number of columns by hashing, so that no list of categories is kept: a category adds 1
/// to the column of its hash, a number its value to the column of the hash of its name. Two features may share a
/// column.
///
/// - `n_features`: columns to hash into, from 1 to 16,777,216 (default 1,048,576). A column takes memory when it is
///   first learned.
/// - `alternate_sign`: take half of the values away instead of adding them, by another bit of the hash, so that what
///   collides does not add up (default true).
/// - `seed`: another seed is another hash (default 1).
///
/// Without a list of features it takes the categories. The numbers listed become missing: they are in their columns.
/// The hash is SipHash-1-3 of the fingerprints of name and value; River's depends on a library of its own, so that the
/// two agree in kind, not in numbers.
///
/// Time: O(features) per example. Memory: some 30 bytes a column that was learned.
///
/// Source: K. Weinberger, A. Dasgupta, J. Langford, A. Smola, J. Attenberg, *Feature hashing for large scale multitask
/// learning*, ICML 2009, section 2; River's `preprocessing.FeatureHasher`.
public struct FeatureHasher: Transformer {
    public static let declaration = ComponentDeclaration(
        "feature_hasher", .transformer,
        takes: TransformerInputs(
            .category, also: [.number, .boolean, .text, .timestamp], replaces: true, addsColumns: true),
        parameters: [
            ParameterDeclaration(
                "n_features", .integer(1...16_777_216), default: .integer(1_048_576), "columns to hash into"),
            ParameterDeclaration(
                "alternate_sign", .boolean, default: .boolean(true), "take half of the values away"),
            ParameterDeclaration("seed", .integer(0...Int.max), default: .integer(1), "of the hash"),
        ])

    private struct Hashed: Sendable {
        let input: Input
        let key: Key
        /// Of the feature's name and the seed.
        let name: Fingerprint
    }

    private let count: UInt64
    private let alternatesSign: Bool
    private let features: [Hashed]
    private var columnTable: ColumnTable

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        let (count, seed) = (arguments.integer("n_features"), arguments.integer("seed"))
        (self.count, alternatesSign) = (UInt64(count), arguments.boolean("alternate_sign"))
        features = inputs.map { Hashed(input: $0, key: Key([$0]), name: Fingerprint("\(seed) \($0.name)")) }
        columnTable = ColumnTable(max: count)
    }

    /// What a feature adds to which of the columns; nil where it is missing.
    private func hashed(
        _ feature: Hashed, _ row: FeatureRow, _ x: borrowing FeatureVector
    ) -> (bucket: Fingerprint, value: Double)? {
        guard !feature.key.isMissing(row, x) else { return nil }
        var (hash, value) = (feature.name, 1.0)
        if feature.input.kind == .number || feature.input.kind == .boolean {
            value = x.numbers[feature.input.slot]
        } else {
            let own = feature.key.fingerprint(row, x)
            let words = (feature.name.high, feature.name.low, own.high.littleEndian, own.low.littleEndian)
            hash = withUnsafeBytes(of: words) { Fingerprint($0) }
        }
        let bucket = Fingerprint(high: 0, low: hash.low.multipliedFullWidth(by: count).high &+ 1)
        return (bucket, alternatesSign && hash.high & 1 == 1 ? -value : value)
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool {
        guard weight > 0 else { return true }
        var added = 0
        for feature in features {
            if let (bucket, _) = hashed(feature, row, x) { added += columnTable.insert(bucket, &columnCount) }
        }
        journal.save(added)
        return true
    }

    public mutating func undo(_ journal: inout Journal) {
        columnTable.removeLast(journal.restoreCount(), hasOther: false)
    }

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        let start = x.columns.count
        for feature in features {
            guard let (bucket, value) = hashed(feature, row, x) else { continue }
            if let column = columnTable.column(of: bucket) { x.add(column: column, value: value, from: start) }
        }
        for feature in features where feature.input.kind == .number || feature.input.kind == .boolean {
            x.numbers[feature.input.slot] = .nan
        }
    }

    public var columns: [Int] { columnTable.all }
    public var byteCount: Int { columnTable.byteCount }
    public func encode(to encoder: inout CanonicalEncoder) { columnTable.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try columnTable.restore(from: &decoder)
    }
}
