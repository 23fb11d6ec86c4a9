/// Leaves out numbers that vary little: one whose variance over the values learned so far is not above a threshold
/// becomes missing. Until enough values were learned, it stays.
///
/// - `threshold`: at least 0 (default 0: only constants are left out).
/// - `min_samples`: how many values are enough, at least 0 (default 2).
///
/// Time: O(numbers) per example. Memory: 24 bytes a feature.
///
/// With a threshold of 1, a feature stays after 1 and 3, whose variance is 2, and is left out after 1 and 2.
///
/// Source: River's `feature_selection.VarianceThreshold`.
public struct VarianceThreshold: NumberTransformer {
    public static let declaration = ComponentDeclaration(
        "variance_threshold", .transformer, revision: 2, takes: .numbers,
        parameters: [
            ParameterDeclaration("threshold", .number(.nonNegative), default: .number(0), "variance to be above"),
            ParameterDeclaration(
                "min_samples", .integer(0...2_147_483_647), default: .integer(2), "values to judge by"),
        ])
    /// Count of values, each as often as it weighs, mean, sum of squared deviations.
    public static let initial = [0.0, 0, 0]

    private let threshold: Double
    private let minSamples: Double
    public let slots: [Int]
    public var statistics: [Double]

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        threshold = arguments.number("threshold")
        minSamples = Double(arguments.integer("min_samples"))
        slots = inputs.map(\.slot)
        statistics = Self.untrained(slots)
    }

    @inline(__always)
    public func update(_ statistic: UnsafeMutablePointer<Double>, _ value: Double, weight: Double) -> Bool {
        let before = statistic[1]
        statistic[0] += weight
        statistic[1] += (weight / statistic[0]) * (value - before)
        statistic[2] += weight * ((value - before) * (value - statistic[1]))
        return statistic[0].isFinite && statistic[1].isFinite && statistic[2].isFinite
    }

    @inline(__always)
    public func transformed(_ value: Double, _ statistic: UnsafePointer<Double>) -> Double {
        let count = statistic[0]
        guard count > 0, count >= minSamples else { return value }
        let variance = count > 1 ? statistic[2] / (count - 1) : 0
        return variance > threshold ? value : .nan
    }
}
