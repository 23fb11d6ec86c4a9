/// The P² estimate of a quantile on sixteen doubles, which lie in somebody's array: the number of values, then the
/// heights of five markers, their ranks and the ranks that they should have. The markers are the least value, the
/// greatest, the quantile and one on either side, each moved by a parabola through its neighbours.
///
/// Until there are more than five values, the heights are the values in the order in which they came.
///
/// Source: R. Jain and I. Chlamtac, *The P² algorithm for dynamic calculation of quantiles and histograms without
/// storing observations*, CACM 28(10), 1985, box 1; River's `stats.Quantile`, to the bit.
enum QuantileMarkers {
    static let width = 16
    static let initial: [Double] = [0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 0, 0, 0, 0, 0]

    /// The ranks that the markers should have after five values.
    static func wantedRanks(_ level: Double) -> [Double] { [1, 1 + 2 * level, 1 + 4 * level, 3 + 2 * level, 5] }

    /// The estimate; nil before the first value.
    static func value(_ markers: UnsafePointer<Double>, level: Double) -> Double? {
        let count = markers[0]
        guard count > 0 else { return nil }
        guard count <= 5 else { return markers[3] }
        let rank = Int(min(count - 1, count * level))
        // The value with that many before it, in order of size and then of coming.
        for i in 1...Int(count) {
            var before = 0
            for j in 1...Int(count) where markers[j] < markers[i] || markers[j] == markers[i] && j < i { before += 1 }
            if before == rank { return markers[i] }
        }
        return markers[1]
    }

    /// Takes a value in as often as it weighs: ranks are whole, so that is ``repetitions(_:)``.
    static func update(_ markers: UnsafeMutablePointer<Double>, level: Double, _ x: Double, weight: Double) {
        for _ in 0..<repetitions(weight) { update(markers, level: level, x) }
    }

    /// A weight as a number of times: the nearest whole number, from 1 to 100, to even where two are as near.
    static func repetitions(_ weight: Double) -> Int {
        Int(min(max(weight.rounded(.toNearestOrEven), 1), 100))
    }

    static func update(_ markers: UnsafeMutablePointer<Double>, level: Double, _ x: Double) {
        let count = markers[0]
        guard count >= 5 else {
            markers[Int(count) + 1] = x
            markers[0] = count + 1
            return
        }
        let (heights, ranks, wanted) = (markers + 1, markers + 6, markers + 11)
        if count == 5 {
            var all = UnsafeMutableBufferPointer(start: heights, count: 5)
            all.sort()
            for (index, rank) in wantedRanks(level).enumerated() { wanted[index] = rank }
        }
        markers[0] = count + 1
        for index in cell(heights, x)..<5 { ranks[index] += 1 }
        wanted[1] += level / 2
        wanted[2] += level
        wanted[3] += (1 + level) / 2
        wanted[4] += 1
        for index in 1..<4 { move(index, heights, ranks, wanted) }
    }

    /// The first marker above a value, which may be the new least or greatest.
    private static func cell(_ heights: UnsafeMutablePointer<Double>, _ x: Double) -> Int {
        if x < heights[0] {
            heights[0] = x
            return 1
        }
        for index in 1..<5 where heights[index - 1] <= x && x < heights[index] { return index }
        heights[4] = max(heights[4], x)
        return 4
    }

    /// Moves a marker by one rank where it is that far from where it should be and there is room.
    private static func move(
        _ index: Int, _ heights: UnsafeMutablePointer<Double>, _ ranks: UnsafeMutablePointer<Double>,
        _ wanted: UnsafeMutablePointer<Double>
    ) {
        let (rank, height) = (ranks[index], heights[index])
        let (before, after) = (ranks[index - 1], ranks[index + 1])
        let lag = wanted[index] - rank
        guard lag >= 1 && after - rank > 1 || lag <= -1 && before - rank < -1 else { return }
        let step = lag > 0 ? 1.0 : -1
        let (below, above) = (heights[index - 1], heights[index + 1])
        let left = (rank - before + step) * (above - height) / (after - rank)
        let right = (after - rank - step) * (height - below) / (rank - before)
        let parabola = height + step / (after - before) * (left + right)
        if below < parabola && parabola < above {
            heights[index] = parabola
        } else {
            let neighbour = lag > 0 ? index + 1 : index - 1
            heights[index] = height + step * (heights[neighbour] - height) / (ranks[neighbour] - rank)
        }
        ranks[index] = rank + step
    }

    static func areSound(_ markers: some Collection<Double>) -> Bool {
        let all = Array(markers)
        guard all.count == width, all.allSatisfy(\.isFinite), all[0] >= 0, all[0] == all[0].rounded() else {
            return false
        }
        let areHeightsOrdered = all[0] <= 5 || (2..<6).allSatisfy { all[$0 - 1] <= all[$0] }
        return areHeightsOrdered && (7..<11).allSatisfy { all[$0 - 1] < all[$0] }
    }
}
