/// What a tree sees of an example: its numbers side by side and its categories, by address for the time of one call.
struct TreeInput {
    /// The numbers, then the columns that encoders added; NaN where missing.
    let numbers: UnsafeBufferPointer<Double>
    /// Negative where missing or never learned.
    let categories: UnsafeBufferPointer<Int32>
    /// Whether one of the numbers is missing.
    let hasMissing: Bool

    /// Numbers and encoded columns that a tree looks at; it does not see those beyond.
    static var maxNumbers: Int { 1024 }
    /// No number that a tree learns is larger: what grows with its square and a weight stays finite.
    static var largest: Double { 1e75 }

    /// The number of a feature; NaN where there is none.
    @inline(__always)
    func number(_ feature: Int) -> Double {
        feature < numberCount ? numbers[feature] : .nan
    }

    /// The category of a feature; negative where there is none.
    @inline(__always)
    func category(_ feature: Int) -> Int32 {
        feature < categoryCount ? categories[feature] : FeatureVector.missing
    }

    /// Hands out the input of a vector. Complexity: O(numbers + columns), without allocation up to some 120 columns.
    ///
    /// The body is called in one place, so that it is compiled into it and captures nothing by copying.
    @inline(__always)
    static func with<R>(_ x: borrowing FeatureVector, _ body: (TreeInput) -> R) -> R {
        let given = x.numbers.count
        let isPlain = x.columnCount <= given && x.columns.isEmpty && given <= maxNumbers
        let count = isPlain ? given : min(max(given, x.columnCount), maxNumbers)
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: isPlain ? 1 : count) { room in
            if !isPlain { layOut(x, count, room) }
            return x.numbers.withUnsafeBufferPointer { numbers in
                x.categories.withUnsafeBufferPointer { categories in
                    let all = isPlain ? numbers : UnsafeBufferPointer(rebasing: room[..<count])
                    return body(TreeInput(all, categories))
                }
            }
        }
    }

    /// The input of a vector without encoded columns, or nil. Its addresses hold as long as the vector is borrowed: the
    /// caller uses it within that time. (A closure would be called with a copy of whatever it captures.)
    @inline(__always)
    init?(plain x: borrowing FeatureVector) {
        guard x.columnCount <= x.numbers.count && x.columns.isEmpty && x.numbers.count <= Self.maxNumbers else {
            return nil
        }
        self.init(x.numbers.withUnsafeBufferPointer { $0 }, x.categories.withUnsafeBufferPointer { $0 })
    }

    @inline(__always)
    init(_ numbers: UnsafeBufferPointer<Double>, _ categories: UnsafeBufferPointer<Int32>) {
        (self.numbers, self.categories) = (numbers, categories)
        var isMissing = false
        for value in numbers { isMissing = isMissing || value.isNaN }
        hasMissing = isMissing
    }

    @inline(__always) var numberCount: Int { numbers.count }
    @inline(__always) var categoryCount: Int { categories.count }

    /// Lays the encoded columns out beside the numbers.
    @inline(never)
    private static func layOut(_ x: borrowing FeatureVector, _ count: Int, _ room: UnsafeMutableBufferPointer<Double>) {
        let given = x.numbers.count
        let absent = x.keepsZeros ? 0 : Double.nan
        for index in 0..<count { room[index] = index < given ? x.numbers[index] : absent }
        for (column, value) in zip(x.columns, x.values) where Int(column) < count { room[Int(column)] = value }
    }

    /// Whether a tree can learn from a vector: no number beyond ±``largest``, and a weight from 0 to 10¹⁵.
    @inline(__always)
    static func accepts(_ x: borrowing FeatureVector, weight: Double) -> Bool {
        guard weight >= 0 && weight <= 1e15 else { return false }
        var isTooLarge = false
        // A comparison with NaN, a missing number, is false.
        x.numbers.withUnsafeBufferPointer { numbers in
            for value in numbers { isTooLarge = isTooLarge || value.magnitude > largest }
        }
        for value in x.values { isTooLarge = isTooLarge || !(value.magnitude <= largest) }
        return !isTooLarge
    }
}
