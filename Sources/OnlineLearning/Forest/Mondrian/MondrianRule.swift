/// What the nodes of a Mondrian tree learn from one example, and how a node is weighed against the subtree below it.
///
/// Each branch stands for two predictors: itself, as if it were a leaf, and the mixture of its two subtrees, and it
/// keeps the odds between them. Both begin with the same weight, and each example multiplies a weight by the
/// likelihood that its predictor gave it, so an update goes from the leaf to the root and hands the likelihood of each
/// mixture to the branch above (Mourtada, Gaïffas & Scornet 2021: context-tree weighting).
protocol MondrianRule: Sendable {
    /// Whether the node has no reason to split: the example is one more of the only class there.
    func isPure(_ node: MondrianNode) -> Bool

    /// Counts the example in the leaf it fell into.
    /// - Returns: the likelihood that the leaf gave it, in the rule's own measure: certainty where it is fresh.
    func learn(leaf: MondrianNode, isFresh: Bool) -> Double

    /// Counts the example in a branch and moves its odds.
    /// - Parameters:
    ///   - below: the likelihood that its subtrees gave the example.
    ///   - isSplit: whether it has just been split. Its subtrees then weigh what the node itself weighed, so the
    ///     weight of the mixture changed too: what is returned includes by how much.
    /// - Returns: the likelihood that branch and subtrees gave it.
    func learn(branch: MondrianNode, below: Double, isSplit: Bool) -> Double

    /// Sets the odds of a node that has just been given two new subtrees, of which one is what it was and the other
    /// has seen nothing.
    func split(_ node: MondrianNode, wasLeaf: Bool)
}
