/// F-beta: the harmonic mean of precision *p* and recall *r* of the positive class in which recall counts β times as
/// much, (1 + β²)*pr* / (β²*p* + *r*); 0 where both are 0.
///
/// - `beta`: β, from 0 to 1e6 (default 1, ``F1``).
///
/// Truths false, false, false, true, true, true for which false, false, true, true, false, false were chosen give
/// 0.35714285714285715 with a β of 2.
///
/// Source: River's `metrics.FBeta`.
public struct FBeta: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "fbeta", [beta])
    public static let tasks = [Task.binary]
    private let beta: Double

    public init(_ arguments: Arguments) { beta = arguments.number("beta") }

    public func value(of confusion: ConfusionCounts) -> Double { confusion[1].fScore(beta) }

    static let beta = ParameterDeclaration(
        "beta", .number(0...1e6), default: .number(1), "how many times as much recall counts as precision")
}

/// The mean over the classes met of the F-beta of each.
///
/// - `beta`: as in ``FBeta``.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen give 0.4859822716965574 with a β of 0.8.
///
/// Source: River's `metrics.MacroFBeta`.
public struct MacroFBeta: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "macro_fbeta", [FBeta.beta])
    private let beta: Double

    public init(_ arguments: Arguments) { beta = arguments.number("beta") }

    public func value(of confusion: ConfusionCounts) -> Double { confusion.macro { $0.fScore(beta) } }
}

/// The F-beta of the precision and recall of all classes together.
///
/// - `beta`: as in ``FBeta``.
///
/// Truths 0, 1, 2, 2, 0 for which 0, 1, 1, 2, 1 were chosen give 0.6 with a β of 2.
///
/// Source: River's `metrics.MicroFBeta`.
public struct MicroFBeta: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "micro_fbeta", [FBeta.beta])
    private let beta: Double

    public init(_ arguments: Arguments) { beta = arguments.number("beta") }

    public func value(of confusion: ConfusionCounts) -> Double { confusion.together.fScore(beta) }
}

/// The mean over the classes met of the F-beta of each, weighted by how often it came.
///
/// - `beta`: as in ``FBeta``.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen give 0.6262832405689548 with a β of 0.8.
///
/// Source: River's `metrics.WeightedFBeta`.
public struct WeightedFBeta: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "weighted_fbeta", [FBeta.beta])
    private let beta: Double

    public init(_ arguments: Arguments) { beta = arguments.number("beta") }

    public func value(of confusion: ConfusionCounts) -> Double { confusion.weighted { $0.fScore(beta) } }
}

extension ConfusionCounts.OfClass {
    func fScore(_ beta: Double) -> Double {
        let (p, r, squared) = (precision, recall, beta * beta)
        let divisor = squared * p + r
        return divisor == 0 ? 0 : (1 + squared) * p * r / divisor
    }
}

extension ConfusionCounts {
    /// All classes together.
    var together: OfClass {
        var sum = OfClass()
        (sum.hits, sum.truths, sum.choices) = (hits, total, choices)
        return sum
    }
}
