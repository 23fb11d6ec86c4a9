/// The mean of a stream of numbers that depend on those just before them, with a confidence interval: neighbours are
/// gathered in batches, and the means of long batches are as good as independent.
///
/// There are at most 31 full batches; where there would be one more, neighbours are merged and batches become twice as
/// long, so that a batch is at least a thirty-second of the stream and outlasts every shorter memory. The last batch,
/// while it fills, counts for the mean alone. With fewer than ten full batches there is no interval.
///
/// O(1) time, amortized; 32 doubles of memory.
///
///     var means = BatchMeans()
///     for x in [3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3] { means.update(x) }
///     means.mean               // 3.9
///     means.halfWidth          // 1.7668, with 95 % confidence
///
/// Source: B. Schmeiser, *Batch size effects in the analysis of simulation output*, Operations Research 30(3), 1982,
/// section 3: between 10 and 30 batches are enough, and more gain hardly anything.
public struct BatchMeans: Sendable, Equatable {
    static let batchesMax = 32
    static let batchesMin = 10

    public private(set) var count = 0
    /// How many numbers a batch has.
    public private(set) var batchSize = 1
    /// The sums of the full batches.
    private var sums: [Double] = []
    /// Of the batch that is being filled.
    private var sum = 0.0
    private var filled = 0

    public init() {
        sums.reserveCapacity(Self.batchesMax)
    }

    public var batchCount: Int { sums.count }

    @inline(__always)
    public mutating func update(_ x: Double) {
        count += 1
        sum += x
        filled += 1
        if filled == batchSize { close() }
    }

    private mutating func close() {
        sums.append(sum)
        (sum, filled) = (0, 0)
        guard sums.count == Self.batchesMax else { return }
        for index in 0..<Self.batchesMax / 2 { sums[index] = sums[2 * index] + sums[2 * index + 1] }
        sums.removeLast(Self.batchesMax / 2)
        batchSize *= 2
    }

    /// Of all numbers; 0 where there are none.
    public var mean: Double {
        guard count > 0 else { return 0 }
        var total = 0.0
        for batch in sums { total += batch }
        return (total + sum) / Double(count)
    }

    /// Half the width of the interval around ``mean`` that holds the true mean with 95 % confidence; nil where the
    /// stream is too short to say.
    public var halfWidth: Double? {
        guard sums.count >= Self.batchesMin else { return nil }
        let size = Double(batchSize)
        var center = 0.0
        for batch in sums { center += batch / size }
        center /= Double(sums.count)
        var squares = 0.0
        for batch in sums { squares += (batch / size - center) * (batch / size - center) }
        let variance = squares / Double(sums.count - 1)
        let width = Self.studentT[sums.count - 2] * (variance / Double(sums.count)).squareRoot()
        return width.isFinite ? width : nil
    }

    /// The 97.5 % quantile of Student's t distribution with 1, 2, … degrees of freedom.
    private static let studentT = [
        12.706205, 4.302653, 3.182446, 2.776445, 2.570582, 2.446912, 2.364624, 2.306004, 2.262157, 2.228139,
        2.200985, 2.178813, 2.160369, 2.144787, 2.13145, 2.119905, 2.109816, 2.100922, 2.093024, 2.085963, 2.079614,
        2.073873, 2.068658, 2.063899, 2.059539, 2.055529, 2.051831, 2.048407, 2.04523, 2.042272,
    ]
}
