import Determinism

/// Adds a number for each category feature: the mean of the targets learned with the category, drawn towards the mean
/// of all targets the fewer there are. The number of `carrier` is named `carrier_target`.
///
/// - `prior_weight`: how many targets the mean of all counts for (default 10).
/// - `max_categories`: how many categories of a feature have a mean of their own, from 1 to 1,000,000 (default 10,000);
///   all later ones share one, *other*.
/// - `learned`: as of ``TargetAgg``: `asked` (default) keeps 8 bytes a feature with each open question; or `labelled`.
///
/// With n targets of mean m and an overall mean g it is (n · m + `prior_weight` · g) / (n + `prior_weight`): equation 3
/// of the source with λ(n) = n / (n + `prior_weight`). A category never learned has the overall mean, 0 before any
/// target; a missing one stays missing. An example is transformed before its own target enters. Of two classes the
/// positive one counts as 1.
///
/// Time: O(features) per example. Memory: some 40 bytes and the name for each category.
///
/// With `prior_weight` 1, after targets 1 and 3 of `a` and 8 of `b`, `a` is (2 · 2 + 4) / 3 = 2.6666666666666665.
///
/// Source: D. Micci-Barreca, *A preprocessing scheme for high-cardinality categorical attributes in classification and
/// prediction problems*, SIGKDD Explorations 3(1), 2001; River has it as `feature_extraction.TargetAgg` with a fixed
/// prior, here ``TargetAgg``.
public struct TargetEncoder: SupervisedTransformer {
    public static let declaration = ComponentDeclaration(
        "target_encoder", .transformer, revision: 2,
        takes: TransformerInputs(.category, replaces: true, tasks: [.regression, .binary]),
        parameters: [
            ParameterDeclaration(
                "prior_weight", .number(.nonNegative), default: .number(10),
                "how many targets the overall mean counts for"),
            ParameterDeclaration(
                "max_categories", .integer(1...1_000_000), default: .integer(10_000),
                "means a feature; later categories share one"),
            learnedParameter,
        ])

    /// One feature's categories, their numbers of targets and their means; those of *other* come last.
    private struct Encoding: Sendable {
        var table = CategoryTable()
        var means: [Mean] = []
    }

    private let priorWeight: Double
    private let maxCategories: Int
    private let slots: [Int]
    private let outputs: [Int]
    public let keptOutputs: [Int]
    private var encodings: [Encoding]
    private var overall = Mean()

    public static func outputs(_ arguments: Arguments, inputs: [String]) -> [String] {
        inputs.map { "\($0)_target" }
    }

    public static func origins(_ arguments: Arguments, inputs: [String]) -> [[Int]] { inputs.indices.map { [$0] } }

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        priorWeight = arguments.number("prior_weight")
        maxCategories = arguments.integer("max_categories")
        (slots, self.outputs) = (inputs.map(\.slot), outputs)
        keptOutputs = Self.learnsAsAsked(arguments) ? outputs : []
        encodings = inputs.map { _ in Encoding() }
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: inout FeatureVector, _ target: Target, weight: Double, columnCount: inout Int,
        journal: inout Journal
    ) -> Bool {
        transform(row, &x)
        guard weight > 0 else { return true }
        let y = target.number
        for index in slots.indices {
            // Where the mean lies, how it was, and what was added: 1 a category, 2 *other*, 0 nothing; −1 is missing.
            var (place, added) = (-1, 0)
            _ = row.withString(at: slots[index]) { name, hash in
                place = encodings[index].table.slot(of: name, hash: hash) ?? maxCategories
                guard place == maxCategories else { return }
                if encodings[index].table.count < maxCategories {
                    place = encodings[index].table.append(name, hash: hash)
                    added = 1
                } else if encodings[index].means.count == maxCategories {
                    added = 2
                }
            }
            guard place >= 0 else {
                journal.save(-1)
                continue
            }
            if added > 0 { encodings[index].means.append(Mean()) }
            encodings[index].means[place].save(to: &journal)
            journal.save(added)
            journal.save(place)
            encodings[index].means[place].update(y, weight: weight)
        }
        overall.save(to: &journal)
        overall.update(y, weight: weight)
        return overall.count.isFinite && overall.value.isFinite
    }

    public mutating func undo(_ journal: inout Journal) {
        overall.restore(from: &journal)
        for index in slots.indices.reversed() {
            let place = journal.restoreCount()
            guard place >= 0 else { continue }
            let added = journal.restoreCount()
            encodings[index].means[place].restore(from: &journal)
            if added > 0 { encodings[index].means.removeLast() }
            if added == 1 { encodings[index].table.removeLast(1) }
        }
    }

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        for index in slots.indices {
            x.numbers[outputs[index]] =
                row.withString(at: slots[index]) { name, hash in
                    let place = encodings[index].table.slot(of: name, hash: hash) ?? maxCategories
                    guard place < encodings[index].means.count else { return overall.value }
                    let mean = encodings[index].means[place]
                    return (mean.count * mean.value + priorWeight * overall.value) / (mean.count + priorWeight)
                } ?? .nan
        }
    }

    public var byteCount: Int {
        encodings.reduce(16) { $0 + $1.table.byteCount + $1.means.count * 16 }
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        overall.encode(to: &encoder)
        for encoding in encodings {
            encoding.table.encode(to: &encoder)
            encoder.bool(encoding.means.count > encoding.table.count)
            for mean in encoding.means { mean.encode(to: &encoder) }
        }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        overall = try Self.mean(&decoder)
        for index in encodings.indices {
            let table = try CategoryTable(from: &decoder)
            let hasOther = try decoder.bool()
            guard table.count < maxCategories && !hasOther || table.count == maxCategories else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "other categories than are told apart")
            }
            var means: [Mean] = []
            for _ in 0..<table.count + (hasOther ? 1 : 0) { means.append(try Self.mean(&decoder)) }
            encodings[index] = Encoding(table: table, means: means)
        }
    }

    private static func mean(_ decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) -> Mean {
        let mean = try Mean(from: &decoder)
        guard mean.count >= 0, mean.count.isFinite, mean.value.isFinite else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a mean that is not finite")
        }
        return mean
    }
}
