import Determinism

/// The mean of −ln of the probability that the true class had, in nats; a probability is taken as at least 1e−15 and at
/// most 1 − 1e−15, and a class without one as 1e−15.
///
/// Truths true, false, false, true answered 0.9, 0.1, 0.2, 0.65 give 0.21616187468057912.
///
/// Source: River's `metrics.LogLoss`, for two classes; for several River skips a class without probability, which makes
/// surprise free: see ``CrossEntropy``.
public struct LogLoss: MeanMetric {
    public static let declaration = ComponentDeclaration(metric: "log_loss")
    public static let tasks = [Task.binary, .multiclass]
    public let number = AnswerNumber.logLoss

    public init(_ arguments: Arguments) {}

    @inline(__always)
    static func loss(_ scored: ScoredAnswer) -> Double {
        guard scored.isBinary else { return -Elementary.log(clamp(scored.probability(scored.slot) ?? 0)) }
        let p = clamp(scored.first)
        return -Elementary.log(scored.slot == 0 ? 1 - p : p)
    }

    /// How near to 0 and to 1 a probability may be.
    static let least = 1e-15

    @inline(__always)
    static func clamp(_ p: Double) -> Double { max(least, min(1 - least, p)) }
}

/// As ``LogLoss`` for several classes, but a true class without a probability adds 0.
///
/// Truths 0 and 1 answered 0.5 and 0.5 by one who knows the class 0 alone give ln 2 / 2 = 0.34657359027997264.
///
/// Source: River's `metrics.CrossEntropy`.
public struct CrossEntropy: MeanMetric {
    public static let declaration = ComponentDeclaration(metric: "cross_entropy")
    public static let tasks = [Task.multiclass]
    public let number = AnswerNumber.crossEntropy

    public init(_ arguments: Arguments) {}

    @inline(__always)
    static func loss(_ scored: ScoredAnswer) -> Double {
        scored.probability(scored.slot).map { -Elementary.log(LogLoss.clamp($0)) } ?? 0
    }
}
