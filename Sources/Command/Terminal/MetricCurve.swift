/// One line of a plot: the course of a metric, say the champion's progressive log loss over the events seen.
///
/// Points come in the order of `x`. A `y` that is not finite is a gap.
package struct MetricCurve: Sendable {
    /// What the legend says.
    package var name: String
    package var points: [(x: Double, y: Double)]

    package init(name: String, points: [(x: Double, y: Double)]) {
        self.name = name
        self.points = points
    }

    /// The last finite value: where the metric stands now.
    package var lastValue: Double? {
        points.last { $0.x.isFinite && $0.y.isFinite }?.y
    }

    /// The mean of the finite values in each of `count` equal parts of `axis`, so that a million points become as
    /// many as there are dots to draw. `nil` where a part holds no points; NaN where it holds only gaps.
    ///
    /// - Complexity: O(points + count).
    func binned(_ axis: PlotAxis, count: Int) -> [Double?] {
        var sums = [Double](repeating: 0, count: count)
        var counts = [Int](repeating: 0, count: count)
        var hasGap = [Bool](repeating: false, count: count)
        for point in points where point.x.isFinite {
            let fraction = min(1, max(0, axis.fraction(of: point.x)))
            let bin = min(count - 1, Int(fraction * Double(count)))
            guard point.y.isFinite else {
                hasGap[bin] = true
                continue
            }
            // The running mean does not overflow where a sum would.
            counts[bin] += 1
            sums[bin] += (point.y - sums[bin]) / Double(counts[bin])
        }
        return (0..<count).map { counts[$0] > 0 ? sums[$0] : hasGap[$0] ? .nan : nil }
    }
}
