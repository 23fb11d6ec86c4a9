/// Rounds numbers to a count of decimal places as Python's `round` does: to the double nearest to the nearest decimal,
/// halves (which are rare, since few decimals are doubles) to even.
///
/// Numbers too large to have decimal places that differ are left as they are. Time: O(1).
package struct DecimalRounding: Sendable, Equatable {
    package let digits: Int
    private let power: Double
    /// `power` in two parts of at most 26 bits, for an exact product.
    private let powerHead: Double
    private let powerTail: Double

    /// - Parameter digits: from 0 to 15.
    package init(digits: Int) {
        self.digits = digits
        var power = 1.0
        for _ in 0..<digits { power *= 10 }
        self.power = power
        (powerHead, powerTail) = Self.split(power)
    }

    /// 2²⁷ + 1 times a number, less what is too much: T. J. Dekker, *A floating-point technique for extending the
    /// available precision*, Numer. Math. 18, 1971.
    @inline(__always)
    private static func split(_ value: Double) -> (head: Double, tail: Double) {
        let scaled = 134_217_729 * value
        let head = scaled - (scaled - value)
        return (head, value - head)
    }

    @inline(__always)
    package func callAsFunction(_ value: Double) -> Double {
        let product = value * power
        guard product.magnitude < 0x1p51 else { return value }
        let (head, tail) = Self.split(value)
        let error = ((head * powerHead - product) + head * powerTail + tail * powerHead) + tail * powerTail
        // The nearest integer, halves to even, by adding a number whose last bit is worth 1.
        let shift = 0x1.8p52
        var whole = (product + shift) - shift
        let rest = product - whole
        // What rounding took from the product matters only where it lies in the middle.
        if rest == 0.5, error > 0 { whole += 1 }
        if rest == -0.5, error < 0 { whole -= 1 }
        return whole / power
    }
}
