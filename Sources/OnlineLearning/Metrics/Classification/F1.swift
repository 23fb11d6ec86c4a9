/// F1: ``FBeta`` with a β of 1, the harmonic mean of precision and recall of the positive class.
///
/// Truths false, false, false, true, true, true for which false, false, true, true, false, false were chosen give 0.4.
///
/// Source: River's `metrics.F1`.
public struct F1: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "f1")
    public static let tasks = [Task.binary]

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion[1].fScore(1) }
}

/// The mean over the classes met of the F1 of each.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen give 22/45 = 0.48888888888888893.
///
/// Source: River's `metrics.MacroF1`.
public struct MacroF1: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "macro_f1")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion.macro { $0.fScore(1) } }
}

/// The F1 of the precision and recall of all classes together.
///
/// Truths 0, 1, 2, 2, 0 for which 0, 1, 1, 2, 1 were chosen give 0.6.
///
/// Source: River's `metrics.MicroF1`.
public struct MicroF1: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "micro_f1")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion.together.fScore(1) }
}

/// The mean over the classes met of the F1 of each, weighted by how often it came.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen give 46/75 = 0.6133333333333334.
///
/// Source: River's `metrics.WeightedF1`.
public struct WeightedF1: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "weighted_f1")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion.weighted { $0.fScore(1) } }
}
