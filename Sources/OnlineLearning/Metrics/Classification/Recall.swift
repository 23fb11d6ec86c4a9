/// Recall: of the answers for which the positive class came, the share that chose it; 0 where it never came.
///
/// Truths true, false, true, true, true for which true, true, false, true, true were chosen give 0.75.
///
/// Source: River's `metrics.Recall`.
public struct Recall: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "recall")
    public static let tasks = [Task.binary]

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion[1].recall }
}

/// The mean over the classes met of the recall of each, 0 for one that was chosen and never came.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen give 5/9 = 0.5555555555555555.
///
/// Source: River's `metrics.MacroRecall`.
public struct MacroRecall: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "macro_recall")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion.macro(\.recall) }
}

/// The recall of all classes together: the accuracy.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen give 0.6.
///
/// Source: River's `metrics.MicroRecall`.
public struct MicroRecall: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "micro_recall")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion.together.recall }
}

/// The mean over the classes met of the recall of each, weighted by how often it came: the accuracy.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen give 0.6.
///
/// Source: River's `metrics.WeightedRecall`.
public struct WeightedRecall: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "weighted_recall")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion.weighted(\.recall) }
}
