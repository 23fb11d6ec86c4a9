import Determinism

/// Streaming random patches: online bagging in which every member also sees a random part of the features only. Each
/// member's errors are watched: at a warning a new one with other features begins to learn beside it, and at a drift
/// takes its place. Votes are weighted by the members' accuracy.
///
/// - `model`: the learner that every member is (default `hoeffding_tree_classifier` with `grace_period` 50, `delta`
///   0.01).
/// - `n_models`: how many there are, 1 to 1,000 (default 10); `seed`: of all that is random, from 0 (default 1).
/// - `subspace_size`: how many features a member sees: a part of them up to 1 (default 0.6), or their number from 2.
/// - `training_method`: `patches` (default), `subspaces` (every member sees every example once) or `resampling` (all
///   features).
/// - `lam`: the mean number of times that a member sees an example, above 0 up to 100 (default 6).
/// - `drift_detector`, `warning_detector`: default `adwin` with `delta` 0.00001 and 0.0001; `disable_detector`: `off`
///   (default), `drift` (neither), `warning`.
/// - `disable_weighted_vote`: default false.
///
/// Of the columns that encoders add, each member sees each with the probability of a feature. Time: that of `n_models`
/// members that learn `lam` times and answer twice more per example. Memory: that of the members, twice while they are
/// being replaced. They can work at the same time.
///
/// Source: H. M. Gomes, J. Read and A. Bifet, *Streaming random patches for evolving data stream classification*, ICDM
/// 2019, algorithm 1; River's `ensemble.SRPClassifier`. With up to 20 features River goes through their combinations in
/// order and takes the first `n_models`, which all contain the first features; the paper, and this, draw at random.
public enum SRPClassifier: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "srp_classifier", .ensemble, revision: 2,
        parameters: SRPParameters.declarations(EnsembleParameters.patchClassifier, isWeightDisabled: false))
    public static let tasks = [Task.binary, .multiclass]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type { wrap(member) }

    private static func wrap<M: Learner>(_: M.Type) -> any Learner.Type { RandomPatchesClassifier<M>.self }
}

/// What ``SRPClassifier`` makes of a learner.
struct RandomPatchesClassifier<M: Learner>: Learner {
    static var declaration: ComponentDeclaration { SRPClassifier.declaration }
    static var tasks: [Task] { SRPClassifier.tasks }
    static var takesCategories: Bool { M.takesCategories }

    private let task: Task
    private let isWeighted: Bool
    private var patches: RandomPatches<M>
    private var known = KnownClasses()

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        task = inputs.task
        isWeighted = !arguments.boolean("disable_weighted_vote")
        patches = RandomPatches(arguments, inputs: inputs)
    }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let votes = Votes(task, classCount: known.slotCount, &answer)
        let start = answer.count
        patches.predict(x, into: &answer) { score, answer in
            // As in River, a member with no hit votes with weight 1.
            votes.add(weight: isWeighted && score > 0 ? score : 1, &answer)
            answer.removeLast(answer.count - start)
        }
        votes.finish(known, &answer)
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        let task = task
        let isLearned = patches.learn(
            x, target, weight: weight, workers: journal.workers,
            score: { member, x in member.choice(x, task) == slot ? 1 : 0 },
            watched: { member, x in member.choice(x, task) == slot ? 0 : 1 })
        if isLearned, weight > 0 { known.insert(slot) }
        return isLearned
    }

    var byteCount: Int { patches.byteCount }

    func encode(to encoder: inout CanonicalEncoder) {
        known.encode(to: &encoder)
        patches.encode(to: &encoder)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        known = try KnownClasses(from: &decoder)
        try patches.restore(from: &decoder)
    }
}
