import Determinism

/// Online bagging of regressors: each sees every example a random number of times, drawn from the Poisson distribution
/// of rate 1, as if it had a bootstrap sample of the stream. Their predictions are averaged.
///
/// - `model`: the learner that every member is (default `hoeffding_tree_regressor`).
/// - `n_models`: how many there are, 1 to 1,000 (default 10); `seed`: of all that is random, from 0 (default 1).
///
/// Time and memory: those of `n_models` members. They can work at the same time.
///
/// Source: N. C. Oza and S. Russell, *Online bagging and boosting*, AISTATS 2001, figure 1; River's
/// `ensemble.BaggingRegressor`. Members that have not learned yet do not vote, unless none has.
public enum BaggingRegressor: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "bagging_regressor", .ensemble, revision: 2,
        parameters: [
            EnsembleParameters.regressor, EnsembleParameters.modelCount, EnsembleParameters.seed,
        ])
    public static let tasks = [Task.regression]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type { wrap(member) }

    private static func wrap<M: Learner>(_: M.Type) -> any Learner.Type { BaggedRegressors<M>.self }
}

/// What ``BaggingRegressor`` makes of a learner.
struct BaggedRegressors<M: Learner>: Learner {
    static var declaration: ComponentDeclaration { BaggingRegressor.declaration }
    static var tasks: [Task] { BaggingRegressor.tasks }
    static var takesCategories: Bool { M.takesCategories }

    private let distribution = PoissonDistribution(rate: 1)
    private var members: Members<M>
    private var generator: SeededGenerator

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        members = Members(arguments.member, count: arguments.integer("n_models"), inputs: inputs)
        generator = SeededGenerator(seed: arguments.seed)
    }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let start = answer.count
        var (sum, count) = (0.0, 0.0)
        members.predict(x, into: &answer) { _, answer in
            sum += answer[start]
            count += 1
        }
        answer.append(count > 0 ? sum / count : 0)
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard weight > 0 else { return true }
        let before = generator
        for index in 0..<members.count { members[index].count = distribution.draw(&generator) }
        members.forEach(x, workers: journal.workers) { member, x in
            member.learn(x, target, weight: weight, times: member.count)
        }
        guard members.haveRefused else { return true }
        generator = before
        return false
    }

    var byteCount: Int { members.byteCount }

    func encode(to encoder: inout CanonicalEncoder) {
        generator.encode(to: &encoder)
        members.encode(to: &encoder)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        generator = try SeededGenerator(from: &decoder)
        try members.restore(from: &decoder)
    }
}

extension BaggedRegressors: ExplainingLearner {
    /// The mean of the members' explanations.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        try members.explain(x, asked)
    }
}
