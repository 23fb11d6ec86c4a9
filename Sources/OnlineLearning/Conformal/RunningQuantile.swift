import Determinism

/// An estimate of a quantile of a stream from five numbers: the least, the greatest, the quantile and one on either
/// side, each moved by a parabola through its neighbours towards the rank that it should have.
///
/// O(1) time and memory. Up to the fifth value it is one of the values seen. Of 9, 7, 3, 2, 6, 1, 8, 5 and 4 the
/// median is 5.
///
/// Source: R. Jain and I. Chlamtac, *The P² algorithm for dynamic calculation of quantiles and histograms without
/// storing observations*, CACM 28(10), 1985, box 1; River's `stats.Quantile`, to the bit.
struct RunningQuantile: Sendable {
    /// The quantile looked for, between 0 and 1.
    let level: Double
    private var count = 0
    /// Until there are more than five, the values in the order in which they came.
    private var heights = [Double](repeating: 0, count: 5)
    private var ranks: [Double] = [1, 2, 3, 4, 5]
    private var wantedRanks: [Double]

    init(level: Double) {
        self.level = level
        wantedRanks = [1, 1 + 2 * level, 1 + 4 * level, 3 + 2 * level, 5]
    }

    /// The estimate; nil before the first value.
    var value: Double? {
        guard count > 0 else { return nil }
        guard count <= 5 else { return heights[2] }
        return heights[..<count].sorted()[Int(min(Double(count - 1), Double(count) * level))]
    }

    mutating func update(_ x: Double) {
        guard count >= 5 else {
            heights[count] = x
            count += 1
            return
        }
        if count == 5 { heights.sort() }
        count += count < Int.max ? 1 : 0
        for index in cell(of: x)..<5 { ranks[index] += 1 }
        let steps = [0, level / 2, level, (1 + level) / 2, 1]
        for index in 0..<5 { wantedRanks[index] += steps[index] }
        for index in 1..<4 { move(index) }
    }

    /// The first marker above a value, which may be the new least or greatest.
    private mutating func cell(of x: Double) -> Int {
        if x < heights[0] {
            heights[0] = x
            return 1
        }
        for index in 1..<5 where heights[index - 1] <= x && x < heights[index] { return index }
        heights[4] = max(heights[4], x)
        return 4
    }

    /// Moves a marker by one rank where it is that far from where it should be and there is room.
    private mutating func move(_ index: Int) {
        let (rank, height) = (ranks[index], heights[index])
        let (before, after) = (ranks[index - 1], ranks[index + 1])
        let lag = wantedRanks[index] - rank
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

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(count)
        for index in 0..<5 {
            encoder.double(heights[index])
            encoder.double(ranks[index])
            encoder.double(wantedRanks[index])
        }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let count = try decoder.uint()
        for index in 0..<5 {
            heights[index] = try decoder.double()
            ranks[index] = try decoder.double()
            wantedRanks[index] = try decoder.double()
        }
        let isOrdered = (1..<5).allSatisfy {
            ranks[$0 - 1] < ranks[$0] && (count <= 5 || heights[$0 - 1] <= heights[$0])
        }
        guard isOrdered, count <= UInt64(Int.max), (heights + ranks + wantedRanks).allSatisfy({ $0.isFinite }) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "no quantile has these markers")
        }
        self.count = Int(count)
    }
}
