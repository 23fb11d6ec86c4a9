/// Exact area under the precision-recall curve over the last answers: the mean over the positives of the precision
/// that can be had at their recall or a higher one; 0 while a class is missing. For rare positives it tells more than
/// ``RollingROCAUC``.
///
/// - `window_size`: how many answers, from 1 to 100,000 (default 1,000); of each slice where it is sliced.
///
/// O(1) an answer, O(n log n) when asked for; 16 bytes an answer. Truths false, false, true, true answered 0.1, 0.4,
/// 0.35, 0.8 give (1 + 2/3) / 2 = 0.8333333333333333.
///
/// Source: H. Gomes et al., *Efficient prequential AUC-PR computation*, ICMLA 2023; River's `metrics.RollingPRAUC`,
/// where equals are ranked by the order in which they came: here they share a threshold.
public struct RollingPRAUC: Metric {
    public static let declaration = ComponentDeclaration(metric: "rolling_pr_auc", [RollingROCAUC.windowSize])
    public static let tasks = [Task.binary]
    public static let biggerIsBetter = true
    public let ingredients = [Ingredient.ranking]
    public let windowSize: Int?

    public init(_ arguments: Arguments) { windowSize = arguments.integer("window_size") }

    public func value(of tally: Tally) -> Double {
        var (positives, negatives) = (0, 0)
        let steps = tally.ranking.byProbability.map { step in
            positives += step.positives
            negatives += step.negatives
            return (positives: step.positives, precision: Double(positives) / Double(positives + negatives))
        }
        guard positives > 0, negatives > 0 else { return 0 }
        var (best, area) = (0.0, 0.0)
        for step in steps.reversed() {
            best = max(best, step.precision)
            area += Double(step.positives) * best
        }
        return area / Double(positives)
    }
}
