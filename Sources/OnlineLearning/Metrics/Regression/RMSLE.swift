import Determinism

/// Root mean squared logarithmic error: the root of the mean of (ln(y + 1) − ln(p + 1))², for values whose ratio
/// matters. A value of −1 or less, which has no such logarithm, counts as 1e−15 − 1.
///
/// Truths 3, −0.5, 2, 7 answered 2.5, 0, 2, 8 give 0.35782554765656366.
///
/// Source: River's `metrics.RMSLE`, which fails at values of −1 or less.
public struct RMSLE: MeanMetric {
    public static let declaration = ComponentDeclaration(metric: "rmsle")
    public static let tasks = [Task.regression]
    public let number = AnswerNumber.squaredLogError

    public init(_ arguments: Arguments) {}

    public func value(of tally: Tally) -> Double { tally.mean(number).squareRoot() }

    /// How near to −1 a number may be.
    static let least = 1e-15

    @inline(__always)
    static func loss(_ y: Double, _ p: Double) -> Double {
        let difference = Elementary.log(max(least, y + 1)) - Elementary.log(max(least, p + 1))
        return difference * difference
    }
}
