import Determinism

/// Gives every term of a text a column: how often it comes. A term gets its column when it is first learned; until then
/// it adds nothing.
///
/// - `lowercase`: take capital letters for small ones (default true).
/// - `ngram_range`: how many neighbouring words make a term, from 1 to 5, `[1, 1]` by default; `[1, 2]` takes pairs,
///   too.
/// - `stop_words`: words to leave out, written as they stand after `lowercase` (default none).
/// - `max_terms`: how many terms get a column, from 1 to 10,000,000 (default 100,000); all later ones share one more,
///   *other*. Not in River.
///
/// Words are found as by River's default pattern, of at least two letters, digits, underscores or inner hyphens. Which
/// characters beyond ASCII are letters and how they are made small is fixed and simple (`docs/spec.md`); accents are
/// kept, as with River's `strip_accents=False`. It works on texts, and on categories.
///
/// Time: O(bytes) per example. Memory: some 30 bytes a term.
///
/// Of "To be, or not to be" the terms `to` and `be` come twice, `or` and `not` once.
///
/// Source: River's `feature_extraction.BagOfWords`.
public struct BagOfWords: Transformer {
    public static let declaration = ComponentDeclaration(
        "bag_of_words", .transformer,
        takes: TransformerInputs(.text, also: [.category], replaces: true, addsColumns: true),
        parameters: TermRule.parameters)

    private let slots: [Int]
    private let rule: TermRule
    private var columnTable: ColumnTable

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        slots = inputs.map(\.slot)
        rule = TermRule(arguments)
        columnTable = ColumnTable(max: arguments.integer("max_terms"))
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool {
        guard weight > 0 else { return true }
        var (added, hasOther) = (0, 0)
        for slot in slots {
            _ = row.withString(at: slot) { text, _ in
                journal.terms.count(text, rule)
                for term in journal.terms.terms.keys {
                    let change = columnTable.insert(term, &columnCount)
                    if change < 0 { hasOther = 1 } else { added += change }
                }
            }
        }
        journal.save(added)
        journal.save(hasOther)
        return true
    }

    public mutating func undo(_ journal: inout Journal) {
        let hasOther = journal.restoreCount() == 1
        columnTable.removeLast(journal.restoreCount(), hasOther: hasOther)
    }

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        let start = x.columns.count
        for (index, slot) in slots.enumerated() {
            _ = row.withString(at: slot) { text, _ in
                x.terms.count(text, rule)
                // Terms of one text come once each, but for those that share a column.
                var other = (column: Int32(-1), value: 0.0)
                for term in x.terms.terms.keys.indices {
                    let (key, count) = (x.terms.terms.keys[term], x.terms.counts[term])
                    guard let column = columnTable.column(of: key) else { continue }
                    if column == columnTable.other {
                        other = (column, other.value + count)
                    } else if index == 0 {
                        x.append(column: Int(column), value: count)
                    } else {
                        x.add(column: column, value: count, from: start)
                    }
                }
                if other.column >= 0 { x.add(column: other.column, value: other.value, from: start) }
            }
        }
    }

    public var columns: [Int] { columnTable.all }
    public var byteCount: Int { columnTable.byteCount }
    public func encode(to encoder: inout CanonicalEncoder) { columnTable.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try columnTable.restore(from: &decoder)
    }
}
