import Determinism

/// A regressor with intervals: its prediction plus the lower and the upper quantile of its errors so far, each made
/// before the example was learned. An answer is three doubles: the prediction, the lower and the upper bound; both
/// bounds are NaN before the first example, where River takes the prediction for them.
///
/// - `regressor`: what predicts (default `linear_regression`).
/// - `confidence_level`: the share of the true values to be covered, from 0.01 to 0.9999 (default 0.95).
/// - `window_size`: how many of the last errors count, from 1 to 100,000; null (default) for all, whose quantiles are
///   then estimates. Where the errors change, all of them are too many.
///
/// The interval is as wide for every example, and covers as promised only where errors come as they did before; where
/// they may not, see ``AdaptiveConformal``. An example of weight 0 gives no error, every other weight one.
///
/// Time and memory: the regressor's and O(1), or O(`window_size`) with a window.
///
/// Over a regressor that says 0, with a confidence level of 0.9 and a window of 20, after the true values -9, -8, … 10
/// the bounds are -8.05 and 9.05.
///
/// Source: R. F. Barber, E. J. Candès, A. Ramdas and R. J. Tibshirani, *Predictive inference with the jackknife+*, Ann.
/// Stat. 49(1), 2021, section 1.1; River's `conf.RegressionJackknife`. The name is River's: the jackknife leaves each
/// example out in turn, errors made before learning are the split-conformal method on a stream.
public enum RegressionJackknife: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "regression_jackknife", .ensemble,
        parameters: [
            ConformalParameters.regressor, ConformalParameters.confidenceLevel,
            ParameterDeclaration(
                "window_size", .optional(.integer(1...100_000)), default: .none, "how many of the last errors count"),
        ])
    public static let tasks = [Task.regression]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type { wrap(member) }

    private static func wrap<M: Learner>(_: M.Type) -> any Learner.Type { JackknifeRegressor<M>.self }
}

/// What ``RegressionJackknife`` makes of a learner.
struct JackknifeRegressor<M: Learner>: Learner {
    static var declaration: ComponentDeclaration { RegressionJackknife.declaration }
    static var tasks: [Task] { RegressionJackknife.tasks }
    static var takesCategories: Bool { M.takesCategories }
    static var answersIntervals: Bool { true }

    private var member: M
    /// Of these two, the one that is not empty.
    private var window: SortedWindow?
    private var quantiles: [RunningQuantile]
    private let levels: (lower: Double, upper: Double)
    /// The member's answer; belongs to no state.
    private var scratch: [Double] = []

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        guard let component = arguments.component("regressor") else { preconditionFailure("no regressor") }
        member = M(component, inputs: inputs)
        let miss = (1 - arguments.number("confidence_level")) / 2
        levels = (miss, 1 - miss)
        window = arguments.optionalInteger("window_size").map { SortedWindow(capacity: $0) }
        quantiles = window == nil ? [RunningQuantile(level: levels.lower), RunningQuantile(level: levels.upper)] : []
    }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let start = answer.count
        member.predict(x, into: &answer)
        appendInterval(from: start, &answer)
    }

    var voiceCount: Int { member.voiceCount }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double], voices: inout [Double]) {
        let start = answer.count
        member.predict(x, into: &answer, voices: &voices)
        appendInterval(from: start, &answer)
    }

    private func appendInterval(from start: Int, _ answer: inout [Double]) {
        let value = answer[start]
        answer.removeLast(answer.count - start - 1)
        let bounds = (
            window.map { $0.quantile(levels.lower) } ?? quantiles[0].value,
            window.map { $0.quantile(levels.upper) } ?? quantiles[1].value
        )
        answer.append(value + (bounds.0 ?? .nan))
        answer.append(value + (bounds.1 ?? .nan))
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        learn(x, target, weight: weight, asked: .now, journal: &journal)
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, asked: Asked, journal: inout Journal
    ) -> Bool {
        guard case .value(let y) = target else { preconditionFailure("a regressor learns numbers") }
        scratch.removeAll(keepingCapacity: true)
        member.predict(x, into: &scratch)
        guard scratch[0].isFinite,
            member.learn(x, target, weight: weight, asked: asked, journal: &journal)
        else { return false }
        guard weight > 0 else { return true }
        let error = ConformalParameters.bounded(y - scratch[0])
        window?.update(error)
        for index in quantiles.indices { quantiles[index].update(error) }
        return true
    }

    var byteCount: Int { member.byteCount + (window?.byteCount ?? 0) + quantiles.count * 200 }

    func encode(to encoder: inout CanonicalEncoder) {
        window?.encode(to: &encoder)
        for quantile in quantiles { quantile.encode(to: &encoder) }
        member.encode(to: &encoder)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try window?.restore(from: &decoder)
        for index in quantiles.indices { try quantiles[index].restore(from: &decoder) }
        try member.restore(from: &decoder)
    }
}

extension JackknifeRegressor: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        try member.explainIfAble(x, asked)
    }
}
