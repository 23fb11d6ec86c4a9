import Determinism

/// Of a set of true values: their weight, their mean and the sum of their squared deviations from it.
///
/// Sets can be joined and taken out of one another, in the order of operations of River's `stats.Var`, because which
/// of two splits is the better is often decided by the last bits.
///
/// Source: T. F. Chan, G. H. Golub and R. J. LeVeque, *Algorithms for computing the sample variance*, The American
/// Statistician 37(3), 1983; West 1979.
struct TargetStatistics: Sendable, Equatable {
    var count = 0.0
    var mean = 0.0
    var squares = 0.0

    /// The unbiased estimate; 0 where the weight is at most 1.
    @inline(__always)
    var variance: Double { count > 1 ? squares / (count - 1) : 0 }

    /// - Precondition: the weight is above 0.
    @inline(__always)
    mutating func add(_ y: Double, _ weight: Double) {
        count += weight
        let before = mean
        mean += (weight / count) * (y - before)
        squares += weight * (y - before) * (y - mean)
    }

    /// - Precondition: one of the two sets is not empty.
    @inline(__always)
    mutating func join(_ other: TargetStatistics) {
        let gap = mean - other.mean
        squares = squares + other.squares + gap * gap * count * other.count / (count + other.count)
        let before = count
        count += other.count
        mean = (before * mean + other.count * other.mean) / count
    }

    /// Takes out a part, which is not empty.
    @inline(__always)
    mutating func remove(_ part: TargetStatistics) {
        let before = count
        count -= part.count
        if count > 0 {
            mean = (before * mean - part.count * part.mean) / count
        } else {
            (count, mean) = (0, 0)
        }
        let gap = mean - part.mean
        squares = squares - part.squares - gap * gap * count * part.count / (count + part.count)
    }

    @inline(__always)
    func removing(_ part: TargetStatistics) -> TargetStatistics {
        var rest = self
        rest.remove(part)
        return rest
    }
}

extension TargetStatistics: CanonicallyCodable {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(count)
        encoder.double(mean)
        encoder.double(squares)
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        count = try decoder.double()
        mean = try decoder.double()
        squares = try decoder.double()
    }
}
