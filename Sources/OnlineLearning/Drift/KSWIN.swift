import Determinism

/// Kolmogorov-Smirnov windowing: keeps a window of the latest values, and detects a drift when the newest of them and
/// as many drawn from the older ones differ in distribution by the two-sample Kolmogorov-Smirnov test.
///
/// - `alpha`: the p-value from which the two are taken to differ, 0 to 1 (default 0.005).
/// - `window_size`: values in the window, 2 to 100,000 (default 100).
/// - `stat_size`: values in each sample, 1 to 10,000, at most half of the window (default 30).
/// - `seed`: of the draws, a whole number from 0 (default 1).
///
/// Time: O(`window_size` + `stat_size` · log²(`stat_size`)) per value. Memory: 8 bytes a value of the window and of the
/// samples.
///
/// With all older values drawn (`window_size` 60), after 1,000 values that alternate between 0 and 1, fives are
/// detected with the 14th.
///
/// Source: C. Raab, M. Heusinger and F.-M. Schleif, *Reactive soft prototype computing for concept drift streams*,
/// Neurocomputing 416, 2020, section 4; River's `drift.KSWIN`. The p-value is the exact one (I. Gnedenko and V.
/// Korolyuk, 1951): it depends on the largest distance of the two distributions only, so the distance from which there
/// is a drift is computed once. As in River that distance is above 0.1, and the draws begin anew after a drift.
public struct KSWIN: DriftDetector {
    public static let declaration = ComponentDeclaration(
        "kswin", .driftDetector,
        parameters: [
            ParameterDeclaration(
                "alpha", .number(0...1), default: .number(0.005), "the p-value from which the samples differ"),
            ParameterDeclaration(
                "window_size", .integer(2...100_000), default: .integer(100), "values in the window"),
            ParameterDeclaration("stat_size", .integer(1...10_000), default: .integer(30), "values in each sample"),
            ParameterDeclaration("seed", .integer(0...Int.max), default: .integer(1), "the seed of the draws"),
        ],
        conflict: { arguments in
            guard case .integer(let window) = arguments[1], case .integer(let sample) = arguments[2] else { return nil }
            return 2 * sample > window ? "stat_size must be at most half of window_size" : nil
        })

    private let windowSize: Int
    private let sampleSize: Int
    private let seed: UInt64
    /// The distance of the two distributions, times the sample size, from which there is a drift.
    private let criticalSteps: Int
    private var generator: SeededGenerator
    /// A ring once it is full; the oldest value is then at `start`.
    private var window: [Double] = []
    private var start = 0
    public private(set) var isDrift = false
    /// Holds nothing between values: the older values, then the newest.
    private var samples: [Double] = []

    public init(_ arguments: Arguments) {
        windowSize = arguments.integer("window_size")
        sampleSize = arguments.integer("stat_size")
        seed = UInt64(arguments.integer("seed"))
        criticalSteps = Self.criticalSteps(sampleSize, alpha: arguments.number("alpha"))
        generator = SeededGenerator(seed: seed)
    }

    /// The fewest steps apart that are more than a tenth and as improbable as `alpha`; one more than can be where none
    /// are.
    private static func criticalSteps(_ size: Int, alpha: Double) -> Int {
        var (low, high) = (1, size + 1)
        while low < high {
            let middle = (low + high) / 2
            let isDrift = Double(middle) / Double(size) > 0.1 && probability(size, steps: middle) <= alpha
            if isDrift { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// The probability that two samples of one distribution are so many steps of 1/size apart, or more.
    private static func probability(_ size: Int, steps: Int) -> Double {
        var sum = 0.0
        for k in stride(from: size / steps, through: 0, by: -1) {
            var term = 1.0
            for j in 0..<steps { term = Double(size - k * steps - j) * term / Double(size + k * steps + j + 1) }
            sum = term * (1 - sum)
        }
        return 2 * sum
    }

    public mutating func reset() {
        window.removeAll(keepingCapacity: true)
        (start, isDrift) = (0, false)
        generator = SeededGenerator(seed: seed)
    }

    @discardableResult
    public mutating func update(_ value: Double) -> Bool {
        guard Self.isTaken(value) else { return false }
        if isDrift { reset() }
        if window.count < windowSize {
            window.append(value)
        } else {
            window[start] = value
            start = start + 1 == windowSize ? 0 : start + 1
        }
        if window.count == windowSize { isDrift = stepsApart() >= criticalSteps }
        return isDrift
    }

    /// Draws the two samples and compares them.
    private mutating func stepsApart() -> Int {
        let olderCount = windowSize - sampleSize
        if samples.isEmpty { samples = [Double](repeating: 0, count: windowSize) }
        return samples.withUnsafeMutableBufferPointer { samples in
            window.withUnsafeBufferPointer { window in
                for i in start..<windowSize { samples[i - start] = window[i] }
                for i in 0..<start { samples[windowSize - start + i] = window[i] }
            }
            for i in 0..<sampleSize { samples.swapAt(i, i + generator.below(olderCount - i)) }
            Self.sort(samples, 0, sampleSize)
            Self.sort(samples, olderCount, sampleSize)
            return Self.stepsApart(samples, 0, olderCount, sampleSize)
        }
    }

    /// How many more values of one of two sorted samples than of the other lie up to a value, at most.
    private static func stepsApart(
        _ values: UnsafeMutableBufferPointer<Double>, _ first: Int, _ second: Int, _ count: Int
    ) -> Int {
        var (i, j, largest) = (0, 0, 0)
        while i < count, j < count {
            let value = min(values[first + i], values[second + j])
            while i < count, values[first + i] <= value { i += 1 }
            while j < count, values[second + j] <= value { j += 1 }
            largest = max(largest, abs(i - j))
        }
        return largest
    }

    /// Shell's method: in place.
    private static func sort(_ values: UnsafeMutableBufferPointer<Double>, _ first: Int, _ count: Int) {
        var gap = 1
        while gap < count / 3 { gap = 3 * gap + 1 }
        while gap > 0 {
            for i in stride(from: gap, to: count, by: 1) {
                let value = values[first + i]
                var j = i
                while j >= gap, values[first + j - gap] > value {
                    values[first + j] = values[first + j - gap]
                    j -= gap
                }
                values[first + j] = value
            }
            gap /= 3
        }
    }

    public var byteCount: Int { MemoryLayout<Self>.size + (window.count + samples.count) * 8 }

    public func encode(to encoder: inout CanonicalEncoder) {
        generator.encode(to: &encoder)
        encoder.bool(isDrift)
        encoder.doubles(Array(window[start...] + window[..<start]))
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        generator = try SeededGenerator(from: &decoder)
        isDrift = try decoder.bool()
        let values = try decoder.doubles()
        guard values.count <= windowSize, values.allSatisfy({ Self.isTaken($0) }) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a window larger than it may be")
        }
        (window, start) = (values, 0)
    }
}
