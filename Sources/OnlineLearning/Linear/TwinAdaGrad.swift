import Determinism

/// Two copies of one linear model that differ in their step size, ½ and 5, and share the sums of squared gradients by
/// which AdaGrad scales each weight's step. The answer is the average of the trivial model, the slow copy and the fast
/// one, weighted by how well each has predicted (``FixedShare``): nothing has to be tuned, and it is hard to do much
/// worse than the trivial model.
///
/// Weights start at 0 and add to the trivial model's answer. A weight's first steps are damped, as if it had already
/// met four more gradients of its present feature's size; a step never overshoots its own example, because it is taken
/// implicitly (Karampatziakis and Langford), also where the example counts for several. Missing features and those that
/// are 0 change nothing.
///
/// Time: O(features present), one square root and one division each. Memory: 24 bytes a column.
///
/// As a logistic regression, after learning that x = 1 is positive, it answers 0.8127033629337304 to x = 1.
///
/// Source: J. Duchi, E. Hazan and Y. Singer, *Adaptive subgradient methods for online learning and stochastic
/// optimization*, JMLR 12, 2011; N. Karampatziakis and J. Langford, *Online importance weight aware updates*, UAI 2011;
/// M. Herbster and M. Warmuth, *Tracking the best expert*, Machine Learning 32, 1998.
struct TwinAdaGrad: Sendable {
    @inline(__always) static var rates: SIMD2<Double> { SIMD2(0.5, 5) }
    /// How many gradients a weight has met, as it were, before its first.
    @inline(__always) static var damping: Double { 4 }
    /// Features and true values are held within this, so that no product of theirs overflows.
    @inline(__always) static var largest: Double { 1e75 }

    /// The slow copy's weight and the fast one's: of the intercept, then of each column.
    private var weights: [SIMD2<Double>] = [.zero]
    /// The sums of squared gradients, in the same order.
    private var sums: [Double] = [0]

    /// What the slow and the fast copy add to the trivial model's answer; 0 where that would not be finite.
    @inline(__always)
    func margins(_ x: borrowing FeatureVector) -> SIMD2<Double> {
        weights.withUnsafeBufferPointer { w in
            var sum = w[0]
            x.numbers.withUnsafeBufferPointer { numbers in
                for i in 0..<min(numbers.count, w.count - 1) { sum += w[i + 1] * Self.clean(numbers[i]) }
            }
            for i in x.columns.indices where Int(x.columns[i]) + 1 < w.count {
                sum += w[Int(x.columns[i]) + 1] * Self.clean(x.values[i])
            }
            return SIMD2(sum[0].isFinite ? sum[0] : 0, sum[1].isFinite ? sum[1] : 0)
        }
    }

    typealias Term = (column: Int, value: SIMD2<Double>)

    /// What each column adds to the two margins, and what the intercepts are.
    func terms(_ x: borrowing FeatureVector) -> (intercept: SIMD2<Double>, terms: [Term]) {
        var terms: [Term] = []
        x.forEachListed(below: weights.count - 1) { terms.append(($0, weights[$0 + 1] * Self.clean($1))) }
        return (weights[0], terms)
    }

    /// One step of both copies.
    /// - Parameters:
    ///   - gradients: of the loss in each copy's margin.
    ///   - unit: the size of a typical margin: 1 for log-odds, the labels' standard deviation in a regression.
    ///   - share: who was believed before this example.
    ///   - weight: how many examples this one counts for.
    ///   - damp: from the curvature along each copy's step, the gradients at its end instead of its start, times the
    ///     weight.
    /// - Returns: false where a number would stop being finite; then nothing has changed.
    @inline(__always)
    mutating func step(
        _ x: borrowing FeatureVector, gradients: SIMD2<Double>, unit: Double, share: FixedShare, weight: Double,
        journal: inout Journal, damp: (SIMD2<Double>) -> SIMD2<Double>
    ) -> Bool {
        let countBefore = grow(to: x.columnCount)
        let isFinite = journal.withScratch(Self.scratchCount(x)) { scratch in
            let curvature = plan(x, gradients: gradients, unit: unit, share: share, weight: weight, scratch)
            let size = Self.rates * damp(curvature)
            guard curvature[0].isFinite, isStepFinite(x, size, scratch) else { return false }
            take(x, size, scratch)
            return true
        }
        if !isFinite { shrink(to: countBefore) }
        return isFinite
    }

    // MARK: The parts of a step, for several models that step together or not at all

    /// How many weights each copy has, the intercept's included.
    var count: Int { weights.count }

    /// How many doubles ``plan(_:gradients:unit:share:weight:_:)`` writes.
    @inline(__always)
    static func scratchCount(_ x: borrowing FeatureVector) -> Int {
        2 * (1 + x.numbers.count + x.columns.count)
    }

    /// Gives every column a weight. - Returns: how many weights there were.
    @inline(__always)
    mutating func grow(to columnCount: Int) -> Int {
        let count = weights.count
        if count <= columnCount {
            weights.append(contentsOf: repeatElement(.zero, count: columnCount + 1 - count))
            sums.append(contentsOf: repeatElement(0, count: columnCount + 1 - count))
        }
        return count
    }

    /// Takes back the newest weights.
    mutating func shrink(to count: Int) {
        guard count < weights.count else { return }
        weights.removeLast(weights.count - count)
        sums.removeLast(sums.count - count)
    }

    /// Writes to `scratch` each weight's direction, then its new sum of squares.
    /// - Returns: the curvature along each copy's step; NaN where a sum would not be finite.
    @inline(__always)
    func plan(
        _ x: borrowing FeatureVector, gradients: SIMD2<Double>, unit: Double, share: FixedShare, weight: Double,
        _ scratch: UnsafeMutablePointer<Double>
    ) -> SIMD2<Double> {
        let square = weight * share.averageOfTwins(gradients * gradients)
        let newSums = scratch + Self.scratchCount(x) / 2
        sums.withUnsafeBufferPointer { sums in
            Self.forEach(x) { position, index, value in
                let sum = sums[index] + square * value * value
                let moved = unit * value
                let scale = sum + Self.damping * moved * moved
                newSums[position] = sum
                scratch[position] = (scale > 0 ? unit / scale.magnitude.squareRoot() : 0) * value
            }
        }
        var (curvature, check) = (0.0, 0.0)
        Self.forEach(x) { position, _, value in
            curvature += scratch[position] * value
            check += newSums[position] * 0
        }
        return Self.rates * (curvature + check)
    }

    @inline(__always)
    func isStepFinite(
        _ x: borrowing FeatureVector, _ size: SIMD2<Double>, _ scratch: UnsafeMutablePointer<Double>
    ) -> Bool {
        var check = SIMD2<Double>.zero
        weights.withUnsafeBufferPointer { weights in
            Self.forEach(x) { position, index, _ in check += (weights[index] - size * scratch[position]) * 0 }
        }
        return check == .zero
    }

    /// - Precondition: the weights have grown, and the step is finite.
    @inline(__always)
    mutating func take(
        _ x: borrowing FeatureVector, _ size: SIMD2<Double>, _ scratch: UnsafeMutablePointer<Double>
    ) {
        let newSums = scratch + Self.scratchCount(x) / 2
        weights.withUnsafeMutableBufferPointer { weights in
            sums.withUnsafeMutableBufferPointer { sums in
                Self.forEach(x) { position, index, _ in
                    weights[index] -= size * scratch[position]
                    sums[index] = newSums[position]
                }
            }
        }
    }

    /// Visits the intercept, the numbers, then the sparse columns: the position among the visited, the weight's index,
    /// the value.
    @inline(__always)
    private static func forEach(_ x: borrowing FeatureVector, _ body: (Int, Int, Double) -> Void) {
        body(0, 0, 1)
        let count = x.numbers.count
        x.numbers.withUnsafeBufferPointer { numbers in
            for i in 0..<count { body(i + 1, i + 1, clean(numbers[i])) }
        }
        for i in x.columns.indices { body(count + 1 + i, Int(x.columns[i]) + 1, clean(x.values[i])) }
    }

    /// A feature that is missing or not finite is 0, which has no effect; one beyond the bound is at it.
    @inline(__always)
    static func clean(_ value: Double) -> Double {
        value.magnitude <= largest ? value : cleanRare(value)
    }

    @inline(never)
    private static func cleanRare(_ value: Double) -> Double {
        value.isFinite ? bounded(value, -largest, largest) : 0
    }

    /// Each lane within −bound and bound; NaN stays. Lane by lane, because the library's `clamped` is a call.
    @inline(__always)
    static func bounded(_ value: SIMD2<Double>, _ bound: Double) -> SIMD2<Double> {
        SIMD2(bounded(value[0], -bound, bound), bounded(value[1], -bound, bound))
    }

    @inline(__always)
    static func bounded(_ value: Double, _ least: Double, _ largest: Double) -> Double {
        value < least ? least : value > largest ? largest : value
    }

    var byteCount: Int { weights.count * 24 }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.doubles(sums)
        for pair in weights {
            encoder.double(pair[0])
            encoder.double(pair[1])
        }
    }

    init() {}

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        sums = try decoder.doubles()
        guard !sums.isEmpty else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "the intercept has no weight")
        }
        weights = []
        for _ in sums { weights.append(SIMD2(try decoder.double(), try decoder.double())) }
    }
}
