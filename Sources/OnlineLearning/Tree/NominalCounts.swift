import Determinism

/// The weights of classes, by the value of a category: for each (feature, value) seen a row of doubles, in the order in
/// which they came. An open-addressing table; the hash only finds a row and is no part of the state.
///
/// Of a feature at most ``LeafParameters/maxValues`` values have rows of their own; later ones share one more.
struct NominalCounts: Sendable {
    /// The value under which those beyond the limit are counted.
    static let other: Int32 = .max

    private(set) var features: [Int32] = []
    private(set) var values: [Int32] = []
    /// `width` weights a row.
    private(set) var weights: [Double] = []
    private(set) var width = 0
    /// The sums over the rows of each feature, `width` each.
    private(set) var totals: [Double] = []
    /// The rows of each feature.
    private(set) var rowCounts: [Int32] = []
    /// Row + 1, or 0 for free.
    private var buckets: [Int32] = []

    init() {}

    var isEmpty: Bool { values.isEmpty }

    /// Bytes of memory: 8 a row, 8 a weight, 4 a bucket.
    var byteCount: Int {
        values.count * 8 + (weights.count + totals.count) * 8 + rowCounts.count * 4 + buckets.count * 4
    }

    @inline(__always)
    private static func hash(_ feature: Int32, _ value: Int32) -> Int {
        let key = UInt64(UInt32(bitPattern: feature)) << 32 | UInt64(UInt32(bitPattern: value))
        let product = (key ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return Int(truncatingIfNeeded: product.low ^ product.high)
    }

    /// The row of a value, or −1.
    @inline(__always)
    func row(_ feature: Int32, _ value: Int32) -> Int {
        guard !buckets.isEmpty else { return -1 }
        let mask = buckets.count - 1
        var bucket = Self.hash(feature, value) & mask
        while true {
            let row = Int(buckets[bucket]) - 1
            if row < 0 { return -1 }
            if values[row] == value && features[row] == feature { return row }
            bucket = (bucket + 1) & mask
        }
    }

    /// The row in which a value is counted, or −1: its own, or that of the values beyond the limit.
    @inline(__always)
    func row(_ feature: Int32, counting value: Int32, limit: Int) -> Int {
        let own = row(feature, value)
        if own >= 0 || Int(feature) >= rowCounts.count || Int(rowCounts[Int(feature)]) < limit { return own }
        return row(feature, Self.other)
    }

    /// Adds a weight. - Returns: whether the table grew.
    mutating func add(
        _ weight: Double, feature: Int32, value: Int32, position: Int, classCount: Int, limit: Int
    ) -> Bool {
        var grew = false
        if position >= width {
            widen(max(position + 1, classCount))
            grew = true
        }
        if Int(feature) >= rowCounts.count {
            let missing = Int(feature) + 1 - rowCounts.count
            rowCounts.append(contentsOf: repeatElement(0, count: missing))
            totals.append(contentsOf: repeatElement(0, count: missing * width))
            grew = true
        }
        var row = self.row(feature, counting: value, limit: limit)
        if row < 0 {
            let isOther = Int(rowCounts[Int(feature)]) >= limit
            row = append(feature, isOther ? Self.other : value)
            grew = true
        }
        weights[row * width + position] += weight
        totals[Int(feature) * width + position] += weight
        return grew
    }

    private mutating func append(_ feature: Int32, _ value: Int32) -> Int {
        features.append(feature)
        values.append(value)
        weights.append(contentsOf: repeatElement(0, count: width))
        rowCounts[Int(feature)] += 1
        if values.count * 2 > buckets.count { rehash() } else { place(values.count - 1) }
        return values.count - 1
    }

    private mutating func place(_ row: Int) {
        let mask = buckets.count - 1
        var bucket = Self.hash(features[row], values[row]) & mask
        while buckets[bucket] != 0 { bucket = (bucket + 1) & mask }
        buckets[bucket] = Int32(truncatingIfNeeded: row + 1)
    }

    private mutating func rehash() {
        var count = values.isEmpty ? 0 : 16
        while count < values.count * 2 { count *= 2 }
        buckets = [Int32](repeating: 0, count: count)
        for row in values.indices { place(row) }
    }

    private mutating func widen(_ newWidth: Int) {
        func widened(_ old: [Double], _ rows: Int) -> [Double] {
            var new = [Double](repeating: 0, count: rows * newWidth)
            for row in 0..<rows { for i in 0..<width { new[row * newWidth + i] = old[row * width + i] } }
            return new
        }
        weights = widened(weights, values.count)
        totals = widened(totals, rowCounts.count)
        width = newWidth
    }

    /// The rows of a feature, in the order in which they came.
    func rows(of feature: Int) -> [Int] {
        features.indices.filter { Int(features[$0]) == feature }
    }

    /// Forgets a feature. Complexity: O(rows).
    mutating func remove(_ feature: Int) {
        guard feature < rowCounts.count else { return }
        let kept = features.indices.filter { Int(features[$0]) != feature }
        weights = kept.flatMap { weights[$0 * width..<($0 + 1) * width] }
        (features, values) = (kept.map { features[$0] }, kept.map { values[$0] })
        rowCounts[feature] = 0
        for i in 0..<width { totals[feature * width + i] = 0 }
        rehash()
    }
}

extension NominalCounts {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(width)
        encoder.count(rowCounts.count)
        encoder.count(values.count)
        for row in values.indices {
            encoder.uint(UInt64(features[row]))
            encoder.uint(UInt64(values[row]))
        }
        encoder.doubles(weights)
        encoder.doubles(totals)
    }

    /// - Parameters:
    ///   - classCount: how many classes the leaf knows.
    ///   - featureCount: how many categories there are.
    init(
        from decoder: inout CanonicalDecoder, classCount: Int, featureCount: Int, limit: Int
    ) throws(CanonicalDecodingError) {
        self.init()
        let width = try decoder.uint()
        let features = try decoder.uint()
        guard width <= UInt64(classCount), features <= UInt64(featureCount) else {
            throw decoder.damage("counts of features or classes that there are not")
        }
        self.width = Int(width)
        rowCounts = [Int32](repeating: 0, count: Int(features))
        for _ in 0..<(try decoder.count(elementBytes: 2)) {
            let (feature, value) = (try decoder.uint(), try decoder.uint())
            guard feature < features, value <= UInt64(Self.other) else { throw decoder.damage("a count of no value") }
            let isFull = Int(rowCounts[Int(feature)]) >= limit
            guard row(Int32(feature), Int32(value)) < 0, isFull == (value == UInt64(Self.other)) else {
                throw decoder.damage("a value is counted twice, or too many are")
            }
            _ = append(Int32(feature), Int32(value))
        }
        weights = try decoder.doubles()
        totals = try decoder.doubles()
        guard weights.count == values.count * self.width, totals.count == rowCounts.count * self.width,
            weights.allSatisfy({ $0 >= 0 && $0.isFinite }), totals.allSatisfy({ $0 >= 0 && $0.isFinite })
        else { throw decoder.damage("counts that do not fit") }
    }
}

extension CanonicalDecoder {
    func damage(_ reason: String) -> CanonicalDecodingError {
        CanonicalDecodingError(offset: offset, reason: reason)
    }
}
