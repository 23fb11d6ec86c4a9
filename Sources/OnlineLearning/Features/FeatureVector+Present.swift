extension FeatureVector {
    /// The largest magnitude of a feature, a label or a weight from which those learners learn that sum products of
    /// them: no product of four overflows.
    @inline(__always)
    static var largestLearnable: Double { 1e75 }

    /// Whether nothing in the vector is beyond ``largestLearnable``. A missing number is within it.
    @inline(__always)
    func isLearnable() -> Bool {
        var isWithin = true
        numbers.withUnsafeBufferPointer { numbers in
            for value in numbers { isWithin = isWithin && !(value.magnitude > Self.largestLearnable) }
        }
        for value in values { isWithin = isWithin && value.magnitude <= Self.largestLearnable }
        return isWithin
    }

    /// Visits what River has as a key: the numbers that are not missing, the sparse columns, and where zeros count as
    /// present those that are 0; each once, and only columns below `limit`.
    ///
    /// Complexity: O(features present), with zeros O(columns · sparse columns present).
    @inline(__always)
    func forEachPresent(below limit: Int, _ body: (Int, Double) -> Void) {
        forEachListed(below: limit, body)
        if keepsZeros { forEachZero(below: limit) { body($0, 0) } }
    }

    /// Visits the numbers that are not missing and the sparse columns, each once, below `limit`.
    @inline(__always)
    func forEachListed(below limit: Int, _ body: (Int, Double) -> Void) {
        for column in 0..<min(numbers.count, limit) {
            let value = numbers[column]
            if value == value { body(column, value) }
        }
        for i in columns.indices where Int(columns[i]) < limit { body(Int(columns[i]), values[i]) }
    }

    /// Visits the sparse columns below `limit` that are 0.
    @inline(__always)
    func forEachZero(below limit: Int, _ body: (Int) -> Void) {
        guard numbers.count < limit else { return }
        for column in numbers.count..<limit where !columns.contains(Int32(truncatingIfNeeded: column)) { body(column) }
    }
}
