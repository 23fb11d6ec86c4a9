import Determinism

/// The sparse columns of the examples of a window: of each a few columns that are not 0, in ascending order.
struct SparseRows: Sendable {
    /// Room for as many entries an example as any had.
    private var stride = 0
    private var counts: [Int32] = []
    private var columns: [Int32] = []
    private var values: [Double] = []
    /// Whether there is any entry in any row, now or earlier.
    var hasEntries: Bool { stride > 0 }

    /// A question's columns, in ascending order.
    struct Row {
        var columns: UnsafeMutablePointer<Int32>
        var values: UnsafeMutablePointer<Double>
        var count: Int
    }

    /// One more row, empty.
    mutating func append() {
        counts.append(0)
        columns.append(contentsOf: repeatElement(0, count: stride))
        values.append(contentsOf: repeatElement(0, count: stride))
    }

    /// Replaces a row. Complexity: O(entries²), and O(rows) each time the room for entries doubles.
    mutating func set(_ slot: Int, _ x: borrowing FeatureVector) {
        makeRoom(x.columns.count)
        counts[slot] = Int32(truncatingIfNeeded: x.columns.count)
        guard stride > 0 else { return }
        columns.withUnsafeMutableBufferPointer { columns in
            values.withUnsafeMutableBufferPointer { values in
                guard let columns = columns.baseAddress, let values = values.baseAddress else { return }
                Self.sort(x, columns + slot * stride, values + slot * stride)
            }
        }
    }

    private mutating func makeRoom(_ count: Int) {
        guard count > stride else { return }
        var newStride = max(4, stride)
        while newStride < count { newStride *= 2 }
        var newColumns = [Int32](repeating: 0, count: counts.count * newStride)
        var newValues = [Double](repeating: 0, count: counts.count * newStride)
        for slot in counts.indices {
            for i in 0..<Int(counts[slot]) {
                newColumns[slot * newStride + i] = columns[slot * stride + i]
                newValues[slot * newStride + i] = values[slot * stride + i]
            }
        }
        (stride, columns, values) = (newStride, newColumns, newValues)
    }

    /// Calls `body` with the columns of a question in ascending order.
    @inline(__always)
    func withSorted<R>(_ x: borrowing FeatureVector, _ body: (Row) -> R) -> R {
        let count = x.columns.count
        return withUnsafeTemporaryAllocation(of: Int32.self, capacity: max(1, count)) { columns in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, count)) { values in
                guard let columns = columns.baseAddress, let values = values.baseAddress else {
                    preconditionFailure("room for one was asked for")
                }
                Self.sort(x, columns, values)
                return body(Row(columns: columns, values: values, count: count))
            }
        }
    }

    @inline(__always)
    private static func sort(
        _ x: borrowing FeatureVector, _ columns: UnsafeMutablePointer<Int32>, _ values: UnsafeMutablePointer<Double>
    ) {
        for i in x.columns.indices {
            var index = i
            while index > 0, columns[index - 1] > x.columns[i] {
                (columns[index], values[index]) = (columns[index - 1], values[index - 1])
                index -= 1
            }
            (columns[index], values[index]) = (x.columns[i], x.values[i])
        }
    }

    /// The squared distance of a row from a question, over the columns that either has.
    func square(_ slot: Int, _ row: Row) -> Double {
        var (sum, i, j) = (0.0, 0, slot * stride)
        let end = j + Int(counts[slot])
        while i < row.count || j < end {
            let own = i < row.count ? row.columns[i] : Int32.max
            let other = j < end ? columns[j] : Int32.max
            var difference = 0.0
            if own <= other {
                difference = row.values[i]
                i += 1
            }
            if other <= own {
                difference -= values[j]
                j += 1
            }
            sum += difference * difference
        }
        return sum
    }

    var byteCount: Int { counts.count * 4 + columns.count * 12 }

    func encode(_ slot: Int, to encoder: inout CanonicalEncoder) {
        encoder.count(Int(counts[slot]))
        for i in slot * stride..<slot * stride + Int(counts[slot]) {
            encoder.count(Int(columns[i]))
            encoder.double(values[i])
        }
    }

    mutating func restore(_ slot: Int, from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let count = try decoder.count(elementBytes: 9)
        makeRoom(count)
        counts[slot] = Int32(truncatingIfNeeded: count)
        var previous = -1
        for i in 0..<count {
            let column = try decoder.uint()
            guard column < UInt64(Int32.max), Int(column) > previous else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "columns are not in order")
            }
            previous = Int(column)
            columns[slot * stride + i] = Int32(column)
            values[slot * stride + i] = try decoder.double()
        }
    }
}
