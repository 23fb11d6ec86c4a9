import Determinism

/// Vowpal Wabbit's standard update: a step size for each weight from the squared gradients it has met and from the
/// largest value of its feature, so that the features' scales do not matter, and steps that never overshoot their own
/// example, whatever its weight.
///
/// - `learning_rate`: from 0 (default 0.5); `power_t`: how fast a weight's step size shrinks with its squared
///   gradients, 0 to 1 (default 0.5).
///
/// It knows the losses `log`, `hinge` (threshold 1), `squared`, `quantile` and `absolute` (the median). The intercept
/// is one more feature, always 1. Linear predictors are held within ±50 with `log`, else within the true values learned
/// and 0. Features that are 0 are absent.
///
/// Time: O(features present) per example, a square root and three divisions each. Memory: 24 bytes a weight.
///
/// As a linear regression, after learning x = 1, y = 2, the answer to x = 1 is 0.5956229973468807.
///
/// Source: S. Ross, P. Mineiro and J. Langford, *Normalized online learning*, UAI 2013, algorithm 2 (NAG); N.
/// Karampatziakis and J. Langford, *Online importance weight aware updates*, UAI 2011, table 1; Vowpal Wabbit 9.11, to
/// the precision of its 32 bits: this computes in 64.
struct NormalizedAdaptiveInvariant: Sendable {
    static let declaration = ComponentDeclaration(
        "normalized_adaptive_invariant", .optimizer,
        parameters: [
            ParameterDeclaration("learning_rate", .number(.nonNegative), default: .number(0.5), "the step size"),
            ParameterDeclaration("power_t", .number(0...1), default: .number(0.5), "how fast step sizes shrink"),
        ])

    let loss: Loss
    private let rate: Double
    private let power: Double
    /// Of the intercept, then of each column, three doubles: the weight, the sum of squared gradients, the largest
    /// magnitude of the feature.
    private var parameters = [0.0, 0, 0]
    /// The sum of the examples' squared features, each over its largest square; the sum of the examples' weights.
    private var normSum = 0.0
    private var weightSum = 0.0
    /// Where linear predictors are held.
    private var least: Double
    private var largest: Double

    init(_ optimizer: Component, _ loss: Component) {
        let arguments = Arguments(optimizer, declaration: Self.declaration)
        (rate, power) = (arguments.number("learning_rate"), arguments.number("power_t"))
        guard let loss = Loss(loss) else { preconditionFailure("\(loss.name) is no loss of this optimizer's") }
        self.loss = loss
        (least, largest) = loss == .log ? (-50, 50) : (0, 0)
    }

    /// The linear predictor, within bounds.
    func predict(_ x: borrowing FeatureVector) -> Double {
        TwinAdaGrad.bounded(sum(x), least, largest)
    }

    /// A linear predictor as it counts.
    func held(_ sum: Double) -> Double { TwinAdaGrad.bounded(sum, least, largest) }

    func terms(_ x: borrowing FeatureVector) -> LinearTerms {
        var result = LinearTerms()
        Self.visit(x) { _, column, value in
            guard 3 * column < parameters.count else { return }
            let term = parameters[3 * column] * value
            if column == 0 { result.intercept = term } else { result.terms.append((column - 1, term)) }
        }
        return result
    }

    private func sum(_ x: borrowing FeatureVector) -> Double {
        var sum = 0.0
        parameters.withUnsafeBufferPointer { parameters in
            Self.visit(x) { _, column, value in
                if 3 * column < parameters.count { sum += parameters[3 * column] * value }
            }
        }
        return sum
    }

    /// Learns one example. - Parameter y: the true value, or 1 and −1 for the classes.
    mutating func learn(_ x: borrowing FeatureVector, _ y: Double, weight: Double, journal: inout Journal) -> Bool {
        guard y.isFinite, weight > 0 else { return y.isFinite }
        let countBefore = parameters.count
        let needed = 3 * (x.columnCount + 1)
        if countBefore < needed { parameters.append(contentsOf: repeatElement(0, count: needed - countBefore)) }
        let isLearned = journal.withScratch(4 * (1 + x.numbers.count + x.columns.count)) { scratch in
            step(x, y, weight, scratch)
        }
        if !isLearned { parameters.removeLast(parameters.count - countBefore) }
        return isLearned
    }

    private mutating func step(
        _ x: borrowing FeatureVector, _ y: Double, _ weight: Double, _ scratch: UnsafeMutablePointer<Double>
    ) -> Bool {
        // As in Vowpal Wabbit, the example that widens the bounds is learned within the wide ones.
        let (newLeast, newLargest) = loss == .log ? (least, largest) : (min(least, y), max(largest, y))
        let p = TwinAdaGrad.bounded(sum(x), newLeast, newLargest)
        guard p.isFinite else { return false }
        let square = weight * loss.squaredGradient(p, y)
        guard loss.isPositive(p, y), square > 0 else {
            (least, largest) = (newLeast, newLargest)
            return true
        }
        let plan = plan(x, square, scratch)
        let (newNormSum, newWeightSum) = (normSum + weight * plan.norm, weightSum + weight)
        let ratio = newWeightSum / newNormSum
        let multiplier = Power.of(ratio, 1 - power)
        let update = multiplier * loss.update(p, y, rate * weight, plan.sensitivity * multiplier)
        guard isFinite(x, update, newNormSum, scratch) else { return false }
        parameters.withUnsafeMutableBufferPointer { parameters in
            Self.visit(x) { position, column, value in
                let (state, new) = (3 * column, scratch + 4 * position)
                parameters[state] = new[0] + update * (value * new[3])
                (parameters[state + 1], parameters[state + 2]) = (new[1], new[2])
            }
        }
        (normSum, weightSum, least, largest) = (newNormSum, newWeightSum, newLeast, newLargest)
        return true
    }

    /// Writes for each feature its weight, rescaled where the feature is larger than ever, its new sum of squares and
    /// largest magnitude, and its step size.
    /// - Returns: how much the linear predictor moves per unit of update, and the squared features over their largest.
    private func plan(
        _ x: borrowing FeatureVector, _ square: Double, _ scratch: UnsafeMutablePointer<Double>
    ) -> (sensitivity: Double, norm: Double) {
        let power = power
        var (sensitivity, norm) = (0.0, 0.0)
        parameters.withUnsafeBufferPointer { parameters in
            Self.visit(x) { position, column, value in
                let new = scratch + 4 * position
                let size = max(value.magnitude, Self.smallest)
                var (weight, scale) = (parameters[3 * column], parameters[3 * column + 2])
                if size > scale {
                    if scale > 0 { weight *= Power.of(size / scale, 2 * power - 2) }
                    scale = size
                }
                let sum = parameters[3 * column + 1] + square * (size * size)
                let step = Power.of(sum, -power) * Self.squarePower(scale, power - 1)
                (new[0], new[1], new[2], new[3]) = (weight, sum, scale, step)
                sensitivity += size * size * step
                norm += (size / scale) * (size / scale)
            }
        }
        return (sensitivity, norm)
    }

    /// Below it a feature counts as this in the sums, so that no square vanishes.
    @inline(__always) private static var smallest: Double { 1.084202e-19 }

    /// base² to the power of `exponent`.
    @inline(__always)
    private static func squarePower(_ base: Double, _ exponent: Double) -> Double {
        exponent == -0.5 ? 1 / base : Power.of(base * base, exponent)
    }

    private func isFinite(
        _ x: borrowing FeatureVector, _ update: Double, _ normSum: Double, _ scratch: UnsafeMutablePointer<Double>
    ) -> Bool {
        var check = normSum * 0
        Self.visit(x) { position, _, value in
            let new = scratch + 4 * position
            check += (new[0] + update * (value * new[3])) * 0 + new[1] * 0 + new[2] * 0
        }
        return check == 0
    }

    /// Visits the intercept, the numbers, then the sparse columns, where they are not 0: the position among the
    /// visited, the column from 1 (0 is the intercept), the value.
    @inline(__always)
    private static func visit(_ x: borrowing FeatureVector, _ body: (Int, Int, Double) -> Void) {
        body(0, 0, 1)
        var position = 1
        x.numbers.withUnsafeBufferPointer { numbers in
            for i in numbers.indices where numbers[i] == numbers[i] && numbers[i] != 0 {
                body(position, i + 1, numbers[i])
                position += 1
            }
        }
        for i in x.columns.indices where x.values[i] != 0 {
            body(position, Int(x.columns[i]) + 1, x.values[i])
            position += 1
        }
    }

    var byteCount: Int { parameters.count * 8 }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(normSum)
        encoder.double(weightSum)
        encoder.double(least)
        encoder.double(largest)
        encoder.doubles(parameters)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        (normSum, weightSum) = (try decoder.double(), try decoder.double())
        (least, largest) = (try decoder.double(), try decoder.double())
        parameters = try decoder.doubles()
        guard !parameters.isEmpty, parameters.count.isMultiple(of: 3) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "three numbers a weight")
        }
    }
}
