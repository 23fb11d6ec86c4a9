import Determinism

/// Always answers the frequencies of the classes learned so far, each counted half an example more than it was seen, so
/// that no class it knows is impossible. The most frequent class is its choice.
///
/// Of two classes, after three examples of which one is positive, the positive one has (1 + ½) / (3 + 1) = 0.375.
///
/// Source: R. Krichevsky and V. Trofimov, *The performance of universal encoding*, IEEE Trans. Inf. Theory 27(2), 1981.
/// River's `dummy.PriorClassifier` cites the same estimator and leaves the half out: it gives infinite surprise to the
/// second class it meets, so it would be the easier baseline to beat.
public struct PriorClassifier: Sendable, Equatable {
    private var counts: [Double]
    private var total = 0.0

    /// - Parameter classCount: how many classes are known from the start: 2 when binary, 0 where they are open.
    public init(classCount: Int) {
        counts = [Double](repeating: 0, count: classCount)
    }

    public var classCount: Int { counts.count }

    /// The probability of a class known; 0 ≤ slot < ``classCount``.
    public func probability(of slot: Int) -> Double {
        (counts[slot] + 0.5) / (total + 0.5 * Double(counts.count))
    }

    public mutating func learn(_ slot: Int) {
        if slot >= counts.count { counts.append(contentsOf: repeatElement(0, count: slot + 1 - counts.count)) }
        counts[slot] += 1
        total += 1
    }
}

extension PriorClassifier: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.doubles(counts)
        encoder.double(total)
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        counts = try decoder.doubles()
        total = try decoder.double()
    }
}
