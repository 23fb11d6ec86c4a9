import Determinism

/// Predicts a weighted sum of the features whose weights are not points but a normal distribution, and answers its
/// mean. It starts from a prior and takes each example in exactly, so there is no step size and no need of scaling;
/// there is no intercept.
///
/// - `alpha`: how firmly the weights are expected to be 0, as the reciprocal of their variance, from 1e-10 to 1e10
///   (default 1).
/// - `beta`: how exact the true values are, as the reciprocal of their variance, from 1e-10 to 1e10 (default 1).
/// - `smoothing`: from 0 to 1; what was learned, the prior too, counts only so much one example later (default: nothing
///   is forgotten).
/// - `max_columns`: from 1 to 2048 (default 256). Columns beyond it, numbers first and then encoded ones in the order
///   of first learning, take no part. Not in River, where they grow without bound.
///
/// - `outlier_limit`: from 2; a true value farther from the answer than so many times as usual counts as if it were no
///   farther (default 100; none: there is no limit, as in River). What is usual begins with the 100th example and fades
///   (``TypicalError``), so that a change for good is believed within tens of examples.
///
/// A missing number counts as 0, as in River. Time per example learned: O(columns²), with `smoothing` O(columns³ / 6);
/// per answer O(features present). Memory: 8 bytes for each pair of columns.
///
/// With `smoothing` and an `alpha` other than 1 River begins with 1/`alpha` where the precision is `alpha` (Bishop,
/// equation 3.52), and what a column has forgotten before it first comes depends on how its arrays grew. Here it is
/// `alpha`, and a column is as new when it comes.
///
/// After learning y = 2 at x = 1, the answer to x = 1 is 1: half-way from the prior.
///
/// Source: C. M. Bishop, *Pattern Recognition and Machine Learning*, 2006, equations 3.50, 3.51 and 3.58; J. Sherman
/// and W. J. Morrison, Ann. Math. Statist. 21(1), 1950; River's `linear_model.BayesianLinearRegression`.
public struct BayesianLinearRegression: Learner {
    public static let declaration = ComponentDeclaration(
        "bayesian_linear_regression", .regressor,
        parameters: [
            ParameterDeclaration("alpha", .number(1e-10...1e10), default: .number(1), "the precision of the prior"),
            ParameterDeclaration("beta", .number(1e-10...1e10), default: .number(1), "the precision of true values"),
            ParameterDeclaration("smoothing", .optional(.number(0...1)), default: .none, "how much the past counts"),
            ParameterDeclaration("max_columns", .integer(1...2048), default: .integer(256), "columns that take part"),
            TypicalError.parameter,
        ])
    public static let tasks = [Task.regression]

    private let alpha: Double
    private let beta: Double
    private let smoothing: Double?
    private let maxColumns: Int

    private var error: TypicalError
    private var count = 0
    /// Row by row, symmetric to the bit: the covariance of the weights, or with smoothing its inverse.
    private var matrix: [Double] = []
    /// Σ β y x.
    private var moments: [Double] = []
    /// The mean of the weights.
    private var means: [Double] = []

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        alpha = arguments.number("alpha")
        beta = arguments.number("beta")
        smoothing = arguments.optionalNumber("smoothing")
        maxColumns = arguments.integer("max_columns")
        error = TypicalError(limit: arguments.optionalNumber("outlier_limit"))
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        answer.append(predicted(x))
    }

    private func predicted(_ x: borrowing FeatureVector) -> Double {
        var sum = 0.0
        means.withUnsafeBufferPointer { m in
            x.forEachListed(below: m.count) { sum += m[$0] * $1 }
        }
        return sum
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .value(let given) = target else { preconditionFailure("a regressor learns values") }
        guard weight > 0 else { return true }
        let largest = FeatureVector.largestLearnable
        guard weight <= largest, given.magnitude <= largest, x.isLearnable() else { return false }
        let columns = min(x.columnCount, maxColumns)
        guard max(count, columns) > 0 else { return true }
        var error = error
        let y = error.limited(given, answer: error.isLimiting ? predicted(x) : 0)
        if let smoothing {
            grow(columns)
            forget(x, y, smoothing, (1 - smoothing) * weight, journal: &journal)
            self.error = error
            return true
        }
        guard journal.withScratch(max(count, columns), { update(x, y, weight: weight, columns, $0) }) else {
            return false
        }
        self.error = error
        return true
    }

    /// Gives every column its prior.
    private mutating func grow(_ newCount: Int) {
        guard newCount > count else { return }
        var wider = [Double](repeating: 0, count: newCount * newCount)
        for i in 0..<count {
            for j in 0..<count { wider[i * newCount + j] = matrix[i * count + j] }
        }
        for i in count..<newCount { wider[i * newCount + i] = smoothing == nil ? 1 / alpha : alpha }
        moments.append(contentsOf: repeatElement(0, count: newCount - count))
        means.append(contentsOf: repeatElement(0, count: newCount - count))
        (matrix, count) = (wider, newCount)
    }

    // MARK: Without smoothing

    /// The covariance loses what the example explains (Sherman and Morrison), and the mean follows from it.
    private mutating func update(
        _ x: borrowing FeatureVector, _ y: Double, weight: Double, _ columns: Int, _ u: UnsafeMutablePointer<Double>
    ) -> Bool {
        let precision = beta * weight
        let newCount = max(count, columns)
        for i in 0..<newCount { u[i] = 0 }
        var spread = 0.0
        matrix.withUnsafeBufferPointer { rows in
            x.forEachListed(below: columns) { column, value in
                // A column that is new has its prior alone.
                guard column < count else {
                    u[column] += value / alpha
                    return
                }
                for j in 0..<count { u[j] += value * rows[column &* count &+ j] }
            }
        }
        x.forEachListed(below: columns) { spread += $1 * u[$0] }
        let shrinkage = precision / (1 + precision * spread)
        // Rounding may have left a covariance that is none; a larger example would then grow it without bound.
        guard spread >= 0, shrinkage.isFinite else { return false }
        grow(columns)
        let root = shrinkage.squareRoot()
        for i in 0..<count { u[i] *= root }
        x.forEachListed(below: columns) { moments[$0] += precision * $1 * y }
        for j in 0..<count { means[j] = 0 }
        matrix.withUnsafeMutableBufferPointer { rows in
            means.withUnsafeMutableBufferPointer { means in
                for i in 0..<count {
                    let (own, moment, start) = (u[i], moments[i], i &* count)
                    for j in 0..<count {
                        let value = rows[start &+ j] - own * u[j]
                        rows[start &+ j] = value
                        means[j] += moment * value
                    }
                }
            }
        }
        return true
    }

    // MARK: With smoothing

    /// All that was learned shrinks, the example is added, and the mean is solved for anew.
    private mutating func forget(
        _ x: borrowing FeatureVector, _ y: Double, _ smoothing: Double, _ weight: Double, journal: inout Journal
    ) {
        for i in matrix.indices { matrix[i] *= smoothing }
        for i in moments.indices { moments[i] *= smoothing }
        x.forEachListed(below: count) { i, value in
            x.forEachListed(below: count) { matrix[i * count + $0] += weight * beta * (value * $1) }
            moments[i] += weight * beta * value * y
        }
        journal.withScratch(count * count) { solve($0) }
    }

    /// Solves matrix · means = moments by Cholesky's decomposition L Lᵀ. A column of which nothing is left that the
    /// others do not say gets no weight.
    private mutating func solve(_ lower: UnsafeMutablePointer<Double>) {
        for i in 0..<count {
            let row = lower + i * count
            var pivot = matrix[i * count + i]
            for j in 0..<i {
                var sum = matrix[i * count + j]
                for k in 0..<j { sum -= row[k] * lower[j * count + k] }
                row[j] = sum * lower[j * count + j]
                pivot -= row[j] * row[j]
            }
            // The diagonal holds reciprocals.
            row[i] = pivot > 1e-14 * matrix[i * count + i] ? 1 / pivot.squareRoot() : 0
        }
        for i in 0..<count {
            var sum = moments[i]
            for k in 0..<i { sum -= lower[i * count + k] * means[k] }
            means[i] = sum * lower[i * count + i]
        }
        for i in (0..<count).reversed() {
            var sum = means[i]
            for k in i + 1..<count { sum -= lower[k * count + i] * means[k] }
            // What is left of a column may be so little that its weight overflows: then it has none.
            let mean = sum * lower[i * count + i]
            means[i] = mean.isFinite ? mean : 0
        }
    }

    // MARK: State

    public var byteCount: Int { (matrix.count + moments.count + means.count) * 8 }

    /// Half of the matrix is the other half.
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(count)
        for i in 0..<count {
            for j in 0...i { encoder.double(matrix[i * count + j]) }
            encoder.double(moments[i])
            encoder.double(means[i])
        }
        error.encode(to: &encoder)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let newCount = try decoder.count(elementBytes: 24)
        guard newCount <= maxColumns else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "more columns than take part")
        }
        (count, matrix, moments, means) = (0, [], [], [])
        grow(newCount)
        for i in 0..<newCount {
            for j in 0...i {
                matrix[i * count + j] = try decoder.double()
                matrix[j * count + i] = matrix[i * count + j]
            }
            moments[i] = try decoder.double()
            means[i] = try decoder.double()
        }
        try error.restore(from: &decoder)
    }
}

extension BayesianLinearRegression: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        var linear = LinearTerms()
        x.forEachListed(below: means.count) { linear.terms.append(($0, means[$0] * $1)) }
        return try linear.contributions()
    }
}
