import Determinism

/// Takes each feature to be there or not, independently of the others, with the frequency of its class, and answers the
/// classes' probabilities by Bayes' rule. Unlike ``MultinomialNB``, it also learns from what is not there.
///
/// - `alpha`: what is added to how often a feature was there, and to how often it was not, from 0 (default 1).
/// - `true_threshold`: a number above it is there, any (default 0).
/// - `tempering`: believe the probabilities only as far as they proved true, as features that are not independent claim
///   too much (``Tempering``; default true). Not in River, whose answers come with false.
///
/// A missing number is not there. As in River, 10⁻⁹ is added to each probability. A feature that was never learned
/// takes no part.
///
/// Time: O(features present · classes) per answer, whatever the number of columns; O(columns), some nanoseconds each,
/// per example learned. Memory: 8 bytes for each column and class.
///
/// After the documents of ``MultinomialNB``, "Chinese Chinese Chinese Tokyo Japan" is of the first class with
/// probability 0.19106678988221457, without tempering.
///
/// Source: C. D. Manning, P. Raghavan and H. Schütze, *Introduction to Information Retrieval*, 2008, section 13.3;
/// River's `naive_bayes.BernoulliNB`.
public struct BernoulliNB: Learner {
    public static let declaration = ComponentDeclaration(
        "bernoulli_nb", .classifier,
        parameters: [
            ParameterDeclaration("alpha", .number(0...1e10), default: .number(1), "what is added to each count"),
            ParameterDeclaration("true_threshold", .number(.finite), default: .number(0), "a number above it is there"),
            Tempering.parameter,
        ])
    public static let tasks = [Task.binary, .multiclass]

    /// Added to each probability.
    private static let least = 1e-9

    /// Of one class, how the examples look that have nothing.
    private struct Absence: Sendable {
        /// log(10⁻⁹ + 1 − p), added up over the columns that were there in the class, how many those are, and the same
        /// logarithm of any other column.
        var logOfKnown = 0.0
        var knownCount = 0
        var logOfOther = 0.0
    }

    private let task: Task
    private let alpha: Double
    private let threshold: Double
    private var classes: ClassWeights
    private var seen = SeenColumns()
    private var counts = ClassTable()
    /// Follows from the above.
    private var absences: [Absence] = []

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        task = inputs.task
        classes = ClassWeights(isTempered: arguments.boolean("tempering"))
        alpha = arguments.number("alpha")
        threshold = arguments.number("true_threshold")
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        classes.answer(task, into: &answer, scratchCount: classes.count) { fill($0, x) }
    }

    /// Writes the logarithm of each class's likelihood times its share, using as much room again.
    private func fill(_ sums: UnsafeMutablePointer<Double>, _ x: borrowing FeatureVector) {
        let count = classes.count
        let products = sums + count
        for slot in 0..<count {
            let absence = absences[slot]
            sums[slot] =
                classes.logShare(slot) + absence.logOfKnown
                + Double(seen.count - absence.knownCount) * absence.logOfOther
            products[slot] = 1
        }
        forEachThere(x) { column in
            guard column < counts.columnCount, seen.contains(column) else { return }
            for slot in 0..<count {
                let p = probability(counts.values[column &* counts.stride &+ slot], slot)
                products[slot] *= (Self.least + p) / (Self.least + (1 - p))
                if !(products[slot] > 1e-140 && products[slot] < 1e140) {
                    sums[slot] += Elementary.log(products[slot])
                    products[slot] = 1
                }
            }
        }
        for slot in 0..<count { sums[slot] += Elementary.log(products[slot]) }
    }

    /// Visits the columns above the threshold.
    @inline(__always)
    private func forEachThere(_ x: borrowing FeatureVector, _ body: (Int) -> Void) {
        x.forEachListed(below: x.columnCount) { column, value in
            if value > threshold { body(column) }
        }
        if threshold < 0, x.keepsZeros { x.forEachZero(below: x.columnCount, body) }
    }

    @inline(__always)
    private func probability(_ count: Double, _ slot: Int) -> Double {
        (count + alpha) / (classes.weights[slot] + alpha * 2)
    }

    /// Apart from learning, so that nothing is borrowed twice.
    @inline(__always)
    private mutating func temper(_ x: borrowing FeatureVector, _ slot: Int, _ weight: Double) {
        var own = classes
        own.temper(slot, weight: weight, scratchCount: classes.count) { fill($0, x) }
        classes = own
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        guard weight <= FeatureVector.largestLearnable else { return false }
        temper(x, slot, weight)
        classes.learn(slot, weight: weight)
        seen.learn(x)
        grow(x.columnCount)
        forEachThere(x) { counts[$0, slot] += weight }
        derive(slot)
        return true
    }

    private mutating func grow(_ columnCount: Int) {
        counts.grow(columns: columnCount, classes: classes.count)
        while absences.count < classes.count { absences.append(Absence()) }
    }

    private mutating func derive(_ slot: Int) {
        var absence = Absence()
        guard classes.isKnown(slot) else { return }
        var product = 1.0
        for column in 0..<counts.columnCount {
            let count = counts[column, slot]
            guard count > 0 else { continue }
            absence.knownCount += 1
            product *= Self.least + (1 - probability(count, slot))
            if product < 1e-140 {
                absence.logOfKnown += Elementary.log(product)
                product = 1
            }
        }
        absence.logOfKnown += Elementary.log(product)
        absence.logOfOther = Elementary.log(Self.least + (1 - probability(0, slot)))
        absences[slot] = absence
    }

    public var byteCount: Int {
        classes.byteCount + seen.byteCount + counts.byteCount + absences.count * MemoryLayout<Absence>.stride
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        classes.encode(to: &encoder)
        seen.encode(to: &encoder)
        counts.encode(to: &encoder, classes: classes.count)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try classes.restore(from: &decoder)
        seen = try SeenColumns(from: &decoder)
        try counts.restore(from: &decoder, classes: classes.count)
        absences = []
        grow(counts.columnCount)
        for slot in absences.indices { derive(slot) }
    }
}

extension BernoulliNB: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        try classes.explain(x, asked, scratchCount: classes.count) { fill($0, $1) }
    }
}
