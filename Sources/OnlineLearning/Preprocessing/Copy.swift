import Determinism

/// Adds copies of numbers, so that one step can change a number that another still wants as it was: the second copy of
/// `distance` is named `distance_2`.
///
/// - `number`: what the names end in (default 2).
///
/// It is how a `union` gives its branches the same input.
///
/// Time: O(numbers) per example. Memory: none; nothing is learned.
public struct Copy: Transformer {
    public static let declaration = ComponentDeclaration(
        "copy", .transformer, takes: TransformerInputs(.number, also: [.boolean], replaces: false),
        parameters: [
            ParameterDeclaration("number", .integer(2...1_000), default: .integer(2), "what the names end in")
        ])

    private let slots: [Int]
    private let outputs: [Int]

    public static func outputs(_ arguments: Arguments, inputs: [String]) -> [String] {
        inputs.map { "\($0)_\(arguments.integer("number"))" }
    }

    public static func origins(_ arguments: Arguments, inputs: [String]) -> [[Int]] { inputs.indices.map { [$0] } }

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        (slots, self.outputs) = (inputs.map(\.slot), outputs)
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool { true }

    public mutating func undo(_ journal: inout Journal) {}

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        for index in slots.indices { x.numbers[outputs[index]] = x.numbers[slots[index]] }
    }

    public var byteCount: Int { 0 }
    public func encode(to encoder: inout CanonicalEncoder) {}
    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {}
}
