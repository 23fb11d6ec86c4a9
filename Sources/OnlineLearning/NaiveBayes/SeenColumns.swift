import Determinism

/// Which columns were ever present in an example learned: River's vocabulary.
struct SeenColumns: Sendable {
    private var isSeen: [Bool] = []
    /// How many were.
    private(set) var count = 0
    /// Columns below were looked at when zeros counted as present.
    private var zerosBelow = 0

    /// Notes the columns of an example. Complexity: amortized O(features present).
    mutating func learn(_ x: borrowing FeatureVector) {
        if isSeen.count < x.columnCount {
            isSeen.append(contentsOf: repeatElement(false, count: x.columnCount - isSeen.count))
        }
        x.forEachListed(below: isSeen.count) { column, _ in note(column) }
        guard x.keepsZeros, zerosBelow < x.columnCount else { return }
        for column in max(zerosBelow, x.numbers.count)..<max(x.columnCount, x.numbers.count) { note(column) }
        zerosBelow = x.columnCount
    }

    @inline(__always)
    func contains(_ column: Int) -> Bool { column < isSeen.count && isSeen[column] }

    @inline(__always)
    private mutating func note(_ column: Int) {
        if !isSeen[column] {
            isSeen[column] = true
            count += 1
        }
    }

    var byteCount: Int { isSeen.count }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(isSeen.count)
        for flag in isSeen { encoder.bool(flag) }
        encoder.count(zerosBelow)
    }

    init() {}

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        for _ in 0..<(try decoder.count()) {
            isSeen.append(try decoder.bool())
            if isSeen.last == true { count += 1 }
        }
        let below = try decoder.uint()
        guard below <= UInt64(isSeen.count) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "zeros of columns that are not there")
        }
        zerosBelow = Int(below)
    }
}
