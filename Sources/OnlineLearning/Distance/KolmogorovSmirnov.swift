/// Kolmogorov–Smirnov distance: the largest difference of two distributions of numbers in the share of numbers up to
/// the same x; from 0 to 1, and 0 while either has seen nothing.
///
/// Of two sketches it is off by at most the sum of their ``QuantileSketch/errorMax``. Time: O(k log k) for k numbers
/// kept.
///
/// Of 1, 2, 3, 4 and 3, 4, 5, 6 it is 0.5.
///
/// Source: N. Smirnov, *Table for estimating the goodness of fit of empirical distributions*, Ann. Math. Stat. 19(2),
/// 1948.
public enum KolmogorovSmirnov {
    public static func distance(_ reference: QuantileSketch, _ current: QuantileSketch) -> Double {
        guard reference.count > 0, current.count > 0 else { return 0 }
        let (a, b) = (reference.steps, current.steps)
        let (n, m) = (Double(reference.count), Double(current.count))
        var (i, j, largest) = (0, 0, 0.0)
        while i < a.count || j < b.count {
            // The next number of either, passed in both.
            let x = i == a.count ? b[j].number : j == b.count ? a[i].number : min(a[i].number, b[j].number)
            if i < a.count, a[i].number == x { i += 1 }
            if j < b.count, b[j].number == x { j += 1 }
            let difference = Double(i == 0 ? 0 : a[i - 1].rank) / n - Double(j == 0 ? 0 : b[j - 1].rank) / m
            largest = max(largest, difference.magnitude)
        }
        return largest
    }

    /// How far the distance of two sketches can be from that of what they have seen.
    public static func errorMax(_ reference: QuantileSketch, _ current: QuantileSketch) -> Double {
        reference.errorMax + current.errorMax
    }
}
