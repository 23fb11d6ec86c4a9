import Determinism

/// Gives every term of a text a column: how often it comes in the text, more where it is rare in the texts learned so
/// far. A term gets its column when it is first learned; until then it adds nothing.
///
/// - `normalize`: divide by the length of the vector, terms without a column included (default true).
/// - `lowercase`, `ngram_range`, `stop_words`, `max_terms`: as of ``BagOfWords``.
///
/// A term that comes in d of n texts learned and in a share f of the places of this one has the value
/// f · (log((1 + n) / (1 + d)) + 1). Terms beyond `max_terms` share a column, and the count of the texts in which one
/// of them comes. With several features, each is a text of its own. A text counts for the whole number of texts nearest
/// to its weight, at least 1.
///
/// Time: O(bytes) per example. Memory: some 38 bytes a term.
///
/// After learning "red car" and "red bus", "red bus bus" has 0.3351757433279261 for `red` and 0.9421556246632359 for
/// `bus`: ⅓ and ⅔ · (log(3/2) + 1), divided by their length.
///
/// Source: K. Spärck Jones, *A statistical interpretation of term specificity*, Journal of Documentation 28(1), 1972;
/// River's `feature_extraction.TFIDF`.
public struct TFIDF: Transformer {
    public static let declaration = ComponentDeclaration(
        "tfidf", .transformer, revision: 2,
        takes: TransformerInputs(.text, also: [.category], replaces: true, addsColumns: true),
        parameters: [
            ParameterDeclaration("normalize", .boolean, default: .boolean(true), "divide by the vector's length")
        ] + TermRule.parameters)

    private let slots: [Int]
    private let rule: TermRule
    private let normalizes: Bool
    private let maxTerms: Int
    private var columnTable: ColumnTable
    /// How many texts each term comes in; those of *other* come last.
    private var frequencies: [Int32] = []
    private var textCount = 0

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        slots = inputs.map(\.slot)
        rule = TermRule(arguments)
        normalizes = arguments.boolean("normalize")
        maxTerms = arguments.integer("max_terms")
        columnTable = ColumnTable(max: maxTerms)
    }

    /// Where the frequency of a term is.
    private func place(_ term: Fingerprint) -> Int { columnTable.keys.slot(of: term) ?? maxTerms }

    /// Terms are learned text by text; what each text did is on the journal: how far and where it raised a frequency,
    /// or the count of texts (−1), then how often it did.
    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool {
        guard weight > 0 else { return true }
        let times = Int(min(max(weight.rounded(.toNearestOrEven), 1), 1e9))
        var (added, hasOther, raised) = (0, 0, 0)
        for slot in slots {
            _ = row.withString(at: slot) { text, _ in
                journal.terms.count(text, rule)
                var otherIsRaised = false
                for index in journal.terms.terms.keys.indices {
                    let term = journal.terms.terms.keys[index]
                    let change = columnTable.insert(term, &columnCount)
                    if change < 0 { hasOther = 1 } else { added += change }
                    if change != 0 { frequencies.append(0) }
                    let place = place(term)
                    guard place < maxTerms || !otherIsRaised else { continue }
                    if place == maxTerms { otherIsRaised = true }
                    let step = min(times, Int(Int32.max - frequencies[place]))
                    frequencies[place] += Int32(step)
                    journal.save(step)
                    journal.save(place)
                    raised += 1
                }
                let step = min(times, Int.max - textCount)
                textCount += step
                journal.save(step)
                journal.save(-1)
                raised += 1
            }
        }
        journal.save(raised)
        journal.save(added)
        journal.save(hasOther)
        return true
    }

    public mutating func undo(_ journal: inout Journal) {
        let hasOther = journal.restoreCount() == 1
        let added = journal.restoreCount()
        for _ in 0..<journal.restoreCount() {
            let (place, step) = (journal.restoreCount(), journal.restoreCount())
            if place < 0 { textCount -= step } else { frequencies[place] -= Int32(step) }
        }
        frequencies.removeLast(added + (hasOther ? 1 : 0))
        columnTable.removeLast(added, hasOther: hasOther)
    }

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        let start = x.columns.count
        for slot in slots {
            _ = row.withString(at: slot) { text, _ in
                x.terms.count(text, rule)
                let first = x.columns.count
                var squares = 0.0
                var other = 0.0
                for index in x.terms.terms.keys.indices {
                    let term = x.terms.terms.keys[index]
                    let value = x.terms.counts[index] / x.terms.total * inverseFrequency(term)
                    squares += value * value
                    guard let column = columnTable.column(of: term) else { continue }
                    guard column != columnTable.other else {
                        other += value
                        continue
                    }
                    x.append(column: Int(column), value: value)
                }
                if other > 0, let column = columnTable.other { x.append(column: Int(column), value: other) }
                x.finishText(from: first, start, length: normalizes ? squares.squareRoot() : 1)
            }
        }
    }

    private func inverseFrequency(_ term: Fingerprint) -> Double {
        let place = place(term)
        let frequency = place < frequencies.count ? Double(frequencies[place]) : 0
        return Elementary.log((1 + Double(textCount)) / (1 + frequency)) + 1
    }

    public var columns: [Int] { columnTable.all }
    public var byteCount: Int { columnTable.byteCount + frequencies.count * 4 }

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(textCount)
        columnTable.encode(to: &encoder)
        for frequency in frequencies { encoder.count(Int(frequency)) }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let textCount = try decoder.uint()
        try columnTable.restore(from: &decoder)
        let hasOther = columnTable.other != nil
        guard textCount <= UInt64(Int.max), !hasOther || columnTable.keys.count == maxTerms else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "other terms than are told apart")
        }
        var frequencies: [Int32] = []
        for _ in 0..<columnTable.keys.count + (hasOther ? 1 : 0) {
            guard let frequency = Int32(exactly: try decoder.uint()) else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "a term comes too often")
            }
            frequencies.append(frequency)
        }
        (self.textCount, self.frequencies) = (Int(textCount), frequencies)
    }
}

extension FeatureVector {
    /// Divides the columns from `first` on by a length, and adds those that were there from `start` on already to them.
    fileprivate mutating func finishText(from first: Int, _ start: Int, length: Double) {
        for index in first..<columns.count where length > 0 { values[index] /= length }
        guard first > start else { return }
        var index = first
        while index < columns.count {
            let (column, value) = (columns[index], values[index])
            guard let earlier = columns[start..<first].firstIndex(of: column) else {
                index += 1
                continue
            }
            values[earlier] += value
            columns.remove(at: index)
            values.remove(at: index)
        }
    }
}
