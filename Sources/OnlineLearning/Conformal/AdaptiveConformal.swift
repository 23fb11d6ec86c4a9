import Determinism

/// A regressor with intervals that cover as promised whatever the stream does: its prediction plus and minus a quantile
/// of the sizes of its last errors. Which quantile follows from what happened: a true value outside makes the next
/// intervals wider, one inside a little narrower. An answer is three doubles: the prediction, the lower and the upper
/// bound; both bounds are NaN before the first example.
///
/// - `regressor`: what predicts (default `linear_regression`).
/// - `confidence_level`: the share of the true values to be covered, from 0.01 to 0.9999 (default 0.95).
/// - `gamma`: how far the share of misses that is allowed for moves with an example, from 0 to 1 (default 0.02): the
///   larger, the sooner the intervals follow a change, and the more they jump. The paper takes 0.005 on long streams.
/// - `window_size`: how many of the last errors count, from 10 to 100,000 (default 500).
///
/// Over the first T examples, the share of misses differs from the one allowed by at most about 1 / (`gamma` T),
/// without any assumption on the stream (proposition 4.1). The paper answers the whole line where the share allowed for
/// has fallen to 0 or below; here the largest error in the window is doubled with every further miss, so that bounds
/// stay finite, and the promise holds as long as errors grow no faster than that. An example counts as covered or
/// missed when it is learned. One of weight 0 does not count, every other weight counts once.
///
/// Time: the regressor's and O(`window_size`). Memory: 16 bytes for each error in the window.
///
/// Over a regressor that says 0, with a confidence level of 0.9 and `gamma` 0.1, after the true values 1, 2 and 3 the
/// bounds are ±5.223303379776745: the second and the third were missed, so that the allowed share went from 0.1 to 0.01
/// and to -0.08, and the largest error, 3, is multiplied by 2 to the power of 0.08 / 0.1.
///
/// Source: I. Gibbs and E. J. Candès, *Adaptive conformal inference under distribution shift*, NeurIPS 2021, equation
/// 2; River has no such method.
public enum AdaptiveConformal: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "adaptive_conformal", .ensemble,
        parameters: [
            ConformalParameters.regressor, ConformalParameters.confidenceLevel,
            ParameterDeclaration(
                "gamma", .number(0...1), default: .number(0.02), "how fast the intervals follow what they missed"),
            ParameterDeclaration(
                "window_size", .integer(10...100_000), default: .integer(500), "how many of the last errors count"),
        ])
    public static let tasks = [Task.regression]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type { wrap(member) }

    private static func wrap<M: Learner>(_: M.Type) -> any Learner.Type { AdaptiveConformalRegressor<M>.self }
}

/// What ``AdaptiveConformal`` makes of a learner.
struct AdaptiveConformalRegressor<M: Learner>: Learner {
    static var declaration: ComponentDeclaration { AdaptiveConformal.declaration }
    static var tasks: [Task] { AdaptiveConformal.tasks }
    static var takesCategories: Bool { M.takesCategories }
    static var answersIntervals: Bool { true }

    private var member: M
    /// The sizes of the last errors.
    private var window: SortedWindow
    /// The share of misses that the next interval allows for; below 0 it is wider than every error in the window.
    private var miss: Double
    private let wantedMiss: Double
    private let gamma: Double
    /// The member's answer; belongs to no state.
    private var scratch: [Double] = []

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        guard let component = arguments.component("regressor") else { preconditionFailure("no regressor") }
        member = M(component, inputs: inputs)
        window = SortedWindow(capacity: arguments.integer("window_size"))
        wantedMiss = 1 - arguments.number("confidence_level")
        miss = wantedMiss
        gamma = arguments.number("gamma")
    }

    /// Half the width of the next interval; NaN before the first error.
    private var radius: Double {
        let errors = window.sorted
        guard let largest = errors.last else { return .nan }
        guard miss > 0 else {
            let doublings = gamma > 0 ? min(-miss / gamma, 400) : 0
            return largest * Elementary.exp(doublings * 0x1.62e42fefa39efp-1)
        }
        let rank = (Double(errors.count + 1) * (1 - miss)).rounded(.up)
        return rank < 1 ? 0 : errors[min(Int(rank), errors.count) - 1]
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
        let radius = radius
        answer.append(value - radius)
        answer.append(value + radius)
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
        let error = ConformalParameters.bounded(y - scratch[0]).magnitude
        if !window.sorted.isEmpty {
            miss = min(miss + gamma * (wantedMiss - (error > radius ? 1 : 0)), 1)
        }
        window.update(error)
        return true
    }

    var byteCount: Int { member.byteCount + window.byteCount }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(miss)
        window.encode(to: &encoder)
        member.encode(to: &encoder)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let miss = try decoder.double()
        guard miss <= 1, miss.isFinite else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a share of misses above 1")
        }
        self.miss = miss
        try window.restore(from: &decoder)
        try member.restore(from: &decoder)
    }
}

extension AdaptiveConformalRegressor: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        try member.explainIfAble(x, asked)
    }
}
