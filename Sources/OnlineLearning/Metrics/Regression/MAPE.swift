/// Mean absolute percentage error: a hundred times the mean of |y − p| / |y|, or 0 where y is 0.
///
/// Truths 3, −0.5, 2, 7 answered 2.5, 0, 2, 8 give 32.73809523809524.
///
/// Source: River's `metrics.MAPE`.
public struct MAPE: MeanMetric {
    public static let declaration = ComponentDeclaration(metric: "mape")
    public static let tasks = [Task.regression]
    public let number = AnswerNumber.absolutePercentageError

    public init(_ arguments: Arguments) {}

    public func value(of tally: Tally) -> Double { 100 * tally.mean(number) }

    @inline(__always)
    static func loss(_ y: Double, _ p: Double) -> Double { y == 0 ? 0 : (y - p).magnitude / y.magnitude }
}

/// Symmetric mean absolute percentage error: a hundred times the mean of 2|y − p| / (|y| + |p|), or 0 where both are 0;
/// at most 200.
///
/// Truths 0, 2, 5 answered 0, 3, 5 give 40/3 = 13.333333333333336.
///
/// Source: River's `metrics.SMAPE`.
public struct SMAPE: MeanMetric {
    public static let declaration = ComponentDeclaration(metric: "smape")
    public static let tasks = [Task.regression]
    public let number = AnswerNumber.symmetricPercentageError

    public init(_ arguments: Arguments) {}

    public func value(of tally: Tally) -> Double { 100 * tally.mean(number) }

    @inline(__always)
    static func loss(_ y: Double, _ p: Double) -> Double {
        let sum = y.magnitude + p.magnitude
        return sum == 0 ? 0 : 2 * (y - p).magnitude / sum
    }
}
