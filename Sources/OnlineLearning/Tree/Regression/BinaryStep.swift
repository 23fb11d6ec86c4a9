/// The step to whose multiples a leaf rounds the numbers of a feature, found from the numbers themselves: a power of
/// two, so that multiplying a feature by one changes no decision of the tree, and so that a doubled step keeps half of
/// the multiples as they are.
///
/// There is none at first: the first ``valueCount`` distinct values are taken as they are. Then the step is what
/// divides the middle three quarters of the values kept into some ``valueCount`` parts, and twice as much when there
/// are twice as many values. A few outliers therefore leave it as it is, and a feature of few values is never rounded.
package struct BinaryStep: Sendable, Equatable {
    /// Distinct values from which on they are rounded, and after each further so many the step is looked at again.
    package static var valueCount: Int { 128 }

    /// Exponents of normal numbers.
    static var exponents: ClosedRange<Int> { -1022...1023 }

    private static var none: Int16 { .min }

    private var exponent = BinaryStep.none

    package init() {}

    /// - Parameter exponent: of ``exponents``; nil for no step.
    init?(exponent: Int?) {
        guard let exponent else { return }
        guard Self.exponents.contains(exponent) else { return nil }
        self.exponent = Int16(exponent)
    }

    /// The binary logarithm of the step; nil while there is none.
    var logarithm: Int? { exponent == Self.none ? nil : Int(exponent) }

    /// The step; 0 while there is none.
    @inline(__always)
    package var length: Double {
        exponent == Self.none ? 0 : Double(bitPattern: UInt64(Int(exponent) + 1023) << 52)
    }

    /// The least multiple of the step that is not below the value, so that a value is at most a multiple exactly where
    /// the rounded one is. Numbers too large to have multiples that differ are left as they are.
    @inline(__always)
    package func roundedUp(_ value: Double) -> Double {
        guard exponent != Self.none else { return value }
        let length = length
        let quotient = value / length
        guard quotient.magnitude < 0x1p51 else { return value }
        // The nearest integer, by adding a number whose last bit is worth 1.
        let shift = 0x1.8p52
        let nearest = (quotient + shift) - shift
        return (nearest < quotient ? nearest + 1 : nearest) * length
    }

    /// Sets or widens the step. It never shrinks.
    /// - Parameter values: those kept so far, ascending, at least ``valueCount``.
    package mutating func widen(_ values: [Double]) {
        let margin = values.count / 8
        let spread = values[values.count - 1 - margin] - values[margin]
        let length = spread / Double(Self.valueCount) * Double(values.count / Self.valueCount)
        guard length >= .leastNormalMagnitude, length.isFinite else { return }
        exponent = max(exponent, Int16(length.exponent))
    }
}
