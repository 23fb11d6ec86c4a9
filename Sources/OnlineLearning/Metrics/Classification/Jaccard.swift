/// Jaccard index: of the answers that chose the positive class or for which it came, the share in which both did.
///
/// Truths false, true, true for which true, true, true were chosen give 2/3 = 0.6666666666666666.
///
/// Source: River's `metrics.Jaccard`.
public struct Jaccard: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "jaccard")
    public static let tasks = [Task.binary]

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion[1].jaccard }
}

/// The mean over the classes met of the Jaccard index of each.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen give 7/18 = 0.38888888888888884.
///
/// Source: River's `metrics.MacroJaccard`.
public struct MacroJaccard: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "macro_jaccard")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion.macro(\.jaccard) }
}

/// The Jaccard index of all classes together.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen give 3/7 = 0.42857142857142855.
///
/// Source: River's `metrics.MicroJaccard`.
public struct MicroJaccard: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "micro_jaccard")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion.together.jaccard }
}

/// The mean over the classes met of the Jaccard index of each, weighted by how often it came.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen give 0.5.
///
/// Source: River's `metrics.WeightedJaccard`.
public struct WeightedJaccard: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "weighted_jaccard")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double { confusion.weighted(\.jaccard) }
}
