/// The features of one example where a Mondrian tree reads them: valid only while they are being learned or asked for.
struct MondrianInput: @unchecked Sendable {
    let numbers: UnsafeBufferPointer<Double>
    let columns: UnsafeBufferPointer<Int32>
    let values: UnsafeBufferPointer<Double>

    /// What no product of squares overflows.
    static var bound: Double { 1e75 }

    @inline(__always)
    static func with<R>(_ x: borrowing FeatureVector, _ body: (MondrianInput) -> R) -> R {
        x.numbers.withUnsafeBufferPointer { numbers in
            x.columns.withUnsafeBufferPointer { columns in
                x.values.withUnsafeBufferPointer { body(MondrianInput(numbers: numbers, columns: columns, values: $0)) }
            }
        }
    }

    /// Whether every feature that is there is within ``bound``.
    var isWithinBound: Bool {
        for value in numbers where !value.isNaN && value.magnitude > Self.bound { return false }
        for value in values where !(value.magnitude <= Self.bound) { return false }
        return true
    }

    /// The value of a column: NaN where a number is missing, 0 where a sparse column is not listed.
    @inline(__always)
    subscript(column: Int32) -> Double {
        let index = Int(column)
        return index < numbers.count ? numbers[index] : sparse(column)
    }

    @inline(never)
    private func sparse(_ column: Int32) -> Double {
        for index in 0..<columns.count where columns[index] == column { return values[index] }
        return 0
    }
}
