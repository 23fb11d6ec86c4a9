import Determinism

/// How long labels were waited for, counted in bins whose width grows with the time: any quantile is found, too long by
/// at most 1/32 of it (3.2 %) or 1.1 ms, never too short.
///
/// A lag counts in units of 1,024 µs: below 32 of them a bin each, above 32 bins for every doubling. 1,568 bins hold
/// whatever a clock can say. Adding takes O(1), and memory only with the first lag.
struct LagHistogram: Sendable, Equatable {
    private static let unitShift: UInt64 = 10
    private static let binsADoubling: UInt64 = 32
    private static let binCount = 1_568

    private var counts: [UInt64] = []
    private(set) var total: UInt64 = 0
    /// The longest, in microseconds.
    private(set) var longest: Int64 = 0

    private static func bin(_ microseconds: Int64) -> Int {
        let units = UInt64(microseconds) >> unitShift
        guard units >= binsADoubling else { return Int(units) }
        // From 5 on, as 2⁵ is 32.
        let power = UInt64(63 - units.leadingZeroBitCount)
        return Int((power &- 4) << 5 | (units >> (power &- 5)) & 31)
    }

    /// The shortest lag, in microseconds, that is too long for a bin.
    private static func end(_ bin: Int) -> Int64 {
        let (group, place) = (UInt64(bin) >> 5, UInt64(bin) & 31)
        guard group > 0 else { return Int64(place + 1) << Int64(unitShift) }
        // The last bin ends beyond the largest number.
        let end = (binsADoubling + place + 1) << (group - 1)
        return end >= 1 << 53 ? .max : Int64(end << unitShift)
    }

    /// - Parameter microseconds: from 0 on.
    mutating func add(_ microseconds: Int64) {
        if counts.isEmpty { counts = [UInt64](repeating: 0, count: Self.binCount) }
        counts[Self.bin(microseconds)] &+= 1
        total &+= 1
        longest = max(longest, microseconds)
    }

    /// How long, in microseconds, such a share of them was at most; nil where there are none.
    /// - Parameter share: above 0, up to 1.
    func quantile(_ share: Double) -> Int64? {
        guard total > 0 else { return nil }
        let rank = min(total, max(1, UInt64((share * Double(total)).rounded(.up))))
        var below: UInt64 = 0
        for (bin, count) in counts.enumerated() {
            below += count
            if below >= rank { return min(longest, Self.end(bin)) }
        }
        return longest
    }

    /// How many there are in every half of a doubling that has any; bounds in microseconds.
    var coarse: [(start: Int64, end: Int64, count: UInt64)] {
        stride(from: 0, to: counts.count, by: 16).compactMap { first in
            let count = counts[first..<first + 16].reduce(0, +)
            return count == 0 ? nil : (first == 0 ? 0 : Self.end(first - 1), Self.end(first + 15), count)
        }
    }
}

extension LagHistogram {
    /// The bins that hold any: how many, then of each how many lie between it and the one before, and its count; then
    /// the longest lag.
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(counts.count { $0 > 0 })
        var next = 0
        for (bin, count) in counts.enumerated() where count > 0 {
            encoder.count(bin - next)
            encoder.uint(count)
            next = bin + 1
        }
        encoder.int(longest)
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        self.init()
        var next = 0
        for _ in 0..<(try decoder.count(elementBytes: 2)) {
            let (bin, overflow) = next.addingReportingOverflow(try decoder.natural())
            let count = try decoder.uint()
            guard !overflow, bin < Self.binCount, count > 0, count < 1 << 40 else {
                throw decoder.lateness("bins of lags")
            }
            if counts.isEmpty { counts = [UInt64](repeating: 0, count: Self.binCount) }
            counts[bin] = count
            total += count
            next = bin + 1
        }
        longest = try decoder.int()
        guard longest >= 0, total > 0 || longest == 0, next == 0 || Self.bin(longest) == next - 1 else {
            throw decoder.lateness("a longest lag")
        }
    }
}
