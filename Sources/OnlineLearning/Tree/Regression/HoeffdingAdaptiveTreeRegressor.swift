import Determinism

/// A Hoeffding tree regressor that watches the errors below each of its branches for drift. Where there is one, a new
/// leaf begins to learn beside the branch, and takes its place once it is better.
///
/// Parameters: those of ``HoeffdingTreeRegressor``, and
///
/// - `bootstrap_sampling`: let each example count for as many as a Poisson distribution of mean 1 says, but at least
///   once (default true).
/// - `drift_window_threshold`: examples that branch and alternate must have seen to be compared, from 1 (default 300);
///   `switch_significance`: probability of an error of the comparison, 0 to 1 (default 0.05).
/// - `drift_detector`: what looks for drift (default `adwin`).
/// - `seed`: from 0 (default 1).
///
/// Time: as ``HoeffdingTreeRegressor``, plus a detector's update for each branch on the way. Memory: besides, a
/// detector for each branch and leaf.
///
/// As a tree that has not split it is a ``HoeffdingTreeRegressor``: with `bootstrap_sampling: false` and
/// `leaf_prediction: mean`, after y = 1, 2 and 6 it answers 3.
///
/// Source: A. Bifet and R. Gavaldà, *Adaptive learning from evolving data streams*, IDA 2009, section 3; River's
/// `tree.HoeffdingAdaptiveTreeRegressor`. In the paper an alternate tree grows beside the branch; in River the
/// alternate leaf, when it splits, takes the branch's place at once, because the split is linked to the branch's
/// parent. This does as River does: so the comparison of errors only ever concerns a single leaf.
public struct HoeffdingAdaptiveTreeRegressor: Learner {
    static let parameters =
        RegressionTreeParameters.declarations() + [
            ParameterDeclaration(
                "bootstrap_sampling", .boolean, default: .boolean(true), "draw how often each example counts"),
            ParameterDeclaration(
                "drift_window_threshold", .integer(1...1_000_000_000), default: .integer(300),
                "examples that branch and alternate must have seen to be compared"),
            ParameterDeclaration(
                "drift_detector", .component(.driftDetector), default: .component(ADWIN.declaration.withDefaults),
                "what looks for drift in the errors"),
            ParameterDeclaration(
                "switch_significance", .number(0...1), default: .number(0.05),
                "probability of an error where branch and alternate are compared"),
            ParameterDeclaration("seed", .integer(0...Int.max), default: .integer(1), "of the numbers drawn"),
        ]

    public static let declaration = ComponentDeclaration(
        "hoeffding_adaptive_tree_regressor", .regressor, parameters: parameters
    ) { RegressionTreeParameters.conflict(parameters, $0) }
    public static let tasks = [Task.regression]
    public static var takesCategories: Bool { true }

    private var tree: RegressionTree

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        guard let detector = arguments.component("drift_detector") else { preconditionFailure("no drift_detector") }
        let adaptation = AdaptiveTreeParameters(
            detector: AnyDriftDetector(detector), samplesByBootstrap: arguments.boolean("bootstrap_sampling"),
            driftWindowThreshold: Double(arguments.integer("drift_window_threshold")),
            switchSignificance: arguments.number("switch_significance"))
        tree = RegressionTree(
            RegressionTreeParameters(arguments), model: arguments.component("leaf_model"), inputs: inputs,
            adaptation: adaptation, generator: SeededGenerator(seed: UInt64(arguments.integer("seed"))))
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        tree.predict(x, into: &answer)
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .value(let y) = target else { preconditionFailure("a regression learns numbers") }
        return tree.learn(x, y, weight: weight, journal: &journal)
    }

    public var byteCount: Int { tree.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) { tree.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try tree.restore(from: &decoder)
    }
}

extension HoeffdingAdaptiveTreeRegressor: ExplainingLearner {
    /// Path contributions.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        tree.explain(x)
    }
}
