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
    static var largestWeight: Double { 1e15 }

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
        hasMissing = !Self.areOrdinary(numbers) && Self.areMissing(numbers)
    }

    /// The input of numbers that are all there is.
    @inline(__always)
    init(_ numbers: UnsafeBufferPointer<Double>) {
        self.init(Self.looked(at: numbers), UnsafeBufferPointer(start: nil, count: 0))
    }

    /// The same to learn from; nil where a tree cannot, see ``accepts(_:weight:)``.
    @inline(__always)
    init?(learnable numbers: UnsafeBufferPointer<Double>, weight: Double) {
        let areOrdinary = Self.areOrdinary(numbers)
        guard weight >= 0 && weight <= Self.largestWeight, areOrdinary || !Self.areTooLarge(numbers) else { return nil }
        self.numbers = Self.looked(at: numbers)
        categories = UnsafeBufferPointer(start: nil, count: 0)
        hasMissing = !areOrdinary && Self.areMissing(self.numbers)
    }

    @inline(__always)
    private static func looked(at numbers: UnsafeBufferPointer<Double>) -> UnsafeBufferPointer<Double> {
        UnsafeBufferPointer(start: numbers.baseAddress, count: min(numbers.count, maxNumbers))
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
        guard weight >= 0 && weight <= largestWeight else { return false }
        var isTooLarge = x.numbers.withUnsafeBufferPointer { !areOrdinary($0) && areTooLarge($0) }
        for value in x.values { isTooLarge = isTooLarge || !(value.magnitude <= largest) }
        return !isTooLarge
    }

    /// Whether the sum of the numbers' squares tells that none is missing and none too large, as it mostly does.
    @inline(__always)
    private static func areOrdinary(_ numbers: UnsafeBufferPointer<Double>) -> Bool {
        guard let start = numbers.baseAddress else { return true }
        var sums = SIMD4<Double>.zero
        var index = 0
        while index &+ 4 <= numbers.count {
            let four = GivenNumbers.four(start + index)
            sums += four * four
            index &+= 4
        }
        var sum = (sums[0] + sums[2]) + (sums[1] + sums[3])
        while index < numbers.count {
            sum += start[index] * start[index]
            index &+= 1
        }
        // Less than the square of the largest, to be safe from rounding; of NaN it is false.
        return sum < 0.1 * largest * largest
    }

    @inline(never)
    private static func areMissing(_ numbers: UnsafeBufferPointer<Double>) -> Bool {
        numbers.contains { $0.isNaN }
    }

    @inline(never)
    private static func areTooLarge(_ numbers: UnsafeBufferPointer<Double>) -> Bool {
        // A comparison with NaN, a missing number, is false.
        numbers.contains { $0.magnitude > largest }
    }
}
