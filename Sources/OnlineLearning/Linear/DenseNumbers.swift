/// The numbers of an example as a linear model reads them, one or four at a time: as they lie in memory, or made of
/// these on the way. What takes two operations to make is made anew wherever it is read, for storing it would take
/// longer.
protocol DenseNumbers {
    var count: Int { get }

    /// One number; NaN where missing.
    func one(_ index: Int) -> Double

    /// Four neighbours, each with the bits that ``one(_:)`` gives.
    func four(_ index: Int) -> SIMD4<Double>
}

/// Numbers as they lie in memory.
struct GivenNumbers: DenseNumbers {
    let values: UnsafePointer<Double>
    let count: Int

    @inline(__always)
    init(_ values: UnsafePointer<Double>, count: Int) {
        (self.values, self.count) = (values, count)
    }

    @inline(__always)
    func one(_ index: Int) -> Double { values[index] }

    @inline(__always)
    func four(_ index: Int) -> SIMD4<Double> { Self.four(values + index) }

    @inline(__always)
    static func four(_ values: UnsafePointer<Double>) -> SIMD4<Double> {
        UnsafeRawPointer(values).loadUnaligned(as: SIMD4<Double>.self)
    }
}

/// Numbers less their means, times their factors: what a ``StandardScaler`` makes of them.
struct ScaledNumbers: DenseNumbers {
    let values: UnsafePointer<Double>
    let means: UnsafePointer<Double>
    let factors: UnsafePointer<Double>
    let count: Int

    @inline(__always)
    func one(_ index: Int) -> Double { (values[index] - means[index]) * factors[index] }

    @inline(__always)
    func four(_ index: Int) -> SIMD4<Double> {
        (GivenNumbers.four(values + index) - GivenNumbers.four(means + index)) * GivenNumbers.four(factors + index)
    }
}
