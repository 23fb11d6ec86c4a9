/// Puts a statistic of the values learned so far in the place of a missing number.
///
/// - `how`: `mean` (default; 0 before the first value), `min`, `max`, `median` (all three stay missing before the first
///   value), or `constant`.
/// - `value`: the constant (default 0).
///
/// The median is the P² estimate of ``RobustScaler``. River has one statistic for each feature; here each has a step of
/// its own, or they share one. Missing is here what River has as a key whose value is None.
///
/// The median takes a value in as often as it weighs, rounded to a whole number from 1 to 100.
///
/// Time: O(numbers) per example. Memory: 160 bytes a feature.
///
/// After 1, 2 and 6 a missing value becomes 3.
///
/// Source: River's `preprocessing.StatImputer`.
public struct StatImputer: NumberTransformer {
    private enum Statistic: String { case mean, min, max, median, constant }

    public static let declaration = ComponentDeclaration(
        "stat_imputer", .transformer, revision: 2, takes: .numbers,
        parameters: [
            ParameterDeclaration(
                "how", .choice(["mean", "min", "max", "median", "constant"]), default: .choice("mean"),
                "what stands in for a missing number"),
            ParameterDeclaration("value", .number(.finite), default: .number(0), "the constant"),
        ])
    /// Count, mean, least, greatest, markers of the median.
    public static let initial = [0, 0, Double.nan, Double.nan] + QuantileMarkers.initial

    private let how: Statistic
    private let value: Double
    public let slots: [Int]
    public var statistics: [Double]

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        how = Statistic(rawValue: arguments.choice("how")) ?? .mean
        value = arguments.number("value")
        slots = inputs.map(\.slot)
        statistics = Self.untrained(slots)
    }

    public func update(_ statistic: UnsafeMutablePointer<Double>, _ value: Double, weight: Double) -> Bool {
        switch how {
        case .mean:
            statistic[0] += weight
            statistic[1] += (weight / statistic[0]) * (value - statistic[1])
            return statistic[0].isFinite && statistic[1].isFinite
        case .min: if !(statistic[2] <= value) { statistic[2] = value }
        case .max: if !(statistic[3] >= value) { statistic[3] = value }
        case .median:
            QuantileMarkers.update(statistic + 4, level: 0.5, value, weight: weight)
            return (4..<20).allSatisfy { statistic[$0].isFinite }
        case .constant: break
        }
        return true
    }

    public func transformed(_ value: Double, _ statistic: UnsafePointer<Double>) -> Double { value }

    public func filled(_ statistic: UnsafePointer<Double>) -> Double {
        switch how {
        case .mean: statistic[1]
        case .min: statistic[2]
        case .max: statistic[3]
        case .median: QuantileMarkers.value(statistic + 4, level: 0.5) ?? .nan
        case .constant: value
        }
    }

    public func isSound(_ statistic: ArraySlice<Double>) -> Bool {
        statistic.prefix(2).allSatisfy(\.isFinite) && !statistic.contains { $0.isInfinite }
            && QuantileMarkers.areSound(statistic.dropFirst(4))
    }
}
