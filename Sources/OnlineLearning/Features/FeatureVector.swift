/// What the steps of a pipeline pass on to one another: the numbers, changed in place, and the sparse columns that
/// encoders add. A workspace: it is reused from example to example and belongs to no state.
public struct FeatureVector: Sendable {
    /// The numbers and booleans that the pipeline takes; NaN where missing. Number *i* is column *i*.
    public internal(set) var numbers: [Double] = []
    /// The columns beyond the numbers that are not zero, each at most once.
    public internal(set) var columns: [Int32] = []
    /// The value of each of ``columns``.
    public internal(set) var values: [Double] = []
    /// How many columns there are, numbers included: every column is below it.
    public internal(set) var columnCount = 0
    /// Whether the columns that are 0 count as present, to learners that shrink the weights of what is present.
    public internal(set) var keepsZeros = false

    public init() {}

    /// Begins with the numbers of a row and no sparse columns.
    @inline(__always)
    package mutating func begin(_ row: FeatureRow, slots: [Int], columnCount: Int) {
        let count = slots.count
        if numbers.count != count { numbers = [Double](repeating: .nan, count: count) }
        numbers.withUnsafeMutableBufferPointer { target in
            row.numbers.withUnsafeBufferPointer { source in
                slots.withUnsafeBufferPointer { slots in
                    for i in 0..<count { target[i] = source[slots[i]] }
                }
            }
        }
        if !columns.isEmpty {
            columns.removeAll(keepingCapacity: true)
            values.removeAll(keepingCapacity: true)
        }
        self.columnCount = columnCount
        keepsZeros = false
    }

    @inline(__always)
    mutating func append(column: Int, value: Double) {
        columns.append(Int32(truncatingIfNeeded: column))
        values.append(value)
    }
}

/// What a step needs to take its last example back, so that a failed update can be undone to the bit (DESIGN: *a failed
/// update leaves the model's last good state*), and room to compute in. A workspace, emptied after every example.
public struct Journal: Sendable {
    private var counts: [Int] = []
    /// Holds nothing between steps.
    private var scratch: [Double] = []

    public init() {}

    public mutating func save(_ value: Int) { counts.append(value) }

    /// Takes back what was saved last.
    public mutating func restoreCount() -> Int { counts.removeLast() }

    public mutating func removeAll() {
        if !counts.isEmpty { counts.removeAll(keepingCapacity: true) }
    }

    /// Hands out room for `count` doubles of no particular value. Complexity: O(1) once it has grown.
    @inline(__always)
    mutating func withScratch<R>(_ count: Int, _ body: (UnsafeMutablePointer<Double>) -> R) -> R {
        if scratch.count < count { scratch.append(contentsOf: repeatElement(0, count: 2 * count - scratch.count)) }
        return scratch.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { preconditionFailure("no room was asked for") }
            return body(start)
        }
    }
}
