/// Area under the receiver operating characteristic, approximated by trapezoids over evenly spaced thresholds: coarse
/// where probabilities crowd together.
///
/// - `n_thresholds`: how many, from 2 to 10,000 (default 10): −1e−7, 1/(n − 1), 2/(n − 1), …, 1 + 1e−7.
///
/// O(1) an answer; 16 bytes a threshold. Truths false, false, true, true answered 0.1, 0.4, 0.35, 0.8 give 0.875;
/// exactly, and with 20 thresholds, the area is 0.75.
///
/// Source: River's `metrics.ROCAUC`.
public struct ROCAUC: Metric {
    public static let declaration = ComponentDeclaration(
        metric: "roc_auc",
        [
            ParameterDeclaration(
                "n_thresholds", .integer(2...10_000), default: .integer(10), "thresholds that discretize the curve")
        ])
    public static let tasks = [Task.binary]
    public static let biggerIsBetter = true
    private let thresholdCount: Int

    public init(_ arguments: Arguments) { thresholdCount = arguments.integer("n_thresholds") }

    public var ingredients: [Ingredient] { [.rocHistogram(thresholds: thresholdCount)] }

    public func value(of tally: Tally) -> Double { tally.histogram(thresholds: thresholdCount).area }
}
