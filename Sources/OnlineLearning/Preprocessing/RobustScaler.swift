/// Takes the median away from each number and divides by the range between two quantiles, all three estimated from the
/// values learned so far, so that outliers weigh little. A feature of which that range is 0 or unknown becomes 0, a
/// missing value stays missing.
///
/// - `with_centering`: take the median away (default true).
/// - `with_scaling`: divide by the range between the quantiles (default true).
/// - `q_inf`, `q_sup`: the lower and the upper quantile, between 0 and 1 (defaults 0.25 and 0.75).
///
/// Quantiles take a value in as often as it weighs, rounded to a whole number from 1 to 100.
///
/// Time: O(numbers) per example. Memory: 384 bytes a feature.
///
/// Learning 9, 7, 3, 2, 6, 1, 8, 5 and 4 of one feature and then transforming 7 gives 0.4632211022946601: the median is
/// estimated as 5, the range between the quartiles as 4.317592592592592.
///
/// Source: River's `preprocessing.RobustScaler`, whose quantiles are those of R. Jain and I. Chlamtac, *The P²
/// algorithm for dynamic calculation of quantiles and histograms without storing observations*, CACM 28(10), 1985.
public struct RobustScaler: NumberTransformer {
    public static let declaration = ComponentDeclaration(
        "robust_scaler", .transformer, revision: 2, takes: .numbers,
        parameters: [
            ParameterDeclaration("with_centering", .boolean, default: .boolean(true), "take the median away"),
            ParameterDeclaration(
                "with_scaling", .boolean, default: .boolean(true), "divide by the range between the quantiles"),
            ParameterDeclaration("q_inf", .number(0.001...0.999), default: .number(0.25), "the lower quantile"),
            ParameterDeclaration("q_sup", .number(0.001...0.999), default: .number(0.75), "the upper quantile"),
        ],
        conflict: { arguments in
            guard case .number(let low) = arguments[2], case .number(let high) = arguments[3], low >= high else {
                return nil
            }
            return "q_inf must be less than q_sup"
        })
    /// Markers of the lower quantile, the median, the upper quantile.
    public static let initial = QuantileMarkers.initial + QuantileMarkers.initial + QuantileMarkers.initial

    private let withCentering: Bool
    private let withScaling: Bool
    private let levels: (low: Double, high: Double)
    public let slots: [Int]
    public var statistics: [Double]

    public init(_ arguments: Arguments, inputs: [Input], outputs: [Int]) {
        withCentering = arguments.boolean("with_centering")
        withScaling = arguments.boolean("with_scaling")
        levels = (arguments.number("q_inf"), arguments.number("q_sup"))
        slots = inputs.map(\.slot)
        statistics = Self.untrained(slots)
    }

    public func update(_ statistic: UnsafeMutablePointer<Double>, _ value: Double, weight: Double) -> Bool {
        let width = QuantileMarkers.width
        if withScaling { QuantileMarkers.update(statistic, level: levels.low, value, weight: weight) }
        if withCentering { QuantileMarkers.update(statistic + width, level: 0.5, value, weight: weight) }
        if withScaling { QuantileMarkers.update(statistic + 2 * width, level: levels.high, value, weight: weight) }
        return (0..<3 * width).allSatisfy { statistic[$0].isFinite }
    }

    public func transformed(_ value: Double, _ statistic: UnsafePointer<Double>) -> Double {
        let width = QuantileMarkers.width
        var value = value
        if withCentering { value -= QuantileMarkers.value(statistic + width, level: 0.5) ?? 0 }
        guard withScaling else { return value }
        guard let low = QuantileMarkers.value(statistic, level: levels.low),
            let high = QuantileMarkers.value(statistic + 2 * width, level: levels.high), high != low
        else { return 0 }
        return value / (high - low)
    }

    public func isSound(_ statistic: ArraySlice<Double>) -> Bool {
        let width = QuantileMarkers.width
        return (0..<3).allSatisfy { index in
            QuantileMarkers.areSound(statistic.dropFirst(index * width).prefix(width))
        }
    }
}
