/// Two distributions over the same parts: what distances of parts compare.
///
/// Numbers are parted at the quantiles of the reference, categories by their names, those that a sketch has forgotten
/// together. Each share is off by at most ``errorMax``, beside what the sketches of numbers put on the wrong side of a
/// border, which is as much again.
public struct Shares: Sendable, Equatable {
    /// Part by part; each sums to 1, or to 0 where nothing was seen.
    public let reference: [Double]
    public let current: [Double]
    /// The larger of the two sketches' errors.
    public let errorMax: Double

    /// Shares that are known.
    /// - Precondition: as many of both.
    public init(reference: [Double], current: [Double]) {
        precondition(reference.count == current.count, "shares of other parts")
        (self.reference, self.current, errorMax) = (reference, current, 0)
    }

    /// - Parameter bins: parts of about equal shares in the reference; fewer where many numbers are equal.
    /// Complexity: O(numbers kept × log of it).
    public init(reference: QuantileSketch, current: QuantileSketch, bins: Int = 10) {
        precondition(bins >= 1, "bins from 1")
        var borders: [Double] = []
        let steps = reference.steps
        for bin in 1..<max(2, bins) {
            let rank = Double(bin) / Double(bins) * Double(reference.count)
            guard let border = steps.first(where: { Double($0.rank) >= rank })?.number else { break }
            if border != borders.last, border != steps.last?.number { borders.append(border) }
        }
        self.reference = Self.shares(reference, borders)
        self.current = Self.shares(current, borders)
        errorMax = max(reference.errorMax, current.errorMax)
    }

    private static func shares(_ sketch: QuantileSketch, _ borders: [Double]) -> [Double] {
        var last = 0
        let ranks = borders.map { sketch.rank($0) } + [sketch.count]
        return ranks.map { rank in
            defer { last = rank }
            return sketch.count == 0 ? 0 : Double(rank - last) / Double(sketch.count)
        }
    }

    /// Categories in the order of the reference, then those that are new, then what both have forgotten.
    public init(reference: CategorySketch, current: CategorySketch) {
        let known = reference.categories
        let new = current.categories.filter { reference.count(of: $0.name) == 0 }
        let ofReference = known.map(\.count) + new.map { _ in 0 }
        let ofCurrent = known.map { current.count(of: $0.name) } + new.map(\.count)
        func shares(_ counts: [Int], _ total: Int) -> [Double] {
            let forgotten = total - counts.reduce(0, +)
            return (counts + [forgotten]).map { total == 0 ? 0 : Double($0) / Double(total) }
        }
        self.reference = shares(ofReference, reference.count)
        self.current = shares(ofCurrent, current.count)
        errorMax = max(reference.errorMax, current.errorMax)
    }

    /// Whether both have seen something.
    var areKnown: Bool { reference.reduce(0, +) > 0 && current.reduce(0, +) > 0 }
}
