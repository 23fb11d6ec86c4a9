/// Precision: of the answers that chose the positive class, the share in which it came; 0 where none did.
///
/// Truths true, false, true, true, true for which true, true, false, true, true were chosen give 0.75.
///
/// Source: River's `metrics.Precision`.
public struct Precision: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "precision")
    public static let tasks = [Task.binary]

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion[1].precision }
}

/// The mean over the classes met of the precision of each.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen give 0.5.
///
/// Source: River's `metrics.MacroPrecision`.
public struct MacroPrecision: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "macro_precision")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion.macro(\.precision) }
}

/// The precision of all classes together: hits by choices. Where every answer chooses a class it is the accuracy.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen give 0.6.
///
/// Source: River's `metrics.MicroPrecision`.
public struct MicroPrecision: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "micro_precision")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion.together.precision }
}

/// The mean over the classes met of the precision of each, weighted by how often it came.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen give 0.7.
///
/// Source: River's `metrics.WeightedPrecision`.
public struct WeightedPrecision: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "weighted_precision")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion.weighted(\.precision) }
}
