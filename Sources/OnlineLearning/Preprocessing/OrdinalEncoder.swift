import Determinism

/// Adds a number for each category feature: the categories counted in the order in which they were first learned. The
/// number of `carrier` is named `carrier_ordinal`.
///
/// - `unknown_value`: what a category never learned becomes (default 0); null makes it missing. Codes begin at 1 where
///   it is 0, else at 0, and leave it out.
/// - `max_categories`: how many categories of a feature have codes of their own, from 1 to 1,000,000 (default 10,000);
///   all later ones share the next, *other*. Not in River.
///
/// A missing category stays missing, as an absent key does in River, whose `none_value` is for keys that are there and
/// None.
///
/// Time: O(features) per example. Memory: some 25 bytes and the name for each category.
///
/// After `a`, `b` and `a` were learned, `b` is 2 and `c` is 0.
///
/// Source: River's `preprocessing.OrdinalEncoder`.
public struct OrdinalEncoder: Transformer {
    public static let declaration = ComponentDeclaration(
        "ordinal_encoder", .transformer, takes: TransformerInputs(.category, replaces: true),
        parameters: [
            ParameterDeclaration(
                "unknown_value", .optional(.integer(-1_000_000...1_000_000)), default: .integer(0),
                "what a category never learned becomes"),
            ParameterDeclaration(
                "max_categories", .integer(1...1_000_000), default: .integer(10_000),
                "codes a feature; later categories share one"),
        ])

    private let unknown: Double
    private let maxCategories: Int
    private let slots: [Int]
    private let outputs: [Int]
    /// Of each feature, its categories in the order of their codes.
    private var tables: [CategoryTable]

    public static func outputs(_ arguments: Arguments, inputs: [String]) -> [String] {
        inputs.map { "\($0)_ordinal" }
    }

    public static func origins(_ arguments: Arguments, inputs: [String]) -> [[Int]] { inputs.indices.map { [$0] } }

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        unknown = arguments.optionalInteger("unknown_value").map { Double($0) } ?? .nan
        maxCategories = arguments.integer("max_categories")
        (slots, self.outputs) = (inputs.map(\.slot), outputs)
        tables = inputs.map { _ in CategoryTable() }
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool {
        guard weight > 0 else { return true }
        for index in slots.indices {
            let isAdded = row.withString(at: slots[index]) { name, hash in
                guard tables[index].count < maxCategories, tables[index].slot(of: name, hash: hash) == nil else {
                    return false
                }
                tables[index].append(name, hash: hash)
                return true
            }
            journal.save(isAdded == true ? 1 : 0)
        }
        return true
    }

    public mutating func undo(_ journal: inout Journal) {
        for index in slots.indices.reversed() { tables[index].removeLast(journal.restoreCount()) }
    }

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        for index in slots.indices {
            x.numbers[outputs[index]] =
                row.withString(at: slots[index]) { name, hash in
                    if let slot = tables[index].slot(of: name, hash: hash) { return code(slot) }
                    return tables[index].count < maxCategories ? unknown : code(maxCategories)
                } ?? .nan
        }
    }

    /// The code of the category with so many before it: the whole numbers from 0, without the one for the unknown.
    private func code(_ slot: Int) -> Double {
        let code = Double(slot)
        return unknown >= 0 && unknown <= code ? code + 1 : code
    }

    public var byteCount: Int { tables.reduce(0) { $0 + $1.byteCount } }

    public func encode(to encoder: inout CanonicalEncoder) {
        for table in tables { table.encode(to: &encoder) }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        for index in tables.indices {
            tables[index] = try CategoryTable(from: &decoder)
            guard tables[index].count <= maxCategories else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "more categories than are told apart")
            }
        }
    }
}
