import Determinism

/// The geometric mean over the classes met of the recall of each: 0 as soon as one is never found.
///
/// Truths cat, ant, cat, cat, ant, bird, bird for which ant, ant, cat, cat, ant, cat, bird were chosen give
/// 0.6933612743506347.
///
/// Source: R. Barandela, J. Sánchez, V. García and E. Rangel, *Strategies for learning in class imbalance problems*,
/// Pattern Recognition 36(3), 2003; River's `metrics.GeometricMean`.
public struct GeometricMean: ConfusionMetric {
    public static let declaration = ComponentDeclaration(metric: "geometric_mean")

    public init(_ arguments: Arguments) {}

    public func value(of confusion: ConfusionCounts) -> Double {
        let met = confusion.met
        guard !met.isEmpty, met.allSatisfy({ $0.hits > 0 }) else { return 0 }
        return Elementary.exp(met.reduce(0) { $0 + Elementary.log($1.recall) } / Double(met.count))
    }
}
