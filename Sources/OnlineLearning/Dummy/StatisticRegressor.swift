import Determinism

/// Always answers a statistic of the true values learned so far; 0 before there are any.
///
/// - `statistic`: `mean` (default) or `ew_mean`, the exponentially weighted mean, which moves towards each value by
///   `fading_factor`.
/// - `fading_factor`: from 0 to 1 (default 0.5), of `ew_mean` only.
///
/// Time and memory: O(1). An example of weight *w* counts as *w* to the mean; to the weighted mean it is one step of
/// 1 − (1 − `fading_factor`)ʷ for whole *w*, as *w* of one after the other.
///
/// After 1, 2 and 6 the mean is 3, and the weighted mean 3.75.
///
/// Source: River's `dummy.StatisticRegressor`, `stats.Mean` and `stats.EWMean`; D. H. D. West, *Updating mean and
/// variance estimates: an improved method*, CACM 22(9), 1979.
public struct StatisticRegressor: Learner, Equatable {
    public static let declaration = ComponentDeclaration(
        "statistic_regressor", .regressor,
        parameters: [
            ParameterDeclaration(
                "statistic", .choice(["mean", "ew_mean"]), default: .choice("mean"), "what is answered"),
            ParameterDeclaration(
                "fading_factor", .number(0...1), default: .number(0.5), "how far ew_mean moves towards a value"),
        ]
    ) { arguments in
        arguments[0] == .choice("mean") && arguments[1] != .number(0.5) ? "fading_factor needs statistic ew_mean" : nil
    }
    public static let tasks = [Task.regression]

    /// Of the exponentially weighted mean; nil for the plain one.
    private let fadingFactor: Double?
    /// The weight of what was learned.
    private var weight = 0.0
    public private(set) var answer = 0.0

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        fadingFactor = arguments.choice("statistic") == "ew_mean" ? arguments.number("fading_factor") : nil
    }

    /// The mean.
    public init() {
        fadingFactor = nil
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        answer.append(self.answer)
    }

    public mutating func learn(_ y: Double) {
        (weight, answer) = after(y, weight: 1)
    }

    /// The state after one more value.
    @inline(__always)
    private func after(_ y: Double, weight added: Double) -> (weight: Double, answer: Double) {
        let sum = weight + added
        guard let fadingFactor else {
            let gap = y - answer
            // Of two values of opposite signs it may be infinite where their mean is not.
            return (sum, gap.isFinite ? answer + added / sum * gap : (1 - added / sum) * answer + added / sum * y)
        }
        if weight == 0 { return (sum, y) }
        // So many steps of weight 1, the rest of a weight in proportion; a hundred of them forget everything else.
        var (mean, left) = (answer, added)
        for _ in 0..<100 where left > 0 {
            let step = fadingFactor * min(1, left)
            mean = step * y + (1 - step) * mean
            left -= 1
        }
        return (sum, mean)
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .value(let y) = target else { preconditionFailure("a regressor learns values") }
        guard weight > 0 else { return true }
        let new = after(y, weight: weight)
        guard new.weight.isFinite, new.answer.isFinite else { return false }
        (self.weight, answer) = new
        return true
    }

    public var byteCount: Int { 16 }

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(weight)
        encoder.double(answer)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        weight = try decoder.double()
        answer = try decoder.double()
    }
}

extension StatisticRegressor: CanonicallyCodable {
    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        self.init()
        try restore(from: &decoder)
    }
}

extension StatisticRegressor: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        asked.explanationWithoutFeatures(self, x)
    }
}
