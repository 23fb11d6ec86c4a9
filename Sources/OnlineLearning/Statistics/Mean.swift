import Determinism

/// A running mean.
///
/// Source: D. H. D. West, *Updating mean and variance estimates: an improved method*, CACM 22(9), 1979; River's
/// `stats.Mean`, to the bit for examples of weight 1.
public struct Mean: Sendable, Equatable {
    public private(set) var count = 0.0
    public private(set) var value = 0.0

    public init() {}

    @inline(__always)
    public mutating func update(_ x: Double, weight: Double = 1) {
        count += weight
        value += (weight / count) * (x - value)
    }
}

extension Mean {
    func save(to journal: inout Journal) {
        journal.save(count)
        journal.save(value)
    }

    /// Becomes again what was saved last.
    mutating func restore(from journal: inout Journal) {
        value = journal.restoreValue()
        count = journal.restoreValue()
    }
}

extension Mean: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(count)
        encoder.double(value)
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        count = try decoder.double()
        value = try decoder.double()
    }
}

/// A running sum of squared deviations from the running mean, hence a variance.
///
/// Source: Welford 1962; River's `stats.Var`, to the bit for examples of weight 1.
public struct Variance: Sendable, Equatable {
    public private(set) var mean = Mean()
    public private(set) var sumOfSquares = 0.0

    public init() {}

    @inline(__always)
    public mutating func update(_ x: Double) {
        let before = mean.value
        mean.update(x)
        sumOfSquares += (x - before) * (x - mean.value)
    }

    /// The unbiased estimate; 0 before there are two values.
    public var value: Double {
        mean.count > 1 ? sumOfSquares / (mean.count - 1) : 0
    }
}

extension Variance: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        mean.encode(to: &encoder)
        encoder.double(sumOfSquares)
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        mean = try Mean(from: &decoder)
        sumOfSquares = try decoder.double()
    }
}
