/// The least and the greatest of each number among the examples of a node, where they lie; NaN where none was there.
struct MondrianBox {
    let lower: UnsafeMutablePointer<Double>
    let count: Int

    @inline(__always)
    private var upper: UnsafeMutablePointer<Double> { lower + count }

    /// Whether all numbers are there and within.
    @inline(__always)
    func contains(_ x: MondrianInput) -> Bool {
        guard let numbers = x.numbers.baseAddress else { return true }
        var i = 0
        while i < count {
            if !(numbers[i] >= lower[i] && numbers[i] <= upper[i]) { return false }
            i &+= 1
        }
        return true
    }

    /// Calls `body` with the numbers that are outside and by how much, until it returns false.
    /// - Returns: whether it never did.
    @inline(__always)
    func forEachDistance(_ x: MondrianInput, _ body: (Int32, Double) -> Bool) -> Bool {
        for i in 0..<count {
            // A comparison with what is missing, in the example or in the box, is false.
            let value = x.numbers[i]
            if value < lower[i] {
                if !body(Int32(truncatingIfNeeded: i), lower[i] - value) { return false }
            } else if value > upper[i] {
                if !body(Int32(truncatingIfNeeded: i), value - upper[i]) { return false }
            }
        }
        return true
    }

    /// How far the example is outside, over all numbers.
    @inline(__always)
    func distance(_ x: MondrianInput) -> Double {
        var sum = 0.0
        _ = forEachDistance(x) {
            sum += $1
            return true
        }
        return sum
    }

    /// The span of a number.
    func range(_ feature: Int32) -> (lower: Double, upper: Double) { (lower[Int(feature)], upper[Int(feature)]) }

    /// Makes the only example of a node its box.
    func begin(_ x: MondrianInput) {
        for i in 0..<count { (lower[i], upper[i]) = (x.numbers[i], x.numbers[i]) }
    }

    /// Reaches to an example. What is missing says nothing.
    @inline(__always)
    func extend(_ x: MondrianInput) {
        for i in 0..<count {
            let value = x.numbers[i]
            if value < lower[i] || lower[i].isNaN { lower[i] = value }
            if value > upper[i] || upper[i].isNaN { upper[i] = value }
        }
    }
}
