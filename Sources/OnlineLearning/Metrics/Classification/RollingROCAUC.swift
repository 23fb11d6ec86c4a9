/// Exact area under the receiver operating characteristic over the last answers: the share of pairs of a positive and a
/// negative in which the positive one had the higher probability, equal ones counting half; 0 while a class is missing.
///
/// - `window_size`: how many answers, from 1 to 100,000 (default 1,000); of each slice where it is sliced.
///
/// O(1) an answer, O(n log n) when asked for; 16 bytes an answer. Truths false, false, true, true answered 0.1, 0.4,
/// 0.35, 0.8 give 0.75.
///
/// Source: D. Brzezinski and J. Stefanowski, *Prequential AUC: properties of the area under the ROC curve for data
/// streams with concept drift*, KAIS 52(2), 2017; River's `metrics.RollingROCAUC`, where a pair of equals counts by the
/// order in which the two came.
public struct RollingROCAUC: Metric {
    public static let declaration = ComponentDeclaration(metric: "rolling_roc_auc", [windowSize])
    public static let tasks = [Task.binary]
    public static let biggerIsBetter = true
    public let ingredients = [Ingredient.ranking]
    public let windowSize: Int?

    public init(_ arguments: Arguments) { windowSize = arguments.integer("window_size") }

    public func value(of tally: Tally) -> Double {
        var (positives, negatives, pairs) = (0, 0, 0.0)
        for step in tally.ranking.byProbability {
            pairs += Double(step.negatives) * (Double(positives) + Double(step.positives) / 2)
            positives += step.positives
            negatives += step.negatives
        }
        return positives == 0 || negatives == 0 ? 0 : pairs / (Double(positives) * Double(negatives))
    }

    static let windowSize = ParameterDeclaration(
        "window_size", .integer(1...100_000), default: .integer(1_000), "how many of the last answers count")
}

extension [(probability: Double, isPositive: Bool)] {
    /// Positives and negatives of each probability, the highest first.
    var byProbability: [(positives: Int, negatives: Int)] {
        var steps: [(positives: Int, negatives: Int)] = []
        var last: Double?
        for (probability, isPositive) in sorted(by: { $0.probability > $1.probability }) {
            if probability != last { steps.append((0, 0)) }
            last = probability
            if isPositive { steps[steps.count - 1].positives += 1 } else { steps[steps.count - 1].negatives += 1 }
        }
        return steps
    }
}
