import Determinism

/// A decision tree that grows from a stream: a leaf observes each feature in each class, and is split once the
/// Hoeffding bound says that the best split is really better than the second. It answers with the frequencies of a
/// leaf's classes or by naive Bayes over what the leaf observes, whichever has been right more often there.
///
/// - `grace_period`: the weight a leaf sees between two attempts to split, from 1 (default 200). `max_depth`: tests on
///   a way, 0 to 980 (default: 980). `delta`: the probability of a wrong choice, above 0 up to 1 (default 1e-7). `tau`:
///   the bound below which equal splits are no longer told apart, from 0 (default 0.05).
/// - `split_criterion`: `info_gain` (default), `gini` or `hellinger` (``SplitCriterion``). `splitter`:
///   `gaussian_splitter` (default), `histogram_splitter` or `exhaustive_splitter` (``Splitters``).
/// - `leaf_prediction`: `nba` (default), `nb`, from a weight of `nb_threshold` (from 0, default 0), `mc`, or our own
///   `mix`: both, each trusted as well as it foretold the leaf's examples. Its probabilities are by far the better
///   ones: on elec the log loss is 0.44 where that of `nba` is 0.66.
/// - `binary_split`: only tests with two outcomes (default false). `min_branch_fraction`: two branches have a larger
///   share, 0 to 1 (default 0.01). `max_share_to_split`: a class with a larger share is let be, 0 to 1 (default 0.99).
///   `merit_preprune`: not splitting is a candidate (default true). `remove_poor_attrs`: leaves of kind `mc` drop
///   features (default false).
/// - `max_size`: MiB, from 0.01 (default 100). `memory_estimate_period`: the weight after which leaves are ranked anew,
///   from 1 (default 1,000,000). `stop_mem_management`: stop growing at the limit (default false).
/// - Our own: `max_branches`: a category with more values in a leaf is split into one value and the rest, 2 to 10,001
///   or null for River's behaviour (default 4); `max_values`: values of a category that a leaf tells apart, 1 to 10,001
///   or null for all (default 256). River opens a leaf for every value it meets, and then knows little in each.
///
/// Time: O(depth + features · classes) per example, and each `grace_period` O(features · thresholds · classes) in a
/// leaf. Memory: 48 bytes a node; an observing leaf 48 a number and class, and 8 a value and class of a category.
/// Beyond `max_size` the leaves with the least to gain stop observing. Numbers beyond ±10⁷⁵ are refused.
///
/// With `leaf_prediction: nb`, after x = 0 and 1 were negative and x = 2 and 4 positive, the answer to 1.5 is
/// 0.4364340270737217. With `mix`, after two positive examples of no features at all it is 0.9284523809523809. Of two
/// equal features that are the class itself, each seen 1,700 times, it splits one after 3,400 examples, when the bound
/// is below `tau`, and from then on answers 1 to (1, 1), and before ½.
///
/// Source: P. Domingos and G. Hulten, *Mining high-speed data streams*, KDD 2000, table 1; adaptive leaves by G.
/// Holmes, R. Kirkby and B. Pfahringer, *Stress-testing Hoeffding trees*, PKDD 2005; `mix` by fixed shares, of M.
/// Herbster and M. K. Warmuth, *Tracking the best expert*, Machine Learning 32, 1998. As River's
/// `tree.HoeffdingTreeClassifier`, traits included that the papers do not have: a leaf that finds nothing to split, or
/// is nearly of one class, observes from scratch; a class without weight counts as certain in naive Bayes; numbers
/// without variance do not count at all. Of equally heavy branches River follows the first by name, this the first by
/// slot.
public struct HoeffdingTreeClassifier: Learner, RowLearner {
    public static let declaration = ComponentDeclaration(
        "hoeffding_tree_classifier", .classifier, parameters: HoeffdingTreeParameters.declarations
    ) { Splitters.conflict(HoeffdingTreeParameters.declarations, $0) }
    public static let tasks = [Task.binary, .multiclass]
    public static let takesCategories = true

    private var tree: TreeClassifierCore

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        tree = TreeClassifierCore(HoeffdingTreeParameters(arguments), inputs: inputs)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        tree.predict(x, into: &answer)
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        return tree.learn(x, slot, weight: weight)
    }

    func predict(numbers: UnsafeBufferPointer<Double>, into answer: inout [Double]) {
        tree.predict(TreeInput(numbers), into: &answer)
    }

    mutating func learn(numbers: UnsafeBufferPointer<Double>, _ target: Target, weight: Double) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard let input = TreeInput(learnable: numbers, weight: weight) else { return false }
        tree.learn(input, slot, weight: weight)
        return true
    }

    public var byteCount: Int { tree.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) { tree.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try tree.restore(from: &decoder)
    }
}

extension HoeffdingTreeClassifier: ExplainingLearner {
    /// Path contributions, in probability.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        var answer: [Double] = []
        predict(x, into: &answer)
        return tree.explain(x, slot: asked.slot, answer: asked.number(answer, in: .probability))
    }
}
