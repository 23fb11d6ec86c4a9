import Determinism

/// Takes an example to be counts, such as those of words, drawn independently with the frequencies of its class, and
/// answers the classes' probabilities by Bayes' rule. It learns how often each feature was counted in each class.
///
/// - `alpha`: what is added to each count, from 1e-10 (default 1).
/// - `tempering`: believe the probabilities only as far as they proved true, as features that are not independent claim
///   too much (``Tempering``; default true). Not in River, whose answers come with false.
///
/// Numbers and encoded columns are counts; one that is missing or 0 takes no part, so an example costs what it holds.
/// Counts should not be negative: River ends with an error once a sum is not positive, which counts as 1e-15 here.
///
/// Time: O(features present · classes) per answer, O(features present) per example learned. Memory: 16 bytes for each
/// column and class.
///
/// After the documents "Chinese Beijing Chinese", "Chinese Chinese Shanghai", "Chinese Macao" of one class and "Tokyo
/// Japan Chinese" of another, "Chinese Chinese Chinese Tokyo Japan" is of the first with probability
/// 0.6897586117634673, without tempering.
///
/// Source: C. D. Manning, P. Raghavan and H. Schütze, *Introduction to Information Retrieval*, 2008, section 13.2;
/// River's `naive_bayes.MultinomialNB`.
public struct MultinomialNB: Learner {
    public static let declaration = ComponentDeclaration(
        "multinomial_nb", .classifier, parameters: [NaiveBayesParameters.alpha, Tempering.parameter])
    public static let tasks = [Task.binary, .multiclass]

    private let task: Task
    private let alpha: Double
    private var classes: ClassWeights
    private var seen = SeenColumns()
    private var counts = ClassTable()
    /// The sum of the counts of each class.
    private var totals: [Double] = []
    /// What follows from the above: log(count + alpha), and of each class the logarithm of the sum of these sums.
    private var logCounts: ClassTable
    private var logTotals: [Double] = []

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        task = inputs.task
        classes = ClassWeights(isTempered: arguments.boolean("tempering"))
        alpha = arguments.number("alpha")
        logCounts = ClassTable(initial: Elementary.log(alpha))
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        classes.answer(task, into: &answer) { fill($0, x) }
    }

    /// Writes the logarithm of each class's likelihood times its share.
    private func fill(_ sums: UnsafeMutablePointer<Double>, _ x: borrowing FeatureVector) {
        let count = classes.count
        for slot in 0..<count { sums[slot] = classes.logShare(slot) }
        var length = 0.0
        let logCounts = logCounts
        logCounts.values.withUnsafeBufferPointer { logs in
            x.forEachListed(below: x.columnCount) { column, value in
                length += value
                // What was never counted is as rare in every class.
                guard column < logCounts.columnCount else { return }
                let start = column &* logCounts.stride
                for slot in 0..<count { sums[slot] += value * logs[start &+ slot] }
            }
        }
        for slot in 0..<count { sums[slot] -= length * logTotals[slot] }
    }

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
        let seenBefore = seen.count
        seen.learn(x)
        grow(x.columnCount)
        x.forEachListed(below: counts.columnCount) { column, value in
            guard value != 0 else { return }
            counts[column, slot] += weight * value
            totals[slot] += weight * value
            logCounts[column, slot] = logarithm(counts[column, slot] + alpha)
        }
        if seen.count != seenBefore {
            for slot in totals.indices { deriveTotal(slot) }
        } else {
            deriveTotal(slot)
        }
        return true
    }

    private mutating func grow(_ columnCount: Int) {
        counts.grow(columns: columnCount, classes: classes.count)
        logCounts.grow(columns: columnCount, classes: classes.count)
        while totals.count < classes.count {
            totals.append(0)
            logTotals.append(0)
            deriveTotal(totals.count - 1)
        }
    }

    @inline(__always)
    private func logarithm(_ sum: Double) -> Double { Elementary.log(sum > 0 ? sum : NaiveBayesParameters.least) }

    private mutating func deriveTotal(_ slot: Int) {
        logTotals[slot] = logarithm(totals[slot] + alpha * Double(seen.count))
    }

    public var byteCount: Int {
        classes.byteCount + seen.byteCount + 2 * counts.byteCount + (totals.count + logTotals.count) * 8
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        classes.encode(to: &encoder)
        seen.encode(to: &encoder)
        counts.encode(to: &encoder, classes: classes.count)
        for total in totals { encoder.double(total) }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try classes.restore(from: &decoder)
        seen = try SeenColumns(from: &decoder)
        try counts.restore(from: &decoder, classes: classes.count)
        logCounts = ClassTable(initial: Elementary.log(alpha))
        (totals, logTotals) = ([], [])
        grow(counts.columnCount)
        for slot in totals.indices {
            totals[slot] = try decoder.double()
            deriveTotal(slot)
        }
        for column in 0..<counts.columnCount {
            for slot in 0..<classes.count where counts[column, slot] != 0 {
                logCounts[column, slot] = logarithm(counts[column, slot] + alpha)
            }
        }
    }
}

extension MultinomialNB: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        try classes.explain(x, asked) { fill($0, $1) }
    }
}
