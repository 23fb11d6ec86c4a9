import Determinism

/// Takes every feature to be normally distributed within each class, independently of the others, and answers the
/// classes' probabilities by Bayes' rule. It learns the mean and the variance of each feature in each class.
///
/// - `tempering`: believe the probabilities only as far as they proved true, as features that are not independent claim
///   too much (``Tempering``; default true). Not in River, whose answers come with false.
///
/// As in River, 10⁻⁹ is added to each density, the variance is that of the population, and a
/// feature that is missing takes no part. It takes numbers and encoded columns; categories need an encoder.
///
/// Time: O(features present · classes) per answer, O(features present) per example learned; with encoders that keep
/// zeros, columns in place of features present. Memory: 40 bytes for each column and class.
///
/// Without tempering, after learning −1, −2 and −3 as one class and 1, 2 and 3 as another, −0.8 is of the first with
/// probability 0.9918374229668796.
///
/// Source: River's `naive_bayes.GaussianNB`; T. F. Chan, G. H. Golub and R. J. LeVeque, *Algorithms for computing the
/// sample variance*, The American Statistician 37(3), 1983.
public struct GaussianNB: Learner {
    public static let declaration = ComponentDeclaration(
        "gaussian_nb", .classifier, parameters: [Tempering.parameter])
    public static let tasks = [Task.binary, .multiclass]

    /// Added to each density.
    private static let least = 1e-9
    private static let inverseRootOfTau = 1 / (2 * Double.pi).squareRoot()

    private let task: Task
    private var classes: ClassWeights
    /// By column and class: what was learned there, ...
    private var weights = ClassTable()
    private var means = ClassTable()
    private var sumsOfSquares = ClassTable()
    /// ... and what follows from it: the reciprocals of the deviation, and that over √2π, or 0 without a deviation.
    private var reciprocals = ClassTable()
    private var heights = ClassTable()

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        task = inputs.task
        classes = ClassWeights(isTempered: arguments.boolean("tempering"))
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        classes.answer(task, into: &answer, scratchCount: classes.count) { fill($0, x) }
    }

    /// Writes the logarithm of each class's likelihood times its share, using as much room again.
    private func fill(_ sums: UnsafeMutablePointer<Double>, _ x: borrowing FeatureVector) {
        let count = classes.count
        // Densities are multiplied for as long as the product is far from overflow, and then cost one logarithm.
        let products = sums + count
        for slot in 0..<count { (sums[slot], products[slot]) = (classes.logShare(slot), 1) }
        x.forEachPresent(below: means.columnCount) { column, value in
            let start = column &* means.stride
            for slot in 0..<count {
                products[slot] *= Self.least + density(value, start &+ slot)
                if !(products[slot] > 1e-140 && products[slot] < 1e140) {
                    sums[slot] += Elementary.log(products[slot])
                    products[slot] = 1
                }
            }
        }
        for slot in 0..<count { sums[slot] += Elementary.log(products[slot]) }
    }

    @inline(__always)
    private func density(_ value: Double, _ index: Int) -> Double {
        let height = heights.values[index]
        guard height > 0 else { return 0 }
        let z = (value - means.values[index]) * reciprocals.values[index]
        return Elementary.exp(-0.5 * z * z) * height
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
        guard weight <= FeatureVector.largestLearnable, x.isLearnable() else { return false }
        temper(x, slot, weight)
        classes.learn(slot, weight: weight)
        grow(x.columnCount)
        x.forEachPresent(below: means.columnCount) { column, value in
            weights[column, slot] += weight
            let old = means[column, slot]
            let mean = old + weight / weights[column, slot] * (value - old)
            means[column, slot] = mean
            sumsOfSquares[column, slot] += weight * (value - old) * (value - mean)
            derive(column, slot)
        }
        return true
    }

    private mutating func grow(_ columnCount: Int) {
        weights.grow(columns: columnCount, classes: classes.count)
        means.grow(columns: columnCount, classes: classes.count)
        sumsOfSquares.grow(columns: columnCount, classes: classes.count)
        reciprocals.grow(columns: columnCount, classes: classes.count)
        heights.grow(columns: columnCount, classes: classes.count)
    }

    @inline(__always)
    private mutating func derive(_ column: Int, _ slot: Int) {
        let variance = sumsOfSquares[column, slot] / weights[column, slot]
        let reciprocal = variance > 0 ? 1 / variance.squareRoot() : 0
        reciprocals[column, slot] = reciprocal
        heights[column, slot] = reciprocal * Self.inverseRootOfTau
    }

    public var byteCount: Int { classes.byteCount + 5 * means.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) {
        classes.encode(to: &encoder)
        weights.encode(to: &encoder, classes: classes.count)
        means.encode(to: &encoder, classes: classes.count)
        sumsOfSquares.encode(to: &encoder, classes: classes.count)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try classes.restore(from: &decoder)
        try weights.restore(from: &decoder, classes: classes.count)
        try means.restore(from: &decoder, classes: classes.count)
        try sumsOfSquares.restore(from: &decoder, classes: classes.count)
        guard weights.columnCount == means.columnCount, means.columnCount == sumsOfSquares.columnCount else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "not every mean has its variance")
        }
        (reciprocals, heights) = (ClassTable(), ClassTable())
        grow(means.columnCount)
        for column in 0..<means.columnCount {
            for slot in 0..<classes.count where weights[column, slot] > 0 { derive(column, slot) }
        }
    }
}

extension GaussianNB: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        try classes.explain(x, asked, scratchCount: classes.count) { fill($0, $1) }
    }
}
