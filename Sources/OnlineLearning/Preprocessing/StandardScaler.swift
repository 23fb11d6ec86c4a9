import Determinism

/// Scales each number to zero mean and unit variance, by the mean and variance of the values learned so far. A feature
/// without variance becomes 0; a missing value stays missing and is not counted.
///
/// - `with_std`: divide by the standard deviation (default true); otherwise only the mean is taken away.
///
/// Time: O(numbers) per example. Memory: 64 bytes a feature.
///
/// Learning 1, 2, 3 of one feature and then transforming 3 gives (3 − 2) / √(2/3) = 1.224744871391589.
///
/// Source: B. P. Welford, *Note on a method for calculating corrected sums of squares and products*, Technometrics
/// 4(3), 1962; River's `preprocessing.StandardScaler`.
public struct StandardScaler: Transformer {
    public static let declaration = ComponentDeclaration(
        "standard_scaler", .transformer, revision: 2, takes: .numbers,
        parameters: [
            ParameterDeclaration("with_std", .boolean, default: .boolean(true), "divide by the standard deviation")
        ])

    private let withStd: Bool
    private let slots: [Int]
    /// The first of the slots where they are neighbours, as they mostly are; else nil.
    private let firstSlot: Int?
    /// Twice the same four rows, a double a feature each: counts of values learned, means, variances, and what a
    /// centered value is multiplied by, kept because every example needs it and only learning changes it. One half is
    /// in force; learning writes the other, so that undoing is going back to the first.
    private var halves: [Double]
    /// Where in ``halves`` the half in force begins.
    private var start = 0

    private var count: Int { slots.count }
    /// Where the other half begins.
    private var otherStart: Int { 4 * count - start }

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int] = []) {
        self.init(withStd: arguments.boolean("with_std"), slots: inputs.map(\.slot))
    }

    /// - Parameter slots: the places in ``FeatureVector/numbers`` to scale.
    public init(withStd: Bool = true, slots: [Int]) {
        self.withStd = withStd
        self.slots = slots
        firstSlot = slots.indices.allSatisfy { slots[$0] == slots[0] + $0 } ? slots.first : nil
        let zeros = [Double](repeating: 0, count: slots.count)
        let half = zeros + zeros + zeros + zeros.map { Self.factor($0, withStd) }
        halves = half + half
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool {
        guard weight > 0 else { return true }
        let isFinite = x.numbers.withUnsafeBufferPointer { numbers in
            guard let numbers = numbers.baseAddress else { return true }
            if let firstSlot { return update(numbers + firstSlot, weight) { _ in true } }
            return withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, count)) { together in
                for i in slots.indices { together[i] = numbers[slots[i]] }
                guard let together = together.baseAddress else { return true }
                return update(together, weight) { _ in true }
            }
        }
        start = otherStart
        return isFinite
    }

    /// Learns values that lie side by side, one for each feature.
    /// - Parameters:
    ///   - weight: above 0.
    ///   - body: what comes next, with the values as they are scaled from now on.
    /// - Returns: what the body does, or false where a number would stop being finite. If false, nothing was learned.
    @inline(__always)
    mutating func learn(
        _ values: UnsafeBufferPointer<Double>, weight: Double, then body: (ScaledNumbers) -> Bool
    ) -> Bool {
        guard values.count == count, let values = values.baseAddress else { preconditionFailure("a value a feature") }
        let isLearned = update(values, weight, then: body)
        if isLearned { start = otherStart }
        return isLearned
    }

    /// Writes the half that is not in force, then calls the body. - Returns: as for ``learn(_:weight:then:)``.
    @inline(__always)
    private mutating func update(
        _ values: UnsafePointer<Double>, _ weight: Double, then body: (ScaledNumbers) -> Bool
    ) -> Bool {
        let (old, new, withStd) = (start, otherStart, withStd)
        return halves.withUnsafeMutableBufferPointer { halves in
            let count = halves.count / 8
            guard count > 0, let base = halves.baseAddress else { return true }
            let (to, from) = (Rows(base + new, count), Rows(base + old, count))
            guard
                withStd && Self.updateEven(to, from, values, weight)
                    || Self.updateAny(to, from, values, weight, withStd)
            else { return false }
            return body(ScaledNumbers(values: values, means: to.means, factors: to.factors, count: count))
        }
    }

    /// Whether it scales the first numbers of a vector, as many as these, in their order.
    func takesFirst(_ count: Int) -> Bool { firstSlot == 0 && self.count == count }

    /// Hands out what it makes of values that lie side by side. - Precondition: there is a feature.
    @inline(__always)
    func withScaled<R>(_ values: UnsafeBufferPointer<Double>, _ body: (ScaledNumbers) -> R) -> R {
        halves.withUnsafeBufferPointer { halves in
            let count = halves.count / 8
            guard values.count == count, let values = values.baseAddress, let base = halves.baseAddress
            else { preconditionFailure("a value a feature") }
            return body(
                ScaledNumbers(
                    values: values, means: base + start + count, factors: base + start + 3 * count, count: count))
        }
    }

    /// One half, row by row.
    private struct Rows {
        let (counts, means, variances, factors): (
            UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>, UnsafeMutablePointer<Double>,
            UnsafeMutablePointer<Double>
        )
        let count: Int

        @inline(__always)
        init(_ start: UnsafeMutablePointer<Double>, _ count: Int) {
            (counts, means) = (start, start + count)
            (variances, factors) = (start + 2 * count, start + 3 * count)
            self.count = count
        }
    }

    /// ``updateAny(_:_:_:_:_:)`` without a branch, two features at a time, in the hope that all values are present and
    /// finite and all features were learned as often, so that one share serves them all.
    /// - Returns: whether it was so; else nothing of what was written holds.
    ///
    /// A function of its own: within a larger one the compiler calls a function for each root.
    @inline(never)
    private static func updateEven(
        _ new: Rows, _ old: Rows, _ values: UnsafePointer<Double>, _ weight: Double
    ) -> Bool {
        let count = old.counts[0]
        let share = weight / (count + weight)
        // Stays 0 unless a value is missing, a number is not finite or a count is another.
        var check = SIMD2<Double>.zero
        var i = 0
        while i + 1 < new.count {
            let (value, mean, variance) = (pair(values + i), pair(old.means + i), pair(old.variances + i))
            let counts = pair(old.counts + i)
            let newMean = mean + (value - mean) * share
            let newVariance = variance + ((value - mean) * (value - newMean) - variance) * share
            setPair(new.counts + i, counts + weight)
            setPair(new.means + i, newMean)
            setPair(new.variances + i, newVariance)
            // The root of a magnitude is one instruction for both; of a number that may be negative it is two calls.
            let root = SIMD2(newVariance[0].magnitude.squareRoot(), newVariance[1].magnitude.squareRoot())
            setPair(new.factors + i, (1 / root).replacing(with: 0, where: .!(newVariance .> 0)))
            // A mean that is not finite makes no finite variance.
            let difference = counts - count
            check += newVariance * 0 + difference * difference
            i += 2
        }
        var sum = check[0] + check[1] + (count + weight) * 0
        if i < new.count {
            let difference = old.counts[i] - count
            sum += updateOne(i, new, old, values[i], count + weight, share, true) + difference * difference
            if values[i] != values[i] { return false }
            new.factors[i] = factor(new.variances[i], true)
        }
        return sum == 0
    }

    @inline(__always)
    private static func pair(_ pointer: UnsafePointer<Double>) -> SIMD2<Double> {
        UnsafeRawPointer(pointer).loadUnaligned(as: SIMD2<Double>.self)
    }

    @inline(__always)
    private static func pair(_ pointer: UnsafeMutablePointer<Double>) -> SIMD2<Double> {
        UnsafeRawPointer(pointer).loadUnaligned(as: SIMD2<Double>.self)
    }

    @inline(__always)
    private static func setPair(_ pointer: UnsafeMutablePointer<Double>, _ values: SIMD2<Double>) {
        UnsafeMutableRawPointer(pointer).storeBytes(of: values, as: SIMD2<Double>.self)
    }

    @inline(never)
    private static func updateAny(
        _ new: Rows, _ old: Rows, _ values: UnsafePointer<Double>, _ weight: Double, _ withStd: Bool
    ) -> Bool {
        var (check, lastCount, share) = (0.0, 0.0, 0.0)
        for i in 0..<new.count {
            let isPresent = values[i] == values[i]
            let newCount = old.counts[i] + (isPresent ? weight : 0)
            if newCount != lastCount { (lastCount, share) = (newCount, weight / newCount) }
            check += newCount * 0
            check += updateOne(i, new, old, values[i], newCount, share, withStd)
            new.factors[i] = factor(new.variances[i], withStd)
        }
        return check == 0
    }

    /// Writes one feature's statistics, but not its factor. - Returns: 0 where they are finite.
    @inline(__always)
    private static func updateOne(
        _ i: Int, _ new: Rows, _ old: Rows, _ value: Double, _ newCount: Double, _ share: Double, _ withStd: Bool
    ) -> Double {
        let (mean, variance) = (old.means[i], old.variances[i])
        var (newMean, newVariance) = (mean, variance)
        if value == value {
            newMean = mean + (value - mean) * share
            if withStd { newVariance = variance + ((value - mean) * (value - newMean) - variance) * share }
        }
        new.counts[i] = newCount
        new.means[i] = newMean
        new.variances[i] = newVariance
        return (newMean + newVariance) * 0
    }

    /// 1 over the standard deviation; 0 without variance.
    @inline(__always)
    private static func factor(_ variance: Double, _ withStd: Bool) -> Double {
        guard withStd else { return 1 }
        return variance > 0 ? 1 / variance.squareRoot() : 0
    }

    public mutating func undo(_ journal: inout Journal) {
        start = otherStart
    }

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        x.numbers.withUnsafeMutableBufferPointer { numbers in
            halves.withUnsafeBufferPointer { halves in
                let count = halves.count / 8
                guard let base = halves.baseAddress, let numbers = numbers.baseAddress else { return }
                let (means, factors) = (base + start + count, base + start + 3 * count)
                // What is missing is NaN and stays so.
                if let firstSlot {
                    Self.scale(numbers + firstSlot, means, factors, count)
                } else {
                    for i in 0..<count { numbers[slots[i]] = (numbers[slots[i]] - means[i]) * factors[i] }
                }
            }
        }
    }

    @inline(__always)
    private static func scale(
        _ values: UnsafeMutablePointer<Double>, _ means: UnsafePointer<Double>, _ factors: UnsafePointer<Double>,
        _ count: Int
    ) {
        var i = 0
        while i + 1 < count {
            setPair(values + i, (pair(values + i) - pair(means + i)) * pair(factors + i))
            i += 2
        }
        if i < count { values[i] = (values[i] - means[i]) * factors[i] }
    }

    public var byteCount: Int { halves.count * 8 }

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.doubles([Double](halves[start..<start + 3 * count]))
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let values = try decoder.doubles()
        guard values.count == 3 * count else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a scaler of \(count) features")
        }
        let half = values + values.suffix(count).map { Self.factor($0, withStd) }
        (halves, start) = (half + half, 0)
    }
}
