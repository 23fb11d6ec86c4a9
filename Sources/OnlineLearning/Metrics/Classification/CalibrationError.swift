/// Expected calibration error: how far the probabilities of the chosen classes are from how often these came. Answers
/// go by that probability into bins of one width; in each its mean is compared with the share of right choices, and the
/// distances are averaged over the answers.
///
/// - `n_bins`: from 1 to 1,000 (default 10).
///
/// Memory: 24 bytes a bin. Truths true, false, false, true answered 0.9, 0.1, 0.2, 0.35 give 0.2625: of three right
/// choices at 0.9, 0.9 and 0.8 and a wrong one at 0.65, |2 − 1.8| + |1 − 0.8| + |0 − 0.65| = 1.05 is
/// shared by four.
///
/// Source: C. Guo, G. Pleiss, Y. Sun and K. Weinberger, *On calibration of modern neural networks*, ICML 2017, equation
/// 3; River has none.
public struct CalibrationError: Metric {
    public static let declaration = ComponentDeclaration(
        metric: "calibration_error",
        [ParameterDeclaration("n_bins", .integer(1...1_000), default: .integer(10), "bins of probability")])
    public static let tasks = [Task.binary, .multiclass]
    public static let biggerIsBetter = false
    private let binCount: Int

    public init(_ arguments: Arguments) { binCount = arguments.integer("n_bins") }

    public var ingredients: [Ingredient] { [.calibration(bins: binCount)] }

    public func value(of tally: Tally) -> Double { tally.calibration(bins: binCount).error }
}
