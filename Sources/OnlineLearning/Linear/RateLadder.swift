import Determinism

/// Three copies of one linear model, the *rungs*, that differ in their step size, 0.05, ½ and 5, and share the sums of
/// squared gradients by which AdaGrad scales each weight's step. The answer is the average of the trivial model and the
/// rungs, weighted by how well each has predicted when it was asked (``LadderShares``): nothing has to be tuned, also
/// where labels come late, and it is hard to do much worse than the trivial model.
///
/// Weights start at 0 and add to the trivial model's answer. A weight's first steps are damped, as if it had already
/// met four more gradients of its present feature's size; a step never overshoots its own example, because it is taken
/// implicitly (Karampatziakis and Langford), also where the example counts for several. Missing features and those that
/// are 0 change nothing. Every step is by what a rung says when the label comes.
///
/// Time: O(features present), one square root and one division each. Memory: 32 bytes a column, and with each open
/// question 4 doubles, of several classes 4 a class.
///
/// As a logistic regression, after learning that x = 1 is positive, it answers 0.7981440441414547 to x = 1.
///
/// Source: J. Duchi, E. Hazan and Y. Singer, *Adaptive subgradient methods for online learning and stochastic
/// optimization*, JMLR 12, 2011; N. Karampatziakis and J. Langford, *Online importance weight aware updates*, UAI 2011;
/// those of ``LadderShares``.
struct RateLadder: Sendable {
    /// Of the rungs, after a lane of no rung: in vectors of four, lane 0 is the trivial model's, or the sum of squares.
    @inline(__always) static var rates: SIMD4<Double> { SIMD4(0, 0.05, 0.5, 5) }

    /// Of the intercept, then of each column: the sum of squared gradients, and the weight of each rung.
    private var columns: [SIMD4<Double>] = [.zero]

    /// What each rung adds to the trivial model's answer; 0 where that would not be finite. Lane 0 is 0.
    @inline(__always)
    func margins(_ x: borrowing FeatureVector) -> SIMD4<Double> {
        columns.withUnsafeBufferPointer { w in
            var sum = w[0]
            x.numbers.withUnsafeBufferPointer { numbers in
                for i in 0..<min(numbers.count, w.count - 1) { sum += w[i + 1] * TwinAdaGrad.clean(numbers[i]) }
            }
            for i in x.columns.indices where Int(x.columns[i]) + 1 < w.count {
                sum += w[Int(x.columns[i]) + 1] * TwinAdaGrad.clean(x.values[i])
            }
            return SIMD4(
                0, sum[1].isFinite ? sum[1] : 0, sum[2].isFinite ? sum[2] : 0, sum[3].isFinite ? sum[3] : 0)
        }
    }

    typealias Term = (column: Int, value: SIMD4<Double>)

    /// What each column adds to the rungs' margins, and what the intercepts are. Lane 0 says nothing.
    func terms(_ x: borrowing FeatureVector) -> (intercept: SIMD4<Double>, terms: [Term]) {
        var terms: [Term] = []
        x.forEachListed(below: columns.count - 1) { terms.append(($0, columns[$0 + 1] * TwinAdaGrad.clean($1))) }
        return (columns[0], terms)
    }

    /// One step of all rungs.
    /// - Parameters:
    ///   - square: the mean square of the gradients of the loss in the rungs' margins, times the weight.
    ///   - unit: the size of a typical margin: 1 for log-odds, the labels' standard deviation in a regression.
    ///   - damp: from the curvature along each rung's step, the gradients at its end instead of its start, times the
    ///     weight of the example. What it says in lane 0 does not matter.
    /// - Returns: false where a number would stop being finite; then nothing has changed.
    @inline(__always)
    mutating func step(
        _ x: borrowing FeatureVector, square: Double, unit: Double, journal: inout Journal,
        damp: (SIMD4<Double>) -> SIMD4<Double>
    ) -> Bool {
        let countBefore = grow(to: x.columnCount)
        let isFinite = journal.withScratch(Self.scratchCount(x)) { scratch in
            let curvature = plan(x, square: square, unit: unit, scratch)
            let size = Self.size(damp(curvature))
            guard curvature[3].isFinite, isStepFinite(x, size, scratch) else { return false }
            take(x, size, scratch)
            return true
        }
        if !isFinite { shrink(to: countBefore) }
        return isFinite
    }

    /// The rungs' step sizes times their gradients; 0 in lane 0.
    @inline(__always)
    static func size(_ gradients: SIMD4<Double>) -> SIMD4<Double> {
        var size = rates * gradients
        size[0] = 0
        return size
    }

    // MARK: The parts of a step, for several models that step together or not at all

    /// How many weights each rung has, the intercept's included.
    var count: Int { columns.count }

    /// How many doubles ``plan(_:square:unit:_:)`` writes.
    @inline(__always)
    static func scratchCount(_ x: borrowing FeatureVector) -> Int {
        2 * (1 + x.numbers.count + x.columns.count)
    }

    /// Gives every column a weight. - Returns: how many weights there were.
    @inline(__always)
    mutating func grow(to columnCount: Int) -> Int {
        let count = columns.count
        if count <= columnCount {
            columns.append(contentsOf: repeatElement(.zero, count: columnCount + 1 - count))
        }
        return count
    }

    /// Takes back the newest weights.
    mutating func shrink(to count: Int) {
        guard count < columns.count else { return }
        columns.removeLast(columns.count - count)
    }

    /// Writes to `scratch` each weight's direction, then its new sum of squares.
    /// - Returns: the curvature along each rung's step; NaN where a sum would not be finite. Lane 0 is 0 or NaN.
    @inline(__always)
    func plan(
        _ x: borrowing FeatureVector, square: Double, unit: Double, _ scratch: UnsafeMutablePointer<Double>
    ) -> SIMD4<Double> {
        let newSums = scratch + Self.scratchCount(x) / 2
        var (curvature, check) = (0.0, 0.0)
        columns.withUnsafeBufferPointer { columns in
            Self.forEach(x) { position, index, value in
                let sum = columns[index][0] + square * value * value
                let moved = unit * value
                let scale = sum + TwinAdaGrad.damping * moved * moved
                newSums[position] = sum
                let direction = (scale > 0 ? unit / scale.squareRoot() : 0) * value
                scratch[position] = direction
                curvature += direction * value
                check += sum * 0
            }
        }
        return Self.rates * (curvature + check)
    }

    /// - Precondition: the weights have grown.
    @inline(__always)
    func isStepFinite(
        _ x: borrowing FeatureVector, _ size: SIMD4<Double>, _ scratch: UnsafeMutablePointer<Double>
    ) -> Bool {
        var check = SIMD4<Double>.zero
        columns.withUnsafeBufferPointer { columns in
            Self.forEach(x) { position, index, _ in check += (columns[index] - size * scratch[position]) * 0 }
        }
        return check == .zero
    }

    /// - Precondition: the weights have grown, and the step is finite.
    @inline(__always)
    mutating func take(
        _ x: borrowing FeatureVector, _ size: SIMD4<Double>, _ scratch: UnsafeMutablePointer<Double>
    ) {
        let newSums = scratch + Self.scratchCount(x) / 2
        columns.withUnsafeMutableBufferPointer { columns in
            Self.forEach(x) { position, index, _ in
                var column = columns[index] - size * scratch[position]
                column[0] = newSums[position]
                columns[index] = column
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
            for i in 0..<count { body(i + 1, i + 1, TwinAdaGrad.clean(numbers[i])) }
        }
        for i in x.columns.indices {
            body(count + 1 + i, Int(x.columns[i]) + 1, TwinAdaGrad.clean(x.values[i]))
        }
    }

    /// Each lane within −bound and bound; NaN stays. Lane by lane, because the library's `clamped` is a call.
    @inline(__always)
    static func bounded(_ value: SIMD4<Double>, _ bound: Double) -> SIMD4<Double> {
        SIMD4(
            TwinAdaGrad.bounded(value[0], -bound, bound), TwinAdaGrad.bounded(value[1], -bound, bound),
            TwinAdaGrad.bounded(value[2], -bound, bound), TwinAdaGrad.bounded(value[3], -bound, bound))
    }

    var byteCount: Int { columns.count * 32 }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(columns.count)
        for column in columns {
            for lane in 0..<4 { encoder.double(column[lane]) }
        }
    }

    init() {}

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        columns = []
        for _ in 0..<(try decoder.count(elementBytes: 32)) {
            columns.append(
                SIMD4(try decoder.double(), try decoder.double(), try decoder.double(), try decoder.double()))
        }
        guard !columns.isEmpty else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "the intercept has no weight")
        }
    }
}
