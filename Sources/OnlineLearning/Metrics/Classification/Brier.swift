/// Brier score: the mean squared error of the probabilities. Binary it is that of the positive class, from 0 to 1; of
/// several classes the sum over all of them, from 0 to 2, where one without a probability has 0.
///
/// Truths true, false, false, true answered 0.9, 0.1, 0.2, 0.65 give 0.045625; for classes 0 and 1 as two
/// probabilities each it would be twice that.
///
/// Source: G. Brier, *Verification of forecasts expressed in terms of probability*, Monthly Weather Review 78(1), 1950,
/// equation 2, half of it for two classes, as usual; River has none.
public struct Brier: MeanMetric {
    public static let declaration = ComponentDeclaration(metric: "brier")
    public static let tasks = [Task.binary, .multiclass]
    public let number = AnswerNumber.brier

    public init(_ arguments: Arguments) {}

    @inline(__always)
    static func loss(_ scored: ScoredAnswer) -> Double {
        if scored.isBinary {
            let miss = scored.first - (scored.slot == 1 ? 1 : 0)
            return miss * miss
        }
        var sum = scored.probability(scored.slot) == nil ? 1.0 : 0
        for slot in scored.answer.indices {
            guard let p = scored.probability(slot) else { continue }
            let miss = p - (slot == scored.slot ? 1 : 0)
            sum += miss * miss
        }
        return sum
    }
}
