/// Cohen's kappa: the accuracy above that of choosing by chance with the same frequencies, as a share of what there is
/// above it; 0 where chance would always be right.
///
/// Truths cat, ant, cat, cat, ant, bird for which ant, ant, cat, cat, ant, cat were chosen give 3/7 =
/// 0.42857142857142855.
///
/// Source: J. Cohen, *A coefficient of agreement for nominal scales*, Educational and Psychological Measurement 20(1),
/// 1960; River's `metrics.CohenKappa`.
public struct CohenKappa: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "cohen_kappa")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double {
        guard confusion.total > 0 else { return 0 }
        let n = Double(confusion.total)
        let agreed = Double(confusion.hits) / n
        let byChance = confusion.classes.reduce(0) { $0 + Double($1.truths) / n * (Double($1.choices) / n) }
        return byChance == 1 ? 0 : (agreed - byChance) / (1 - byChance)
    }
}
