import Determinism

/// Adds products of numbers: with degree 2 of `a` and `b` the numbers `a*a`, `a*b` and `b*b`. A product with a missing
/// factor is missing.
///
/// - `degree`: how many factors at most, from 2 to 5 (default 2). River begins at 1.
/// - `interaction_only`: only products of different numbers (default false).
/// - `include_bias`: add a number that is always 1, named `bias` (default false).
///
/// All numbers that it adds may be 10,000 at most. A product that overflows is missing.
///
/// Time: O(products) per example. Memory: none; nothing is learned.
///
/// Of 2 and 3 it makes 4, 6 and 9.
///
/// Source: River's `feature_extraction.PolynomialExtender`.
public struct PolynomialExtender: Transformer {
    public static let declaration = ComponentDeclaration(
        "polynomial_extender", .transformer, takes: TransformerInputs(.number, also: [.boolean], replaces: false),
        parameters: [
            ParameterDeclaration("degree", .integer(2...5), default: .integer(2), "factors at most"),
            ParameterDeclaration(
                "interaction_only", .boolean, default: .boolean(false), "only products of different numbers"),
            ParameterDeclaration("include_bias", .boolean, default: .boolean(false), "add a number that is 1"),
        ])

    private let slots: [Int]
    private let outputs: [Int]
    /// Each product's factors: the places of another product, or of a number, and of one more number.
    private let factors: [(product: Int, number: Int)]
    private let bias: Int?

    public static func outputs(_ arguments: Arguments, inputs: [String]) -> [String] {
        let products = products(arguments, count: inputs.count).map { product in
            product.map { inputs[$0] }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: "*")
        }
        return products + (arguments.boolean("include_bias") ? ["bias"] : [])
    }

    public static func origins(_ arguments: Arguments, inputs: [String]) -> [[Int]] {
        products(arguments, count: inputs.count) + (arguments.boolean("include_bias") ? [[]] : [])
    }

    /// The factors of each product, ascending; fewer factors first.
    private static func products(_ arguments: Arguments, count: Int) -> [[Int]] {
        let (degree, step) = (arguments.integer("degree"), arguments.boolean("interaction_only") ? 1 : 0)
        var (all, last): ([[Int]], [[Int]]) = ([], (0..<count).map { [$0] })
        for _ in 1..<degree {
            last = last.flatMap { product -> [[Int]] in
                // No more than anybody may have; the spec's checker then refuses the step.
                let first = (product.last ?? 0) + step
                guard all.count <= outputsMax, first < count else { return [] }
                return (first..<count).map { product + [$0] }
            }
            all += last
            if all.count > outputsMax { break }
        }
        return all
    }

    /// How many numbers a step adds at most.
    public static let outputsMax = 10_000

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        slots = inputs.map(\.slot)
        let products = Self.products(arguments, count: inputs.count)
        var places: [[Int]: Int] = [:]
        var factors: [(product: Int, number: Int)] = []
        for (index, product) in products.enumerated() {
            let shorter = Array(product.dropLast())
            let number = inputs[product[product.count - 1]].slot
            factors.append((places[shorter] ?? inputs[product[0]].slot, number))
            places[product] = outputs[index]
        }
        self.factors = factors
        self.outputs = outputs
        bias = arguments.boolean("include_bias") ? outputs.last : nil
    }

    public mutating func learn(
        _ row: FeatureRow, _ x: borrowing FeatureVector, weight: Double, columnCount: inout Int, journal: inout Journal
    ) -> Bool { true }

    public mutating func undo(_ journal: inout Journal) {}

    public func transform(_ row: FeatureRow, _ x: inout FeatureVector) {
        for (index, (product, number)) in factors.enumerated() {
            let value = x.numbers[product] * x.numbers[number]
            x.numbers[outputs[index]] = value.isFinite ? value : .nan
        }
        if let bias { x.numbers[bias] = 1 }
    }

    public var byteCount: Int { 0 }
    public func encode(to encoder: inout CanonicalEncoder) {}
    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {}
}
