/// Puts the value learned last in the place of a missing number. Before the first value it stays missing.
///
/// No parameters. The last value is the one of the last example that was *learned*: between a question and its label,
/// later questions change nothing.
///
/// Time: O(numbers) per example. Memory: 8 bytes a feature.
///
/// After 1, 2 and a missing value, a missing value becomes 2.
///
/// Source: River's `preprocessing.PreviousImputer`.
public struct PreviousImputer: NumberTransformer {
    public static let declaration = ComponentDeclaration("previous_imputer", .transformer, takes: .numbers)
    public static let initial = [Double.nan]

    public let slots: [Int]
    public var statistics: [Double]

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        slots = inputs.map(\.slot)
        statistics = Self.untrained(slots)
    }

    @inline(__always)
    public func update(_ statistic: UnsafeMutablePointer<Double>, _ value: Double, weight: Double) -> Bool {
        statistic[0] = value
        return true
    }

    @inline(__always)
    public func transformed(_ value: Double, _ statistic: UnsafePointer<Double>) -> Double { value }

    @inline(__always)
    public func filled(_ statistic: UnsafePointer<Double>) -> Double { statistic[0] }
}
