/// Quantile loss, or pinball loss: the mean of α(y − p) where the answer was too low and of (1 − α)(p − y) where it was
/// too high. It is least where a share of α of the true values lies below the answers.
///
/// - `alpha`: the quantile that is answered, from 0 to 1 (default 0.5: half the mean absolute error).
///
/// Truths 3, −0.5, 2, 7 answered 2.5, 0, 2, 8 give (0.45 + 0.05 + 0 + 0.1) / 4 = 0.15 with an α of 0.9.
///
/// Source: R. Koenker and G. Bassett, *Regression quantiles*, Econometrica 46(1), 1978, equation 1.1.
public struct QuantileLoss: MeanMetric {
    public static let declaration = ComponentDeclaration(
        metric: "quantile_loss",
        [ParameterDeclaration("alpha", .number(0...1), default: .number(0.5), "the quantile that is answered")])
    public static let tasks = [Task.regression]
    public let number: AnswerNumber

    public init(_ arguments: Arguments) {
        number = .pinball(alpha: arguments.number("alpha"))
    }

    @inline(__always)
    static func loss(_ y: Double, _ p: Double, alpha: Double) -> Double {
        y >= p ? alpha * (y - p) : (1 - alpha) * (p - y)
    }
}
