import Determinism

/// Divides the examples by questions about single features, and answers in each part with the mean of its true values
/// or with a model of its own. A part is divided further when the question that reduces the variance most is better
/// than the next by more than chance would have it, by Hoeffding's bound.
///
/// - `grace_period`: weight that a leaf gains between two attempts to split, from 1 (default 200).
/// - `max_depth`: depth at which leaves stay leaves, 0 to 980 (default none: 980).
/// - `delta`: probability of choosing the wrong split, above 0 up to 1 (default 1e-7); `tau`: bound below which a tie
///   is broken, 0 to 1 (default 0.05).
/// - `leaf_prediction`: `mean`, `model`, or `adaptive` (default): which had the smaller squared errors of late, a past
///   one counting `model_selector_decay` times less, 0 to 1 (default 0.95).
/// - `leaf_model`: the regressor in a leaf (default `linear_regression`); a new leaf begins with its parent's.
/// - `clamp_models`: hold a model's answer within the true values its leaf has seen (default true). Not in River.
/// - `splitter`: `tebst_splitter` (default), `ebst_splitter` or `qo_splitter`; see ``RegressionSplitter``. Categories
///   that come as they are have a table of their own.
/// - `min_samples_split`: weight of every child at least, from 1 (default 5); `binary_split`: only splits in two
///   (default false); `merit_preprune`: not splitting competes with the splits (default true); `remove_poor_attrs`:
///   stop watching features that are far from the best (default false).
/// - `max_size`: memory at most, in MiB, 0.01 to 1e6 (default 500). It holds at every example: where it is reached, the
///   deepest leaves stop looking for splits and, with `stop_mem_management` (default false), all do for ever;
///   `memory_estimate_period`: examples until they are looked at again, from 1 (default 1,000,000).
///
/// With `leaf_model: {linear_regression: {optimizer: sgd}}`, `clamp_models: false` and `splitter: {tebst_splitter:
/// {digits: 1}}` it is River's tree; `qo_splitter` needs `radius: 0.25` and `sides: river`. A linear model that learns
/// by `sgd` answers without bound where features are large; ours answers within the true values seen.
///
/// Time: O(depth + features · observer) per example, an observer's insertion being O(1) to O(height of its search
/// tree). Memory: what the leaves' observers keep, 40 bytes a value, within `max_size`.
///
/// With `leaf_prediction: mean`, `grace_period` 2, `delta` 1, `min_samples_split` 1, after x = 0, y = 1 and x = 4, y =
/// 3, the tree asks whether x is at most 0, and answers 3 to x = 2.
///
/// Source: E. Ikonomovska, J. Gama and S. Džeroski, *Learning model trees from evolving data streams*, Data Mining and
/// Knowledge Discovery 23(1), 2011, section 4; P. Domingos and G. Hulten, *Mining high-speed data streams*, KDD 2000;
/// River's `tree.HoeffdingTreeRegressor`. The paper divides standard deviations where River divides variances.
public struct HoeffdingTreeRegressor: Learner {
    static let parameters = RegressionTreeParameters.declarations()

    public static let declaration = ComponentDeclaration(
        "hoeffding_tree_regressor", .regressor, parameters: parameters
    ) { RegressionTreeParameters.conflict(parameters, $0) }
    public static let tasks = [Task.regression]
    public static var takesCategories: Bool { true }

    private var tree: RegressionTree

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        tree = RegressionTree(
            RegressionTreeParameters(arguments), model: arguments.component("leaf_model"), inputs: inputs)
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

    /// How many leaves the tree has.
    public var leafCount: Int { tree.leafCount }

    public var byteCount: Int { tree.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) { tree.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try tree.restore(from: &decoder)
    }
}

extension HoeffdingTreeRegressor: ExplainingLearner {
    /// Path contributions.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        tree.explain(x)
    }
}
