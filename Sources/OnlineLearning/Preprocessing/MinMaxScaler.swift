/// Scales each number to the range from 0 to 1, by the least and the greatest value learned so far. A value beyond them
/// goes beyond the range; a feature with less than two values becomes 0, a missing value stays missing.
///
/// No parameters; River's `window_size` is not there.
///
/// Time: O(numbers) per example. Memory: 16 bytes a feature.
///
/// Learning 1, 3 and 2 of one feature and then transforming 2.5 gives (2.5 − 1) / (3 − 1) = 0.75.
///
/// Source: River's `preprocessing.MinMaxScaler`.
public struct MinMaxScaler: NumberTransformer {
    public static let declaration = ComponentDeclaration("min_max_scaler", .transformer, takes: .numbers)
    /// The least value, the greatest.
    public static let initial = [Double.nan, Double.nan]

    public let slots: [Int]
    public var statistics: [Double]

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        slots = inputs.map(\.slot)
        statistics = Self.untrained(slots)
    }

    @inline(__always)
    public func update(_ statistic: UnsafeMutablePointer<Double>, _ value: Double, weight: Double) -> Bool {
        if !(statistic[0] <= value) { statistic[0] = value }
        if !(statistic[1] >= value) { statistic[1] = value }
        return (statistic[1] - statistic[0]).isFinite
    }

    @inline(__always)
    public func transformed(_ value: Double, _ statistic: UnsafePointer<Double>) -> Double {
        let range = statistic[1] - statistic[0]
        return range > 0 ? (value - statistic[0]) / range : 0
    }
}
