import Determinism

/// A histogram of a stream of numbers: bins beside one another, the two closest merged when there are too many.
///
/// Distances are between right edges. Time: O(bins) per number. Memory: 24 bytes a bin.
///
/// Source: Y. Ben-Haim and E. Tom-Tov, *A streaming parallel decision tree algorithm*, JMLR 11, 2010; River's
/// `sketch.Histogram`.
struct StreamingHistogram: Sendable, Equatable {
    struct Bin: Sendable, Equatable {
        var left: Double
        var right: Double
        var count: Double
    }

    private(set) var bins: [Bin] = []
    /// Numbers seen.
    private(set) var total = 0.0

    init() {}

    var byteCount: Int { 32 + bins.count * 24 }

    /// Adds a number once. - Returns: whether there is a bin more.
    mutating func add(_ x: Double, maxBins: Int) -> Bool {
        total += 1
        var (low, high) = (0, bins.count)
        while low < high {
            let middle = (low + high) / 2
            if bins[middle].right < x { low = middle + 1 } else { high = middle }
        }
        if low < bins.count && x >= bins[low].left {
            bins[low].count += 1
            return false
        }
        bins.insert(Bin(left: x, right: x, count: 1), at: low)
        guard bins.count > maxBins else { return true }
        mergeClosest()
        return false
    }

    private mutating func mergeClosest() {
        var (least, place) = (Double.infinity, 0)
        for index in 1..<bins.count {
            let difference = bins[index].right - bins[index - 1].right
            if difference < least { (least, place) = (difference, index - 1) }
        }
        let next = bins.remove(at: place + 1)
        bins[place].left = min(bins[place].left, next.left)
        bins[place].right = max(bins[place].right, next.right)
        bins[place].count += next.count
    }

    /// River's estimate of the density at x: the share of the first bin that begins above x, or of the last one. Where
    /// that bin has a width, the estimate is not positive, unless it is the last: then it grows with x.
    ///
    /// River means the bin in which x lies (the study has no density), but compares with the left edge.
    func density(_ x: Double) -> Double {
        guard total > 0 else { return 0 }
        var (low, high) = (0, bins.count)
        while low < high {
            let middle = (low + high) / 2
            if x < bins[middle].left { high = middle } else { low = middle + 1 }
        }
        let bin = bins[min(low, bins.count - 1)]
        if bin.left == bin.right { return bin.count / total }
        return bin.count * (x - bin.left) / (bin.right - bin.left) / total
    }

    /// The shares of what lies at or below each of `count` thresholds, which ascend.
    func shares(below thresholds: UnsafePointer<Double>, _ count: Int, into shares: UnsafeMutablePointer<Double>) {
        var (index, sum) = (0, 0.0)
        for place in 0..<count {
            let x = thresholds[place]
            while index < bins.count && x >= bins[index].right {
                sum += bins[index].count
                index += 1
            }
            guard index < bins.count && x > bins[index].left else {
                shares[place] = total > 0 ? sum / total : 0
                continue
            }
            let bin = bins[index]
            shares[place] = (sum + bin.count * (x - bin.left) / (bin.right - bin.left)) / total
        }
    }

    /// Lays out histograms of so many numbers a class anew.
    static func widened(_ old: [StreamingHistogram], from oldWidth: Int, to width: Int) -> [StreamingHistogram] {
        guard oldWidth > 0 && !old.isEmpty else { return [] }
        var new = [StreamingHistogram](repeating: StreamingHistogram(), count: old.count / oldWidth * width)
        for index in old.indices { new[index / oldWidth * width + index % oldWidth] = old[index] }
        return new
    }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(total)
        encoder.count(bins.count)
        for bin in bins {
            encoder.double(bin.left)
            encoder.double(bin.right)
            encoder.double(bin.count)
        }
    }

    init(from decoder: inout CanonicalDecoder, maxBins: Int) throws(CanonicalDecodingError) {
        total = try decoder.double()
        for _ in 0..<(try decoder.count(elementBytes: 24)) {
            let (left, right, count) = (try decoder.double(), try decoder.double(), try decoder.double())
            guard left.isFinite && right.isFinite && left <= right && count > 0 && count.isFinite,
                bins.last.map({ $0.right <= left }) ?? true
            else { throw decoder.damage("bins that do not ascend") }
            bins.append(Bin(left: left, right: right, count: count))
        }
        guard bins.count <= maxBins, total.isFinite, total > 0 || bins.isEmpty else {
            throw decoder.damage("a histogram of too many bins")
        }
    }
}

extension ClassLeaf {
    mutating func observeHistograms(
        _ input: TreeInput, _ position: Int, _ weight: Double, bins: Int
    ) -> Bool {
        guard width > 0 else { return false }
        var grew = false
        while histograms.count < (position + 1) * width {
            histograms.append(StreamingHistogram())
            grew = true
        }
        // River adds a number as often as the weight's whole part says; more often than this it would only take longer.
        let times = Int(min(weight, 1000))
        for feature in 0..<min(width, input.numberCount) where !input.numbers[feature].isNaN {
            for _ in 0..<times {
                let grewHere = histograms[position * width + feature].add(input.numbers[feature], maxBins: bins)
                grew = grewHere || grew
            }
        }
        return grew
    }

    mutating func logHistogramDensity(_ input: TreeInput, _ position: Int) -> Double {
        var sum = 0.0
        for feature in 0..<min(width, input.numberCount) where !input.numbers[feature].isNaN {
            let index = position * width + feature
            guard index < histograms.count else { return sum }
            let density = histograms[index].density(input.numbers[feature])
            if density > 0 { sum += Elementary.log(density) }
        }
        return sum
    }
}
