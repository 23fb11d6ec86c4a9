/// Interval coverage: of the answers that have an interval, the share whose interval contains the true value, bounds
/// included; 0 where no answer has one. Intervals keep their promise where it is their confidence level.
///
/// Truths 1, 2, 3, 4 in the intervals 0 to 2, 2 to 3, 4 to 5 and none give 2/3 = 0.6666666666666666.
///
/// Source: T. Gneiting and A. Raftery, *Strictly proper scoring rules, prediction, and estimation*, JASA 102(477),
/// 2007, section 6.2; River has none.
public struct IntervalCoverage: Metric {
    public static let declaration = ComponentDeclaration(metric: "interval_coverage")
    public static let tasks = [Task.regression]
    public static let biggerIsBetter = true
    public let ingredients = [Ingredient.sum(.isCovered), .sum(.hasInterval)]

    public init(_ arguments: Arguments) {}

    public func value(of tally: Tally) -> Double {
        let count = tally.sum(.hasInterval)
        return count == 0 ? 0 : tally.sum(.isCovered) / count
    }
}

/// The mean width of the intervals that were answered; 0 where no answer has one. Of intervals that cover equally
/// often the narrower are the better ones.
///
/// The intervals 0 to 2, 2 to 3, 4 to 5 and none give 4/3 = 1.3333333333333333.
///
/// Source: as ``IntervalCoverage``.
public struct IntervalWidth: Metric {
    public static let declaration = ComponentDeclaration(metric: "interval_width")
    public static let tasks = [Task.regression]
    public static let biggerIsBetter = false
    public let ingredients = [Ingredient.sum(.intervalWidth), .sum(.hasInterval)]

    public init(_ arguments: Arguments) {}

    public func value(of tally: Tally) -> Double {
        let count = tally.sum(.hasInterval)
        return count == 0 ? 0 : tally.sum(.intervalWidth) / count
    }
}
