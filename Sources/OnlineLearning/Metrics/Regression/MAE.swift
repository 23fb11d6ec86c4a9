/// Mean absolute error: the mean of |y − p|.
///
/// Truths 3, −0.5, 2, 7 answered 2.5, 0, 2, 8 give 0.5.
///
/// Source: River's `metrics.MAE`.
public struct MAE: MeanMetric {
    public static let declaration = ComponentDeclaration(metric: "mae")
    public static let tasks = [Task.regression]
    public let number = AnswerNumber.absoluteError

    public init(_ arguments: Arguments) {}

    @inline(__always)
    static func loss(_ y: Double, _ p: Double) -> Double { (y - p).magnitude }
}
