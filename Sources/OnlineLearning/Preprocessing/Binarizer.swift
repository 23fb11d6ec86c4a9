import Determinism

/// Makes each number 1 where it is above a threshold and 0 where it is not. A missing value stays missing.
///
/// - `threshold`: a number (default 0).
///
/// Time: O(numbers) per example. Memory: none; nothing is learned.
///
/// With a threshold of 0.5, 0.5 becomes 0 and 0.6 becomes 1.
///
/// Source: River's `preprocessing.Binarizer`.
public struct Binarizer: Transformer {
    public static let declaration = ComponentDeclaration(
        "binarizer", .transformer, takes: .numbers,
        parameters: [
            ParameterDeclaration("threshold", .number(.finite), default: .number(0), "what is above it becomes 1")
        ])

    private let threshold: Double
    private let slots: [Int]

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        threshold = arguments.number("threshold")
        slots = inputs.map(\.slot)
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool { true }

    public mutating func undo(_ journal: inout Journal) {}

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        for slot in slots where x.numbers[slot] == x.numbers[slot] {
            x.numbers[slot] = x.numbers[slot] > threshold ? 1 : 0
        }
    }

    public var byteCount: Int { 0 }
    public func encode(to encoder: inout CanonicalEncoder) {}
    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {}
}
