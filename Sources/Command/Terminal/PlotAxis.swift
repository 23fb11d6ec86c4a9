import Foundation

/// The range of one axis of a plot and its ticks: multiples of 1, 2 or 5 times a power of ten.
struct PlotAxis: Sendable, Equatable {
    let low: Double
    let high: Double
    let ticks: [Double]
    private let step: Double

    /// The axis from `low` to `high` with at most `ticksMax` ticks. An empty range is widened around its value.
    init(low: Double, high: Double, ticksMax: Int) {
        precondition(low.isFinite && high.isFinite && low <= high && ticksMax >= 2)
        // So that neither the range nor its margin overflows.
        let bound = Double.greatestFiniteMagnitude / 4
        let (low, high) = (min(bound, max(-bound, low)), min(bound, max(-bound, high)))
        // A range of a few units in the last place cannot be divided.
        let magnitude = max(abs(low), abs(high))
        let isEmpty = high - low <= max(magnitude * 1e-12, 1e-290)
        let margin = isEmpty ? (magnitude > 1e-280 ? magnitude * 0.05 : 1) : 0
        self.low = low - margin
        self.high = high + margin
        let range = self.high - self.low
        let power = pow(10, floor(log10(range / Double(ticksMax))))
        let factors: [Double] = [1, 2, 5, 10, 20]
        let step = power * (factors.first { range / (power * $0) <= Double(ticksMax - 1) } ?? 20)
        self.step = step
        let first = Int((self.low / step).rounded(.up))
        let last = Int((self.high / step).rounded(.down))
        ticks = first <= last ? (first...last).map { Double($0) * step } : []
    }

    /// 0 at `low`, 1 at `high`; beyond them for values outside.
    func fraction(of value: Double) -> Double {
        (value - low) / (high - low)
    }

    /// The text of a tick, with as many decimals as tell it from its neighbour.
    func label(_ tick: Double) -> String {
        PlotAxis.text(tick, step: step, plainMax: 1e15)
    }

    /// A value beside the plot, with one decimal more than the ticks have; it may lie far outside.
    func valueText(_ value: Double) -> String {
        PlotAxis.text(value, step: step / 10, plainMax: 1e6)
    }

    private static func text(_ value: Double, step: Double, plainMax: Double) -> String {
        let value = abs(value) < step / 1000 ? 0 : value
        if abs(value) < 1e15, let (unit, suffix) = [(1e9, "G"), (1e6, "M"), (1e3, "k")].first(where: { step >= $0.0 }) {
            return value == 0 ? "0" : fixed(value / unit, decimals: 0) + suffix
        }
        if abs(value) >= plainMax || (value != 0 && step < 1e-7) { return String(format: "%.3g", value) }
        return fixed(value, decimals: decimals(step))
    }

    private static func decimals(_ step: Double) -> Int {
        max(0, min(9, Int((-log10(step) - 1e-9).rounded(.up))))
    }

    private static func fixed(_ value: Double, decimals: Int) -> String {
        String(format: "%.\(decimals)f", value)
    }
}

extension PlotAxis {
    /// The axis over all events seen.
    static func horizontal(_ curves: [MetricCurve], ticksMax: Int) -> PlotAxis? {
        let values = curves.flatMap { $0.points.lazy.filter { $0.y.isFinite && $0.x.isFinite }.map(\.x) }
        guard let low = values.min(), let high = values.max() else { return nil }
        return PlotAxis(low: low, high: high, ticksMax: ticksMax)
    }

    /// The axis that shows what matters of the curves: a metric's first values jump about, and a
    /// challenger may diverge.
    ///
    /// Each curve takes the range of its 5 % to 95 % quantile and half as much on either side, as far as it has values,
    /// and its last value. The first two (champion and baseline) are shown so; the others widen that by three times at
    /// most.
    static func vertical(_ curves: [MetricCurve], ticksMax: Int) -> PlotAxis? {
        let ranges = curves.compactMap(robustRange)
        guard let first = ranges.first else { return nil }
        var reference = first
        if ranges.count > 1 { reference = (min(first.low, ranges[1].low), max(first.high, ranges[1].high)) }
        let span = reference.high - reference.low
        let reach = span > 0 ? 3 * span : .infinity
        var (low, high) = reference
        for range in ranges.dropFirst(2) {
            low = min(low, max(range.low, reference.low - reach))
            high = max(high, min(range.high, reference.high + reach))
        }
        return PlotAxis(low: low, high: high, ticksMax: ticksMax)
    }

    private static func robustRange(_ curve: MetricCurve) -> (low: Double, high: Double)? {
        let values = curve.points.lazy.filter { $0.x.isFinite && $0.y.isFinite }.map(\.y).sorted()
        guard let smallest = values.first, let largest = values.last, let last = curve.lastValue else { return nil }
        let lower = values[values.count / 20]
        let upper = values[values.count - 1 - values.count / 20]
        let slack = upper > lower ? (upper - lower) / 2 : abs(upper) * 0.05
        let low = min(last, max(smallest, lower - slack))
        let high = max(last, min(largest, upper + slack))
        return (low, high)
    }
}
