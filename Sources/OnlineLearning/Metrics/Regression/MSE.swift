/// Mean squared error: the mean of (y − p)².
///
/// Truths 3, −0.5, 2, 7 answered 2.5, 0, 2, 8 give 0.375.
///
/// Source: River's `metrics.MSE`.
public struct MSE: MeanMetric {
    public static let declaration = ComponentDeclaration(metric: "mse")
    public static let tasks = [Task.regression]
    public let number = AnswerNumber.squaredError

    public init(_ arguments: Arguments) {}

    @inline(__always)
    static func loss(_ y: Double, _ p: Double) -> Double { (y - p) * (y - p) }
}

/// Root mean squared error: the root of the mean of (y − p)².
///
/// Truths 3, −0.5, 2, 7 answered 2.5, 0, 2, 8 give √0.375 = 0.6123724356957945.
///
/// Source: River's `metrics.RMSE`.
public struct RMSE: MeanMetric {
    public static let declaration = ComponentDeclaration(metric: "rmse")
    public static let tasks = [Task.regression]
    public let number = AnswerNumber.squaredError

    public init(_ arguments: Arguments) {}

    public func value(of tally: Tally) -> Double { tally.mean(number).squareRoot() }
}
