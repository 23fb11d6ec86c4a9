import Determinism

/// A Hoeffding tree that splits early and thinks again: a leaf is split as soon as the best split is better than none,
/// and a test goes on observing and gives way where another has become better.
///
/// - All parameters of ``HoeffdingTreeClassifier``.
/// - `min_samples_reevaluate`: the weight that a test sees before it is looked at again, from 1 (default 20).
///
/// Time: as ``HoeffdingTreeClassifier``, times the depth: every test on the way learns, and looks for its best split
/// after `min_samples_reevaluate`, and until it changes at every example (so River). Memory: a test takes as much as a
/// leaf.
///
/// Of two equal features that are the class itself it splits one after 200 examples: its answer to (1, 1) is then 1,
/// that of a Hoeffding tree still ½.
///
/// Source: C. Manapragada, G. Webb and M. Salehi, *Extremely fast decision tree*, KDD 2018, algorithms 1 to 3. As
/// River's `tree.ExtremelyFastDecisionTreeClassifier`. Where River changes a test of several categories it confuses its
/// branches, or fails; here they keep their values, or begin anew.
public struct ExtremelyFastDecisionTreeClassifier: Learner {
    private static let own = [
        ParameterDeclaration(
            "min_samples_reevaluate", .integer(1...1_000_000_000), default: .integer(20),
            "the weight that a test sees before it is looked at again")
    ]

    public static let declaration = ComponentDeclaration(
        "extremely_fast_decision_tree_classifier", .classifier,
        parameters: HoeffdingTreeParameters.declarations + own
    ) { Splitters.conflict(HoeffdingTreeParameters.declarations, $0) }
    public static let tasks = [Task.binary, .multiclass]
    public static let takesCategories = true

    private var core: ExtremelyFastTreeCore

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        let settings = ExtremelyFastTreeCore.Settings(
            reevaluationWeight: Double(arguments.integer("min_samples_reevaluate")))
        core = ExtremelyFastTreeCore(HoeffdingTreeParameters(arguments), settings, inputs: inputs)
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        core.tree.predict(x, into: &answer)
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard TreeInput.accepts(x, weight: weight) else { return false }
        guard weight > 0 else { return true }
        core.tree.noteClass(slot)
        TreeInput.with(x) { core.learn($0, Int32(truncatingIfNeeded: slot), weight: weight) }
        core.noteWeight(weight)
        return true
    }

    public var byteCount: Int { core.byteCount }

    public func encode(to encoder: inout CanonicalEncoder) { core.encode(to: &encoder) }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try core.restore(from: &decoder)
    }
}

extension ExtremelyFastDecisionTreeClassifier: ExplainingLearner {
    /// Path contributions, in probability.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        var answer: [Double] = []
        predict(x, into: &answer)
        return core.tree.explain(x, slot: asked.slot, answer: asked.number(answer, in: .probability))
    }
}
