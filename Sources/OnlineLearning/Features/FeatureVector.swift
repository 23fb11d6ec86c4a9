/// What the steps of a pipeline pass on to one another: the numbers, changed in place, and the sparse columns that
/// encoders add. A workspace: it is reused from example to example and belongs to no state.
public struct FeatureVector: Sendable {
    /// The numbers and booleans that the pipeline takes; NaN where missing. Number *i* is column *i*.
    public internal(set) var numbers: [Double] = []
    /// The columns beyond the numbers that are not zero, each at most once.
    public internal(set) var columns = ReusedList<Int32>()
    /// The value of each of ``columns``.
    public internal(set) var values = ReusedList<Double>()
    /// The number of each category that reaches the learner as it is: from 0 in the order of first learning;
    /// ``missing`` or ``unseen`` where it has none.
    public internal(set) var categories: [Int32] = []
    /// How many columns there are, numbers included: every column is below it.
    public package(set) var columnCount = 0
    /// Whether the columns that are 0 count as present, to learners that shrink the weights of what is present.
    public internal(set) var keepsZeros = false

    /// The log time of the question, or of the label while learning, in microseconds since 1970-01-01T00:00:00Z; 0
    /// where there are no times.
    public package(set) var time: Int64 = 0
    /// Room to count the terms of a text in.
    var terms = TermCounts()

    /// In ``categories``, a category that is not there.
    public static let missing: Int32 = -1
    /// In ``categories``, one that was never learned.
    public static let unseen: Int32 = -2

    public init() {}

    /// Begins with the numbers of a row and no sparse columns.
    /// - Parameter firstSlot: the first of the slots, where they are neighbours.
    @inline(__always)
    package mutating func begin(_ row: FeatureRow, slots: [Int], firstSlot: Int? = nil, columnCount: Int) {
        let count = slots.count
        if numbers.count != count { numbers = [Double](repeating: .nan, count: count) }
        numbers.withUnsafeMutableBufferPointer { target in
            row.numbers.withUnsafeBufferPointer { source in
                guard let target = target.baseAddress, let source = source.baseAddress else { return }
                if let firstSlot {
                    target.update(from: source + firstSlot, count: count)
                    return
                }
                slots.withUnsafeBufferPointer { slots in
                    for i in 0..<count { target[i] = source[slots[i]] }
                }
            }
        }
        columns.removeAll()
        values.removeAll()
        if !categories.isEmpty { categories.removeAll(keepingCapacity: true) }
        self.columnCount = columnCount
        keepsZeros = false
    }

    /// Begins with the numbers of a row at these slots; NaN where a slot is negative.
    package mutating func begin(_ row: FeatureRow, sources: [Int], columnCount: Int) {
        begin(columnCount: columnCount)
        for slot in sources { numbers.append(slot < 0 ? .nan : row.numbers[slot]) }
    }

    /// Takes the last numbers away.
    mutating func removeLastNumbers(_ count: Int) { numbers.removeLast(count) }

    @inline(__always)
    package mutating func append(category: Int32) {
        categories.append(category)
    }

    /// Begins without numbers, for who fills the columns without a pipeline.
    @inline(__always)
    public mutating func begin(columnCount: Int) {
        if !numbers.isEmpty { numbers.removeAll(keepingCapacity: true) }
        columns.removeAll()
        values.removeAll()
        if !categories.isEmpty { categories.removeAll(keepingCapacity: true) }
        self.columnCount = columnCount
        keepsZeros = false
    }

    /// Adds columns that are not zero, each with its value. - Precondition: as for one; there are as many values.
    public mutating func append(columns: UnsafeBufferPointer<Int32>, values: UnsafeBufferPointer<Double>) {
        precondition(columns.count == values.count, "not every column has its value")
        self.columns.append(contentsOf: columns)
        self.values.append(contentsOf: values)
    }

    /// Adds a column that is not zero. - Precondition: it is below ``columnCount`` and was not added before.
    @inline(__always)
    public mutating func append(column: Int, value: Double) {
        columns.append(Int32(truncatingIfNeeded: column))
        values.append(value)
    }

    /// Hands out the sparse columns and their values, of which there are as many.
    @inline(__always)
    func withSparse(_ body: (UnsafeBufferPointer<Int32>, UnsafeBufferPointer<Double>) -> Void) {
        columns.withUnsafeBufferPointer { columns in values.withUnsafeBufferPointer { body(columns, $0) } }
    }

    /// Adds columns that are 1. - Parameter body: writes up to so many, from the first on, and says how many.
    @inline(__always)
    mutating func appendOnes(atMost count: Int, _ body: (UnsafeMutableBufferPointer<Int32>) -> Int) {
        let written = columns.append(count: count, filler: 0, body)
        columns.removeLast(count &- written)
        values.append(count: written, filler: 1) { for index in $0.indices { $0[index] = 1 } }
    }

    /// Adds to a column, which may be there already at or after `start` in ``columns``.
    mutating func add(column: Int32, value: Double, from start: Int) {
        for index in start..<columns.count where columns[index] == column {
            values[index] += value
            return
        }
        append(column: Int(column), value: value)
    }
}
