/// The share of answers whose most probable class was the true one; binary, where the probability of the positive class
/// is above one half exactly if that class came. An answer without any class counts as wrong.
///
/// Truths 0, 1, 2, 2, 2 for which 0, 0, 2, 2, 1 were chosen give 0.6.
///
/// Source: River's `metrics.Accuracy`.
public struct Accuracy: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "accuracy")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double {
        confusion.total == 0 ? 0 : Double(confusion.hits) / Double(confusion.total)
    }
}

/// The mean over the classes that came of the share in which each was chosen: accuracy as if all were equally frequent.
///
/// Truths 0, 1, 0, 0, 1, 0 for which 0, 1, 0, 0, 0, 1 were chosen give (3/4 + 1/2) / 2 = 0.625.
///
/// Source: River's `metrics.BalancedAccuracy`.
public struct BalancedAccuracy: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "balanced_accuracy")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double {
        let came = confusion.classes.filter { $0.truths > 0 }
        return came.isEmpty ? 0 : came.reduce(0) { $0 + $1.recall } / Double(came.count)
    }
}
