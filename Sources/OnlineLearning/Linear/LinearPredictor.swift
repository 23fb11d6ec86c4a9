import Determinism

/// Weights and an intercept, updated by stochastic gradient descent with constant step sizes: River's generalized
/// linear model (`linear_model.base`) in the order of its operations.
///
/// Weights lie by column and grow as columns appear. A missing number is an absent feature: it adds nothing and its
/// weight is neither moved nor shrunk. L2 shrinks the weights of the features present; L1 is the cumulative penalty of
/// Tsuruoka, Tsujii & Ananiadou, *Stochastic gradient descent training for L1-regularized log-linear models*, ACL 2009.
struct LinearPredictor: DescentModel {
    let rate: Double
    let l1: Double
    let l2: Double
    let interceptRate: Double
    let clip: Double
    private(set) var weights: [Double] = []
    private(set) var intercept: Double
    /// L1 only: the penalty every weight should have had, and that each has had.
    private var penaltyDue = 0.0
    private var penalties: [Double] = []

    init(rate: Double, _ settings: DescentSettings) {
        (self.rate, l1, l2) = (rate, settings.l1, settings.l2)
        (intercept, clip) = (settings.intercept, settings.clip)
        interceptRate = settings.interceptRate.constant ?? 0
    }

    init(_ optimizer: Component, _ settings: DescentSettings) {
        self.init(rate: Optimizer.constantRate(optimizer) ?? 0, settings)
    }

    var columnCount: Int { weights.count }

    /// The weighted sum of the features present, plus the intercept.
    @inline(__always)
    func dot(_ x: borrowing FeatureVector) -> Double {
        var sum = 0.0
        weights.withUnsafeBufferPointer { w in
            x.numbers.withUnsafeBufferPointer { numbers in
                guard let w = w.baseAddress, let start = numbers.baseAddress else { return }
                let given = GivenNumbers(start, count: numbers.count)
                sum = DenseStep.product(w, given, min(given.count, weights.count))
            }
            x.withSparse { columns, values in
                for i in columns.indices where Int(columns[i]) < w.count { sum += w[Int(columns[i])] * values[i] }
            }
        }
        return sum + intercept
    }

    /// The same of numbers that are all the columns there are.
    @inline(__always)
    func dot(_ x: some DenseNumbers) -> Double {
        weights.withUnsafeBufferPointer { weights in
            guard let start = weights.baseAddress else { return 0 }
            return DenseStep.product(start, x, min(x.count, weights.count))
        } + intercept
    }

    func margin(_ x: borrowing FeatureVector) -> Double { dot(x) }

    func terms(_ x: borrowing FeatureVector) -> LinearTerms {
        var result = LinearTerms(intercept: intercept)
        x.forEachListed(below: weights.count) { result.terms.append(($0, weights[$0] * $1)) }
        return result
    }

    /// One step against the gradient of the loss in the prediction.
    /// - Returns: false where a number would stop being finite; then nothing has changed.
    @inline(__always)
    mutating func step(_ x: borrowing FeatureVector, lossGradient: Double, journal: inout Journal) -> Bool {
        if !isPenalized, x.columns.isEmpty, weights.count == x.numbers.count, x.columnCount == weights.count {
            return x.numbers.withUnsafeBufferPointer { numbers in
                guard let start = numbers.baseAddress else { preconditionFailure("an array has an address") }
                return denseStep(GivenNumbers(start, count: numbers.count), lossGradient, &journal)
            }
        }
        return anyStep(x, lossGradient)
    }

    /// The same with numbers that are all the columns there are. - Precondition: there is no penalty.
    @inline(__always)
    mutating func step(_ x: some DenseNumbers, lossGradient: Double, journal: inout Journal) -> Bool {
        let countBefore = weights.count
        grow(to: x.count)
        if denseStep(x, lossGradient, &journal) { return true }
        shrink(to: countBefore)
        return false
    }

    /// One walk through the weights, taken back if it fails. - Precondition: every number has a weight.
    @inline(__always)
    private mutating func denseStep(
        _ x: some DenseNumbers, _ lossGradient: Double, _ journal: inout Journal
    ) -> Bool {
        let (gradient, rate) = (clipped(lossGradient), rate)
        let newIntercept = intercept - interceptRate * gradient
        guard lossGradient == lossGradient, newIntercept.isFinite else { return false }
        let isTaken = weights.withUnsafeMutableBufferPointer { weights in
            guard let start = weights.baseAddress else { return true }
            return journal.withScratch(x.count) {
                DenseStep.takeIfFinite(start, x, x.count, rate, gradient, old: $0)
            }
        }
        if isTaken { intercept = newIntercept }
        return isTaken
    }

    @inline(never)
    private mutating func anyStep(_ x: borrowing FeatureVector, _ lossGradient: Double) -> Bool {
        let countBefore = weights.count
        grow(to: x.columnCount)
        guard isStepFinite(x, lossGradient) else {
            shrink(to: countBefore)
            return false
        }
        take(x, lossGradient)
        return true
    }

    // MARK: The parts of a step, for several models that step together or not at all

    func scratchCount(_ x: borrowing FeatureVector) -> Int { 0 }

    func plan(_ x: borrowing FeatureVector, _ lossGradient: Double, _ scratch: UnsafeMutablePointer<Double>) -> Bool {
        isStepFinite(x, lossGradient)
    }

    mutating func take(_ x: borrowing FeatureVector, _ lossGradient: Double, _ scratch: UnsafeMutablePointer<Double>) {
        take(x, lossGradient)
    }

    @inline(__always)
    mutating func grow(to columnCount: Int) {
        if weights.count < columnCount { appendWeights(columnCount - weights.count) }
    }

    @inline(never)
    private mutating func appendWeights(_ count: Int) {
        weights.append(contentsOf: repeatElement(0, count: count))
        if l1 != 0 { penalties.append(contentsOf: repeatElement(0, count: count)) }
    }

    mutating func shrink(to count: Int) {
        guard count < weights.count else { return }
        if l1 != 0 { penalties.removeLast(weights.count - count) }
        weights.removeLast(weights.count - count)
    }

    /// Whether every number would be finite after a step.
    @inline(__always)
    func isStepFinite(_ x: borrowing FeatureVector, _ lossGradient: Double) -> Bool {
        guard lossGradient == lossGradient else { return false }
        let (gradient, rate) = (clipped(lossGradient), rate)
        var check = Self.overflow(intercept - interceptRate * gradient)
        if isPenalized { return check >= 0 && isPenalizedStepFinite(x, gradient) }
        weights.withUnsafeBufferPointer { w in
            x.numbers.withUnsafeBufferPointer { numbers in
                guard let w = w.baseAddress, let values = numbers.baseAddress else { return }
                for i in 0..<numbers.count {
                    check |= Self.overflow(w[i] - rate * (Self.present(values[i]) * gradient))
                }
            }
            x.withSparse { columns, values in
                for i in columns.indices {
                    check |= Self.overflow(w[Int(columns[i])] - rate * (values[i] * gradient))
                }
            }
        }
        return check >= 0
    }

    /// Negative where a number is not finite: only then does its exponent run over into the sign. Or-ing these needs no
    /// order, so that several are checked at once.
    @inline(__always)
    private static func overflow(_ value: Double) -> Int64 {
        Int64(bitPattern: (value.bitPattern & 0x7ff0_0000_0000_0000) &+ 0x0010_0000_0000_0000)
    }

    /// - Precondition: the weights have grown, and the step is finite.
    @inline(__always)
    mutating func take(_ x: borrowing FeatureVector, _ lossGradient: Double) {
        let (gradient, rate) = (clipped(lossGradient), rate)
        intercept -= interceptRate * gradient
        if isPenalized {
            takePenalized(x, gradient)
            return
        }
        weights.withUnsafeMutableBufferPointer { w in
            x.numbers.withUnsafeBufferPointer { numbers in
                guard let w = w.baseAddress, let values = numbers.baseAddress else { return }
                for i in 0..<numbers.count { w[i] -= rate * (Self.present(values[i]) * gradient) }
            }
            x.withSparse { columns, values in
                for i in columns.indices { w[Int(columns[i])] -= rate * (values[i] * gradient) }
            }
        }
    }

    @inline(__always)
    private func clipped(_ gradient: Double) -> Double {
        max(-clip, min(clip, gradient))
    }

    /// A missing number as 0: without a penalty neither moves its weight, and no branch is taken.
    @inline(__always)
    private static func present(_ value: Double) -> Double {
        value == value ? value : 0
    }

    // MARK: Penalties

    @inline(__always) var isPenalized: Bool { l1 != 0 || l2 != 0 }

    @inline(never)
    private func isPenalizedStepFinite(_ x: borrowing FeatureVector, _ gradient: Double) -> Bool {
        var check = Self.overflow(penaltyDue + l1 * rate)
        Self.forEachPresent(x, weights.count) { column, value in
            let new = penalized(column, value, gradient)
            check |= Self.overflow(new.weight) | Self.overflow(new.penalty)
        }
        return check >= 0
    }

    @inline(never)
    private mutating func takePenalized(_ x: borrowing FeatureVector, _ gradient: Double) {
        Self.forEachPresent(x, weights.count) { column, value in
            let new = penalized(column, value, gradient)
            weights[column] = new.weight
            if l1 != 0 { penalties[column] = new.penalty }
        }
        penaltyDue += l1 * rate
    }

    /// A weight after the step, and the L1 penalty it has had by then.
    private func penalized(_ column: Int, _ value: Double, _ gradient: Double) -> (weight: Double, penalty: Double) {
        let old = weights[column]
        let moved = old - rate * (value * gradient + l2 * old)
        guard l1 != 0 else { return (moved, 0) }
        let (due, given) = (penaltyDue + l1 * rate, penalties[column])
        var new = moved
        if moved > 0 {
            new = max(0, moved - (due + given))
        } else if moved < 0 {
            new = min(0, moved + (due - given))
        }
        return (new, given + (new - moved))
    }

    /// Visits the numbers present, then the sparse columns, then those that are 0 where zeros count as present; each
    /// once.
    private static func forEachPresent(
        _ x: borrowing FeatureVector, _ weightCount: Int, _ body: (Int, Double) -> Void
    ) {
        for column in x.numbers.indices where x.numbers[column] == x.numbers[column] { body(column, x.numbers[column]) }
        for i in x.columns.indices { body(Int(x.columns[i]), x.values[i]) }
        guard x.keepsZeros else { return }
        for column in x.numbers.count..<weightCount where !x.columns.contains(Int32(column)) { body(column, 0) }
    }

    var byteCount: Int { (weights.count + penalties.count) * 8 }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(intercept)
        encoder.doubles(weights)
        guard l1 != 0 else { return }
        encoder.double(penaltyDue)
        encoder.doubles(penalties)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        intercept = try decoder.double()
        weights = try decoder.doubles()
        guard l1 != 0 else { return }
        penaltyDue = try decoder.double()
        penalties = try decoder.doubles()
        guard penalties.count == weights.count else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "not every weight has its penalty")
        }
    }
}
