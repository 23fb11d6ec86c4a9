/// Divides each number by the greatest magnitude learned so far, which leaves zeros zero and signs as they are. A
/// feature of which nothing but zeros was learned becomes 0, a missing value stays missing.
///
/// No parameters; River's `window_size` is not there.
///
/// Time: O(numbers) per example. Memory: 8 bytes a feature.
///
/// Learning 1, −4 and 2 of one feature and then transforming 3 gives 0.75.
///
/// Source: River's `preprocessing.MaxAbsScaler`.
public struct MaxAbsScaler: NumberTransformer {
    public static let declaration = ComponentDeclaration("max_abs_scaler", .transformer, takes: .numbers)
    /// The greatest magnitude.
    public static let initial = [0.0]

    public let slots: [Int]
    public var statistics: [Double]

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        slots = inputs.map(\.slot)
        statistics = Self.untrained(slots)
    }

    @inline(__always)
    public func update(_ statistic: UnsafeMutablePointer<Double>, _ value: Double, weight: Double) -> Bool {
        statistic[0] = max(statistic[0], value.magnitude)
        return true
    }

    @inline(__always)
    public func transformed(_ value: Double, _ statistic: UnsafePointer<Double>) -> Double {
        statistic[0] > 0 ? value / statistic[0] : 0
    }
}
