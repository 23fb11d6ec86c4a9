import Determinism

/// Judges a class by the counts of all the other classes: the less an example looks like them, the more probable the
/// class. It learns how often each feature was counted in each class, and suits classes of unequal size.
///
/// - `alpha`: what is added to each count, from 1e-10 (default 1).
/// - `tempering`: believe the probabilities only as far as they proved true, as features that are not independent claim
///   too much (``Tempering``; default true). Not in River, whose answers come with false.
///
/// Numbers and encoded columns are counts, as in ``MultinomialNB``, negative ones included. As in River, the shares of
/// the classes themselves play no part, and neither do the paper's other corrections (its sections 3.2 and 4).
///
/// Time: O(features present · classes) per answer, O(features present + classes) per example learned. Memory: 8 bytes
/// for each column and class.
///
/// After the documents of ``MultinomialNB``, "Chinese Chinese Chinese Tokyo Japan" is of the first class with
/// probability 0.4256500727917068, without tempering.
///
/// Source: J. D. M. Rennie, L. Shih, J. Teevan and D. R. Karger, *Tackling the poor assumptions of naive Bayes text
/// classifiers*, ICML 2003, section 3.1; River's `naive_bayes.ComplementNB`.
public struct ComplementNB: Learner {
    public static let declaration = ComponentDeclaration(
        "complement_nb", .classifier, parameters: [NaiveBayesParameters.alpha, Tempering.parameter])
    public static let tasks = [Task.binary, .multiclass]

    private let task: Task
    private let alpha: Double
    private var classes: ClassWeights
    private var seen = SeenColumns()
    private var counts = ClassTable()
    /// The sum of each column's counts, as a table of one class.
    private var columnTotals = ClassTable()
    /// The sum of all counts, and of each class that of all the other classes. The latter is kept rather than
    /// subtracted, so that a small rest of large sums keeps its digits.
    private var total = 0.0
    private var otherTotals: [Double] = []

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        task = inputs.task
        classes = ClassWeights(isTempered: arguments.boolean("tempering"))
        alpha = arguments.number("alpha")
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        classes.answer(task, into: &answer) { fill($0, x) }
    }

    /// Writes the logarithm of each class's likelihood.
    private func fill(_ sums: UnsafeMutablePointer<Double>, _ x: borrowing FeatureVector) {
        let count = classes.count
        for slot in 0..<count { sums[slot] = 0 }
        var length = 0.0
        x.forEachListed(below: x.columnCount) { column, value in
            length += value
            guard value != 0, column < counts.columnCount else { return }
            let others = columnTotals.values[column] + alpha
            for slot in 0..<count {
                sums[slot] -= value * logarithm(others - counts.values[column &* counts.stride &+ slot])
            }
        }
        for slot in 0..<count { sums[slot] += length * logarithm(otherTotals[slot] + alpha * Double(seen.count)) }
    }

    @inline(__always)
    private func logarithm(_ sum: Double) -> Double { Elementary.log(sum > 0 ? sum : NaiveBayesParameters.least) }

    /// Apart from learning, so that nothing is borrowed twice.
    @inline(__always)
    private mutating func temper(_ x: borrowing FeatureVector, _ slot: Int, _ weight: Double) {
        var own = classes
        own.temper(slot, weight: weight) { fill($0, x) }
        classes = own
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        guard weight <= FeatureVector.largestLearnable, x.isLearnable() else { return false }
        temper(x, slot, weight)
        classes.learn(slot, weight: weight)
        seen.learn(x)
        grow(x.columnCount)
        var length = 0.0
        x.forEachListed(below: counts.columnCount) { column, value in
            counts[column, slot] += weight * value
            columnTotals[column, 0] += weight * value
            length += weight * value
        }
        total += length
        for other in otherTotals.indices where other != slot { otherTotals[other] += length }
        return true
    }

    private mutating func grow(_ columnCount: Int) {
        counts.grow(columns: columnCount, classes: classes.count)
        columnTotals.grow(columns: columnCount, classes: 1)
        while otherTotals.count < classes.count { otherTotals.append(total) }
    }

    public var byteCount: Int {
        classes.byteCount + seen.byteCount + counts.byteCount + columnTotals.byteCount + otherTotals.count * 8
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        classes.encode(to: &encoder)
        seen.encode(to: &encoder)
        counts.encode(to: &encoder, classes: classes.count)
        columnTotals.encode(to: &encoder, classes: 1)
        encoder.double(total)
        for total in otherTotals { encoder.double(total) }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try classes.restore(from: &decoder)
        seen = try SeenColumns(from: &decoder)
        try counts.restore(from: &decoder, classes: classes.count)
        try columnTotals.restore(from: &decoder, classes: 1)
        guard columnTotals.columnCount == counts.columnCount else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "not every column has its sum")
        }
        total = try decoder.double()
        otherTotals = []
        for _ in 0..<classes.count { otherTotals.append(try decoder.double()) }
    }
}

extension ComplementNB: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        try classes.explain(x, asked) { fill($0, $1) }
    }
}
