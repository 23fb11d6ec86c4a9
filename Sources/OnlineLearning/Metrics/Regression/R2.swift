/// Coefficient of determination: 1 − Σ(y − p)² / Σ(y − ȳ)², at most 1, below 0 where the mean would have been the
/// better answer; 0 before there are two answers and where the truths do not vary.
///
/// Truths 3, −0.5, 2, 7 answered 2.5, 0, 2, 8 give 0.9486081370449679. True values beyond ±1e140 count as that much.
///
/// Source: River's `metrics.R2`.
public struct R2: Metric {
    public static let declaration = ComponentDeclaration(metric: "r2")
    public static let tasks = [Task.regression]
    public static let biggerIsBetter = true
    public let ingredients = [Ingredient.sum(.squaredError), .truthVariance]

    public init(_ arguments: Arguments) {}

    public func value(of tally: Tally) -> Double {
        guard tally.truths.mean.count > 1 else { return 0 }
        let total = (tally.truths.mean.count - 1) * tally.truths.value
        return total == 0 ? 0 : 1 - tally.sum(.squaredError) / total
    }
}
