import Determinism

/// A factorization machine whose every number has a step size of its own: what its classifier and its regressor share.
///
/// A weight and a latent number move against their gradient by r / √(n (1 + s)), where r is 0.7, n the features
/// present and s the sum of the squares of its gradients (AdaGrad); so a rare category moves as far at its first
/// examples as a frequent one did at its own. A step is shortened as if it were taken implicitly: to first order it
/// goes as far as the gradient at its end says, never beyond the example's own value.
///
/// A column gets its numbers when it is first there: its weight is 0, the latent ones are drawn from a normal
/// distribution of deviation 0.05. Missing features and those that are 0 change nothing.
struct AdaptiveFactorization: Sendable {
    static let parameters = [
        ParameterDeclaration("n_factors", .integer(1...256), default: .integer(4), "numbers in a latent vector"),
        ParameterDeclaration("seed", .integer(0...Int.max), default: .integer(1), "of the latent vectors' start"),
    ]

    private static var rate: Double { 0.7 }
    private static var start: Double { 0.05 }
    /// Features are held within this, so that no product of theirs overflows.
    private static var largest: Double { 1e30 }

    /// A feature that is there, and not 0.
    private struct Present {
        let column: Int
        let value: Double
    }

    private let factorCount: Int
    private var generator: SeededGenerator
    private var intercept = 0.0
    private var interceptSum = 0.0
    /// By column: a weight and the latent numbers, then the sum of squared gradients of each.
    private var table: [Double] = []

    /// Numbers of a column that answers are made of.
    private var width: Int { 1 + factorCount }
    private var columnCount: Int { table.count / (2 * width) }

    init(_ arguments: Arguments) {
        factorCount = arguments.integer("n_factors")
        generator = SeededGenerator(seed: UInt64(arguments.integer("seed")))
    }

    // MARK: Answering

    /// The intercept, plus the weighted features, plus the products of all pairs of features, each times the scalar
    /// product of the two latent vectors; the intercept alone where that is not finite.
    func predict(_ x: borrowing FeatureVector) -> Double {
        Self.withPresent(x) { features in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: factorCount) { sums in
                raw(UnsafeBufferPointer(features), sums)
            }
        }
    }

    /// - Parameter sums: takes each factor's sum over the features.
    private func raw(_ features: UnsafeBufferPointer<Present>, _ sums: UnsafeMutableBufferPointer<Double>) -> Double {
        var (sum, squares) = (intercept, 0.0)
        sums.initialize(repeating: 0)
        let known = columnCount
        table.withUnsafeBufferPointer { table in
            for feature in features where feature.column < known {
                let place = feature.column * 2 * width
                sum += table[place] * feature.value
                for factor in 0..<factorCount {
                    let term = table[place + 1 + factor] * feature.value
                    sums[factor] += term
                    squares += term * term
                }
            }
        }
        var pairs = 0.0
        for factor in 0..<factorCount { pairs += sums[factor] * sums[factor] }
        sum += 0.5 * (pairs - squares)
        return sum.isFinite ? sum : intercept
    }

    /// Hands out the features that are there: the numbers, then the sparse columns.
    private static func withPresent<R>(
        _ x: borrowing FeatureVector, _ body: (UnsafeMutableBufferPointer<Present>) -> R
    ) -> R {
        let capacity = max(1, x.numbers.count + x.columns.count)
        return withUnsafeTemporaryAllocation(of: Present.self, capacity: capacity) { buffer in
            var count = 0
            x.forEachListed(below: .max) { column, value in
                guard value != 0 else { return }
                let held = max(-largest, min(largest, value))
                buffer.initializeElement(at: count, to: Present(column: column, value: held))
                count += 1
            }
            return body(UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
        }
    }

    // MARK: Learning

    /// Learns one example.
    /// - Parameter slope: of the loss in the answer, and how much the loss curves there, at least 0.
    /// - Returns: false where a number would stop being finite; then nothing has changed.
    mutating func learn(
        _ x: borrowing FeatureVector, weight: Double, journal: inout Journal,
        _ slope: (Double) -> (gradient: Double, curvature: Double)
    ) -> Bool {
        let (generatorBefore, countBefore) = (generator, table.count)
        grow(to: x.columnCount)
        let count = x.numbers.count + x.columns.count
        let isLearned = journal.withScratch((count + 1) * 3 * width) { room in
            Self.withPresent(x) { step(UnsafeBufferPointer($0), weight, room, slope) }
        }
        if !isLearned {
            table.removeLast(table.count - countBefore)
            generator = generatorBefore
        }
        return isLearned
    }

    private mutating func grow(to newCount: Int) {
        for _ in columnCount..<max(columnCount, newCount) {
            table.append(0)
            for _ in 0..<factorCount { table.append(Self.start * NormalDeviate.draw(&generator)) }
            table.append(contentsOf: repeatElement(0, count: width))
        }
    }

    /// - Parameter room: takes the factors' sums; then of each feature the answer's derivatives in its numbers, the new
    ///   numbers and their new sums.
    private mutating func step(
        _ features: UnsafeBufferPointer<Present>, _ weight: Double, _ room: UnsafeMutablePointer<Double>,
        _ slope: (Double) -> (gradient: Double, curvature: Double)
    ) -> Bool {
        let (width, size) = (width, features.count * width)
        let (derivatives, plan) = (room + width, room + width + size)
        let (gradient, curvature) = slope(raw(features, UnsafeMutableBufferPointer(start: room, count: factorCount)))
        differentiate(features, room, derivatives)
        let rate = Self.rate / Double(max(1, features.count)).squareRoot()
        let motion = motion(features, derivatives, gradient, rate)
        let damped = weight * gradient / (1 + weight * motion * curvature)
        var check = 0.0
        for (position, feature) in features.enumerated() {
            let place = feature.column * 2 * width
            for entry in 0..<width {
                let slope = damped * derivatives[position * width + entry]
                let sum = table[place + width + entry] + slope * slope
                let value = table[place + entry] - rate * slope / (1 + sum).squareRoot()
                plan[(2 * position) * width + entry] = value
                plan[(2 * position + 1) * width + entry] = sum
                check += (value + sum) * 0
            }
        }
        let newSum = interceptSum + damped * damped
        let newIntercept = intercept - rate * damped / (1 + newSum).squareRoot()
        check += (newSum + newIntercept) * 0
        guard check == 0 else { return false }
        (intercept, interceptSum) = (newIntercept, newSum)
        for (position, feature) in features.enumerated() {
            let place = feature.column * 2 * width
            for entry in 0..<2 * width { table[place + entry] = plan[2 * position * width + entry] }
        }
        return true
    }

    /// Writes each feature's derivatives of the answer: in its weight, then in its latent numbers.
    private func differentiate(
        _ features: UnsafeBufferPointer<Present>, _ sums: UnsafeMutablePointer<Double>,
        _ derivatives: UnsafeMutablePointer<Double>
    ) {
        for (position, feature) in features.enumerated() {
            let (place, value) = (feature.column * 2 * width, feature.value)
            derivatives[position * width] = value
            for factor in 0..<factorCount {
                let others = sums[factor] - table[place + 1 + factor] * value
                derivatives[position * width + 1 + factor] = value * others
            }
        }
    }

    /// By how much the answer moves with a full step, for each unit of the gradient.
    private func motion(
        _ features: UnsafeBufferPointer<Present>, _ derivatives: UnsafeMutablePointer<Double>, _ gradient: Double,
        _ rate: Double
    ) -> Double {
        let square = gradient * gradient
        var motion = 1 / (1 + interceptSum + square).squareRoot()
        for (position, feature) in features.enumerated() {
            let sums = feature.column * 2 * width + width
            for entry in 0..<width {
                let derivative = derivatives[position * width + entry]
                let power = derivative * derivative
                motion += power / (1 + table[sums + entry] + square * power).squareRoot()
            }
        }
        return rate * motion
    }

    // MARK: State

    var byteCount: Int { 56 + table.count * 8 }

    func encode(to encoder: inout CanonicalEncoder) {
        generator.encode(to: &encoder)
        encoder.double(intercept)
        encoder.double(interceptSum)
        encoder.doubles(table)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        generator = try SeededGenerator(from: &decoder)
        (intercept, interceptSum) = (try decoder.double(), try decoder.double())
        table = try decoder.doubles()
        guard table.count.isMultiple(of: 2 * width), interceptSum >= 0 else {
            throw decoder.damage("columns that are not whole")
        }
    }
}
