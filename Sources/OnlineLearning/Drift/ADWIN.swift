import Determinism

/// Adaptive windowing: keeps a window of the latest values that is as long as their mean seems constant, and detects a
/// drift when two adjacent parts of it have means too far apart for chance. The window is summarized by buckets of 1,
/// 2, 4, … values, so that it may grow to any length.
///
/// - `delta`: probability of a false alarm at one cut, above 0 up to 1 (default 0.002).
/// - `clock`: values between two checks, from 1 (default 32).
/// - `max_buckets`: buckets of a size before two are merged, 2 to 100 (default 5).
/// - `min_window_length`: values that a part has at least, from 1 (default 5).
/// - `grace_period`: values before the first check, from 0 (default 10).
///
/// Time: O(1) per value, and O(`max_buckets` · log(window)) per check. Memory: 16 bytes a bucket, O(`max_buckets` ·
/// log(window)) of them.
///
/// After 1,000 zeros, ones are detected with the 24th, at value 1,023 counted from 0.
///
/// Source: A. Bifet and R. Gavaldà, *Learning from time-changing data with adaptive windowing*, SDM 2007, algorithm
/// ADWIN2 and equation 3.1; the variance of merged buckets by B. Babcock et al., *Maintaining variance and k-medians
/// over data stream windows*, PODS 2003. As River's `drift.ADWIN`: the parts' lengths are counted less
/// `min_window_length` − 1 in the bound; where the paper drops buckets until no cut is left, so does this, and River
/// then throws away also the rest with the next value. River's `n_detections` is thrown away with it, so it never
/// exceeds 1: it is ``isDrift``.
public struct ADWIN: DriftDetector {
    public static let declaration = ComponentDeclaration(
        "adwin", .driftDetector,
        parameters: [
            ParameterDeclaration(
                "delta", .number(1e-300...1), default: .number(0.002), "probability of a false alarm at a cut"),
            ParameterDeclaration("clock", .integer(1...1_000_000), default: .integer(32), "values between two checks"),
            ParameterDeclaration(
                "max_buckets", .integer(2...100), default: .integer(5), "buckets of a size before two are merged"),
            ParameterDeclaration(
                "min_window_length", .integer(1...1_000_000), default: .integer(5), "values that a part has at least"),
            ParameterDeclaration(
                "grace_period", .integer(0...1_000_000), default: .integer(10), "values before the first check"),
        ])

    private let delta: Double
    private let minWindowLength: Double
    private let gracePeriod: Double
    private let clock: Int32
    private let maxBuckets: Int32
    private var tick: Int32 = 0
    public private(set) var isDrift = false
    /// How many values the window holds.
    public private(set) var width = 0.0
    /// The sum of the values in the window.
    public private(set) var total = 0.0
    /// The sum of the squared deviations from the mean in the window; River's name for it.
    public private(set) var variance = 0.0
    /// The rows of buckets, a row being its buckets' count, their totals (room for one more than `max_buckets`) and
    /// their sums of squared deviations, the oldest bucket first. A bucket of row *r* holds 2^r values.
    private var cells: [Double]

    /// Rows that can ever be: 2⁵⁰ values take longer than anybody waits.
    private static var maxRows: Int { 50 }

    public init(
        delta: Double = 0.002, clock: Int = 32, maxBuckets: Int = 5, minWindowLength: Int = 5, gracePeriod: Int = 10
    ) {
        precondition(delta > 0 && delta <= 1 && clock > 0 && minWindowLength > 0 && gracePeriod >= 0)
        precondition((2...100).contains(maxBuckets), "two buckets of a size are merged")
        (self.delta, self.minWindowLength, self.gracePeriod) = (delta, Double(minWindowLength), Double(gracePeriod))
        (self.clock, self.maxBuckets) = (Int32(clock), Int32(maxBuckets))
        cells = [Double](repeating: 0, count: 2 * (maxBuckets + 1) + 1)
    }

    public init(_ arguments: Arguments) {
        self.init(
            delta: arguments.number("delta"), clock: arguments.integer("clock"),
            maxBuckets: arguments.integer("max_buckets"), minWindowLength: arguments.integer("min_window_length"),
            gracePeriod: arguments.integer("grace_period"))
    }

    /// The mean of the values in the window, 0 where there are none. Right after a drift it is that of the part kept.
    public var estimation: Double { width == 0 ? 0 : total / width }

    /// Doubles in a row.
    @inline(__always)
    private var stride: Int { 2 * (Int(maxBuckets) &+ 1) &+ 1 }

    public mutating func reset() {
        cells.removeLast(cells.count - stride)
        cells[0] = 0
        (width, total, variance, tick, isDrift) = (0, 0, 0, 0, false)
    }

    @discardableResult
    public mutating func update(_ value: Double) -> Bool {
        guard Self.isTaken(value) else { return false }
        if isDrift { reset() }
        insert(value)
        tick &+= 1
        guard tick == clock else { return false }
        tick = 0
        guard width > gracePeriod else { return false }
        while hasCut() {
            isDrift = true
            dropOldest()
        }
        return isDrift
    }

    @inline(__always)
    private mutating func insert(_ value: Double) {
        width += 1
        if width > 1 {
            let deviation = value - total / (width - 1)
            variance += (width - 1) * deviation * deviation / width
        }
        total += value
        let capacity = Int(maxBuckets) &+ 1
        let isFull = cells.withUnsafeMutableBufferPointer { cells in
            let count = Int(cells[0])
            cells[1 &+ count] = value
            cells[1 &+ capacity &+ count] = 0
            cells[0] = Double(count &+ 1)
            return count &+ 1 == capacity
        }
        if isFull { compress() }
    }

    /// Merges the two oldest buckets of each full row into one of the next.
    private mutating func compress() {
        let (capacity, stride) = (Int(maxBuckets) + 1, stride)
        var (row, size, isFull) = (0, 1.0, true)
        while isFull, row + 1 < Self.maxRows {
            if (row + 1) * stride == cells.count { cells.append(contentsOf: repeatElement(0, count: stride)) }
            isFull = cells.withUnsafeMutableBufferPointer { cells in
                let totals = row * stride + 1
                let variances = totals + capacity
                let difference = cells[totals] / size - cells[totals + 1] / size
                let next = (row + 1) * stride
                let count = Int(cells[next])
                cells[next + 1 + count] = cells[totals] + cells[totals + 1]
                cells[next + 1 + capacity + count] =
                    cells[variances] + cells[variances + 1] + size * 0.5 * difference * difference
                cells[next] = Double(count + 1)
                Self.removeFirst(2, &cells, totals, capacity)
                return count + 1 == capacity
            }
            row += 1
            size += size
        }
    }

    /// Takes the oldest buckets of a row whose totals begin at an index.
    @inline(__always)
    private static func removeFirst(
        _ removed: Int, _ cells: inout UnsafeMutableBufferPointer<Double>, _ totals: Int, _ capacity: Int
    ) {
        let count = Int(cells[totals - 1]) - removed
        for k in 0..<count {
            cells[totals + k] = cells[totals + removed + k]
            cells[totals + capacity + k] = cells[totals + capacity + removed + k]
        }
        cells[totals - 1] = Double(count)
    }

    /// Drops the oldest bucket, with its part of the variance.
    private mutating func dropOldest() {
        let (capacity, stride) = (Int(maxBuckets) + 1, stride)
        let row = cells.count / stride - 1
        let size = Double(1 << row)
        let isEmpty = cells.withUnsafeMutableBufferPointer { cells in
            let totals = row * stride + 1
            width -= size
            total -= cells[totals]
            let difference = cells[totals] / size - total / width
            variance -= cells[totals + capacity] + size * width * difference * difference / (size + width)
            Self.removeFirst(1, &cells, totals, capacity)
            return cells[totals - 1] == 0
        }
        if isEmpty, row > 0 { cells.removeLast(stride) }
    }

    /// Whether the window can be cut in two parts with different means.
    private func hasCut() -> Bool {
        let stride = stride
        let logarithm = Elementary.log(2 * Elementary.log(width) / delta)
        let spread = 2 * (variance / width) * logarithm * (width - 2 * minWindowLength + 2) * (1 - 1e-9)
        return cells.withUnsafeBufferPointer { cells in
            var (n0, n1, u0, u1) = (0.0, width, 0.0, total)
            var row = cells.count / stride - 1
            var size = Double(1 << row)
            while row >= 0 {
                let totals = row * stride + 1
                let count = Int(cells[totals - 1])
                for k in 0..<count {
                    n0 += size
                    n1 -= size
                    u0 += cells[totals + k]
                    u1 -= cells[totals + k]
                    if row == 0, k == count - 1 { return false }
                    guard n1 >= minWindowLength, n0 >= minWindowLength else { continue }
                    // Rules most cuts out without a division: a lower bound of the bound below, both squared and times
                    // (n0 · n1)². The second term of the difference leaves room for rounding.
                    let (a, b) = (u0 * n1, u1 * n0)
                    let difference = (a - b).magnitude + 1e-12 * (a.magnitude + b.magnitude)
                    if difference * difference <= spread * (n0 * n1) { continue }
                    if isCut(n0, n1, u0 / n0 - u1 / n1, logarithm) { return true }
                }
                row -= 1
                size *= 0.5
            }
            return false
        }
    }

    @inline(__always)
    private func isCut(_ n0: Double, _ n1: Double, _ difference: Double, _ logarithm: Double) -> Bool {
        let reciprocal = 1 / (n0 - minWindowLength + 1) + 1 / (n1 - minWindowLength + 1)
        let bound =
            (2 * reciprocal * (variance / width) * logarithm).squareRoot() + 2.0 / 3.0 * logarithm * reciprocal
        return difference.magnitude > bound
    }

    public var byteCount: Int { MemoryLayout<Self>.size + cells.count * 8 }

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(Int(tick))
        encoder.bool(isDrift)
        encoder.double(total)
        encoder.double(variance)
        let (capacity, stride) = (Int(maxBuckets) + 1, stride)
        encoder.count(cells.count / stride)
        for row in 0..<cells.count / stride {
            let count = Int(cells[row * stride])
            encoder.count(count)
            for k in 0..<count {
                encoder.double(cells[row * stride + 1 + k])
                encoder.double(cells[row * stride + 1 + capacity + k])
            }
        }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let tick = try decoder.uint()
        isDrift = try decoder.bool()
        total = try decoder.double()
        variance = try decoder.double()
        let (capacity, stride) = (Int(maxBuckets) + 1, stride)
        let rowCount = try decoder.count()
        guard tick < UInt64(clock), rowCount > 0, rowCount <= Self.maxRows else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a window of no adaptive windowing")
        }
        self.tick = Int32(tick)
        cells = [Double](repeating: 0, count: rowCount * stride)
        width = 0
        for row in 0..<rowCount {
            let count = try decoder.count()
            guard count < capacity, count > 0 || rowCount == 1 else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "a row of buckets too many or none")
            }
            cells[row * stride] = Double(count)
            width += Double(count) * Double(1 << row)
            for k in 0..<count {
                cells[row * stride + 1 + k] = try decoder.double()
                cells[row * stride + 1 + capacity + k] = try decoder.double()
            }
        }
    }
}
