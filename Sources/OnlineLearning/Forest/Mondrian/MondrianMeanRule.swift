import Determinism

/// One example of a number, for ``MondrianTree``: a node's answer is the mean of its examples, its loss half the
/// squared error. Likelihoods and odds are logarithms: those of numbers on a large scale are soon beyond any double.
struct MondrianMeanRule: MondrianRule {
    /// A node's values: the mean, then ln (1 + e^odds), then the share of the node itself, e^odds / (1 + e^odds).
    static var valueCount: Int { 3 }

    let y: Double
    /// How much the example counts.
    let weight: Double
    /// What a squared error is multiplied by: half the step times the weight.
    let factor: Double
    let usesAggregation: Bool

    func isPure(_ node: MondrianNode) -> Bool { false }

    @inline(__always)
    func learn(leaf: MondrianNode, isFresh: Bool) -> Double {
        let own = count(leaf)
        return isFresh ? 0 : own
    }

    @inline(__always)
    func learn(branch: MondrianNode, below: Double, isSplit: Bool) -> Double {
        let own = count(branch)
        guard usesAggregation else { return 0 }
        let (before, mixedBefore) = (branch.odds, branch.values[1])
        Self.set(branch, odds: before + (own - below))
        if isSplit { return below + (branch.values[1] - Self.ln2) }
        // Where one of the two has all the weight, before and after, the rest of the formula is only rounding.
        if min(before, branch.odds) > Self.certain { return own }
        if max(before, branch.odds) < -Self.certain { return below }
        return below + (branch.values[1] - mixedBefore)
    }

    @inline(__always)
    func split(_ node: MondrianNode, wasLeaf: Bool) {
        // The new subtree is the whole that the node was, half of it itself and half its subtrees.
        Self.set(node, odds: wasLeaf ? 0 : Self.ln2 + (node.odds - node.values[1]))
    }

    /// Adds the example to a node. - Returns: the logarithm of the likelihood that the node gave it.
    @inline(__always)
    private func count(_ node: MondrianNode) -> Double {
        let error = y - node.values[0]
        node.total += weight
        node.values[0] += weight / node.total * error
        return -factor * (error * error)
    }

    /// Sets the logarithm of the odds and what follows from it.
    @inline(__always)
    static func set(_ node: MondrianNode, odds: Double) {
        node.odds = odds
        guard odds.magnitude <= certain else {
            (node.values[1], node.values[2]) = odds > 0 ? (odds, 1) : (0, 0)
            return
        }
        let smaller = Elementary.exp(-odds.magnitude)
        node.values[1] = max(odds, 0) + Elementary.log1p(smaller)
        node.values[2] = (odds > 0 ? 1 : smaller) / (1 + smaller)
    }

    /// e⁻⁴⁰ is lost beside 1.
    private static var certain: Double { 40 }
    private static var ln2: Double { 0x1.62e42fefa39efp-1 }
}
