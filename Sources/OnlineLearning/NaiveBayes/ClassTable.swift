import Determinism

/// A number for every column and class, the classes of a column side by side.
struct ClassTable: Sendable {
    private(set) var values: [Double] = []
    /// How far one column is from the next: a power of two, at least the number of classes.
    private(set) var stride = 1
    private(set) var columnCount = 0
    private let initial: Double

    init(initial: Double = 0) {
        self.initial = initial
    }

    /// Makes room. Complexity: amortized O(1) for a column; O(columns · classes) each time the classes double.
    mutating func grow(columns: Int, classes: Int) {
        if classes > stride {
            var newStride = stride
            while newStride < classes { newStride *= 2 }
            var wider = [Double](repeating: initial, count: columnCount * newStride)
            for column in 0..<columnCount {
                for slot in 0..<stride { wider[column * newStride + slot] = values[column * stride + slot] }
            }
            (values, stride) = (wider, newStride)
        }
        guard columns > columnCount else { return }
        values.append(contentsOf: repeatElement(initial, count: (columns - columnCount) * stride))
        columnCount = columns
    }

    @inline(__always)
    subscript(column: Int, slot: Int) -> Double {
        get { values[column &* stride &+ slot] }
        set { values[column &* stride &+ slot] = newValue }
    }

    var byteCount: Int { values.count * 8 }

    /// Writes the classes given out only, so that room to grow leaves no trace.
    func encode(to encoder: inout CanonicalEncoder, classes: Int) {
        encoder.count(columnCount)
        for column in 0..<columnCount {
            for slot in 0..<classes { encoder.double(slot < stride ? self[column, slot] : initial) }
        }
    }

    mutating func restore(from decoder: inout CanonicalDecoder, classes: Int) throws(CanonicalDecodingError) {
        self = ClassTable(initial: initial)
        // A table without classes has no columns: nothing was learned.
        let columns = try decoder.count(elementBytes: 8 * max(1, classes))
        guard columns == 0 || classes > 0 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "columns without a class")
        }
        grow(columns: columns, classes: classes)
        for column in 0..<columns {
            for slot in 0..<classes { self[column, slot] = try decoder.double() }
        }
    }
}
