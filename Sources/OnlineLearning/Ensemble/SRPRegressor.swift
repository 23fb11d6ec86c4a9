import Determinism

/// Streaming random patches for regression: online bagging in which every member also sees a random part of the
/// features only, and is replaced when its errors drift, as in ``SRPClassifier``.
///
/// - `model`: the learner that every member is (default `hoeffding_tree_regressor` with `grace_period` 50, `delta`
///   0.01).
/// - `n_models`, `seed`, `subspace_size`, `training_method`, `lam`, `drift_detector`, `warning_detector`,
///   `disable_detector`: as in ``SRPClassifier``.
/// - `disable_weighted_vote`: default true; otherwise a prediction counts by how much lower its member's mean absolute
///   error is than the worst member's, where the mean is taken.
/// - `drift_detection_criteria`: what is watched, the absolute `error` (default) or the `prediction`.
/// - `aggregation_method`: `mean` (default) or `median` of the predictions.
///
/// Time and memory: as in ``SRPClassifier``. The members can work at the same time.
///
/// Source: H. M. Gomes, J. Montiel, S. M. Mastelini, B. Pfahringer and A. Bifet, *On ensemble techniques for data
/// stream regression*, IJCNN 2020, section III; River's `ensemble.SRPRegressor`. Where all weights are 0, as those of
/// equally good members, River answers 0; here they then have the same.
public enum SRPRegressor: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "srp_regressor", .ensemble, revision: 2,
        parameters: SRPParameters.declarations(EnsembleParameters.patchRegressor, isWeightDisabled: true) + [
            ParameterDeclaration(
                "drift_detection_criteria", .choice(["error", "prediction"]), default: .choice("error"),
                "what is watched for drifts"),
            ParameterDeclaration(
                "aggregation_method", .choice(["mean", "median"]), default: .choice("mean"),
                "what is made of the predictions"),
        ])
    public static let tasks = [Task.regression]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type { wrap(member) }

    private static func wrap<M: Learner>(_: M.Type) -> any Learner.Type { RandomPatchesRegressor<M>.self }
}

/// What ``SRPRegressor`` makes of a learner.
struct RandomPatchesRegressor<M: Learner>: Learner {
    static var declaration: ComponentDeclaration { SRPRegressor.declaration }
    static var tasks: [Task] { SRPRegressor.tasks }
    static var takesCategories: Bool { M.takesCategories }

    private let isWeighted: Bool
    private let isMedian: Bool
    private let watchesErrors: Bool
    private var patches: RandomPatches<M>

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        isMedian = arguments.choice("aggregation_method") == "median"
        isWeighted = !arguments.boolean("disable_weighted_vote") && !isMedian
        watchesErrors = arguments.choice("drift_detection_criteria") == "error"
        patches = RandomPatches(arguments, inputs: inputs)
    }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let start = answer.count
        let worst = isWeighted ? patches.scores.max() ?? 0 : 0
        var (sum, weights) = (0.0, 0.0)
        patches.predict(x, into: &answer) { score, answer in
            guard isWeighted else { return }
            sum += (worst - score) * answer[answer.count - 1]
            weights += worst - score
        }
        let value =
            weights > 0
            ? sum / weights
            : isMedian ? Aggregation.median(&answer, from: start) : Aggregation.mean(answer, from: start)
        answer.removeLast(answer.count - start)
        answer.append(value)
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .value(let y) = target else { preconditionFailure("a regressor learns numbers") }
        let watchesErrors = watchesErrors
        return patches.learn(
            x, target, weight: weight, workers: journal.workers,
            score: { member, x in (y - member.number(x)).magnitude },
            watched: { member, x in
                let number = member.number(x)
                return watchesErrors ? (number - y).magnitude : number
            })
    }

    var byteCount: Int { patches.byteCount }

    func encode(to encoder: inout CanonicalEncoder) { patches.encode(to: &encoder) }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try patches.restore(from: &decoder)
    }
}

/// One number from those at the end of an answer.
enum Aggregation {
    /// The mean; 0 of none.
    static func mean(_ answer: [Double], from start: Int) -> Double {
        var sum = 0.0
        for index in start..<answer.count { sum += answer[index] }
        return start == answer.count ? 0 : sum / Double(answer.count - start)
    }

    /// The median, of an even count the mean of the middle two; 0 of none. Sorts the numbers.
    static func median(_ answer: inout [Double], from start: Int) -> Double {
        let count = answer.count - start
        guard count > 0 else { return 0 }
        for i in start + 1..<max(start + 1, answer.count) {
            let value = answer[i]
            var j = i
            while j > start, answer[j - 1] > value {
                answer[j] = answer[j - 1]
                j -= 1
            }
            answer[j] = value
        }
        let middle = start + count / 2
        return count % 2 == 1 ? answer[middle] : (answer[middle - 1] + answer[middle]) / 2
    }
}
