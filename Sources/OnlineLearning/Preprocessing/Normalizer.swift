import Determinism

/// Divides the numbers of an example by their length, so that it becomes 1: direction is kept, size is not. An example
/// of nothing but zeros stays as it is; missing values stay missing and do not count.
///
/// - `order`: which length: 1 the sum of the magnitudes, 2 the square root of the sum of the squares (default), 3 and
///   so on to 10.
///
/// Time: O(numbers) per example. Memory: none; nothing is learned.
///
/// Of 3 and −4 it makes 0.6 and −0.8.
///
/// Source: River's `preprocessing.Normalizer`.
public struct Normalizer: Transformer {
    public static let declaration = ComponentDeclaration(
        "normalizer", .transformer, takes: .numbers,
        parameters: [ParameterDeclaration("order", .integer(1...10), default: .integer(2), "which length")])

    private let order: Int
    private let slots: [Int]

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        order = arguments.integer("order")
        slots = inputs.map(\.slot)
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool { true }

    public mutating func undo(_ journal: inout Journal) {}

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        // By the largest magnitude first where powers would overflow or vanish.
        var largest = 0.0
        for slot in slots where x.numbers[slot].magnitude > largest { largest = x.numbers[slot].magnitude }
        guard largest > 0 else { return }
        let isModerate = largest < 1e30 && largest > 1e-20
        let unit = isModerate ? 1 : largest
        let length = length(x, unit) * unit
        guard length > 0, length.isFinite else {
            for slot in slots { x.numbers[slot] = x.numbers[slot] / largest / self.length(x, largest) }
            return
        }
        for slot in slots { x.numbers[slot] /= length }
    }

    private func length(_ x: borrowing FeatureVector, _ unit: Double) -> Double {
        var sum = 0.0
        for slot in slots {
            let value = x.numbers[slot]
            guard value == value else { continue }
            let magnitude = (value / unit).magnitude
            var power = magnitude
            for _ in 1..<order { power *= magnitude }
            sum += power
        }
        switch order {
        case 1: return sum
        case 2: return sum.squareRoot()
        default: return sum > 0 ? Power.of(sum, 1 / Double(order)) : 0
        }
    }

    public var byteCount: Int { 0 }
    public func encode(to encoder: inout CanonicalEncoder) {}
    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {}
}
