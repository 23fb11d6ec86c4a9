import Determinism

/// One example of a class, for ``MondrianTree``: a node's values are the weights of its examples by class, its answer
/// their frequencies with a prior, its loss the logarithmic one.
///
/// The odds of a branch are `odds` · 2^(512 `scale`): a plain double would run out after some hundred examples, and
/// logarithms, which River keeps, would cost three elementary functions a node.
struct MondrianClassRule: MondrianRule {
    let slot: Int
    /// How much the example counts.
    let weight: Double
    /// The power of a likelihood: the step times the weight.
    let power: Double
    let dirichlet: Double
    /// The prior of all classes known: `dirichlet` times their number.
    let prior: Double
    let usesAggregation: Bool
    let splitsPure: Bool

    @inline(__always)
    func isPure(_ node: MondrianNode) -> Bool {
        !splitsPure && node.total == node.values[slot]
    }

    @inline(__always)
    func learn(leaf: MondrianNode, isFresh: Bool) -> Double {
        let likelihood = count(leaf)
        return isFresh || !usesAggregation ? 1 : raised(likelihood)
    }

    @inline(__always)
    func learn(branch: MondrianNode, below: Double, isSplit: Bool) -> Double {
        let likelihood = count(branch)
        guard usesAggregation else { return 1 }
        let own = raised(likelihood)
        let mixed =
            switch branch.scale {
            case 0: (branch.odds * own + below) * (isSplit ? 0.5 : 1 / (1 + branch.odds))
            case 1...: own
            default: isSplit ? below / 2 : below
            }
        branch.odds *= own / below
        Self.normalize(branch)
        return mixed
    }

    @inline(__always)
    func split(_ node: MondrianNode, wasLeaf: Bool) {
        guard !wasLeaf else {
            (node.odds, node.scale) = (1, 0)
            return
        }
        // The new subtree is the whole that the node was, half of it itself and half its subtrees.
        switch node.scale {
        case 0: node.odds = 2 * node.odds / (1 + node.odds)
        case 1...: (node.odds, node.scale) = (2, 0)
        default: node.odds *= 2
        }
        Self.normalize(node)
    }

    /// Adds the example to a node. - Returns: the likelihood that the node gave it; River adds the example to the total
    /// before it divides, and so does this.
    @inline(__always)
    private func count(_ node: MondrianNode) -> Double {
        let before = node.values[slot]
        node.total += weight
        node.values[slot] = before + weight
        return (before + dirichlet) / (node.total + prior)
    }

    /// A likelihood to the power of the step, at least e⁻⁴⁰⁰, so that no product of two runs out.
    @inline(__always)
    private func raised(_ likelihood: Double) -> Double {
        power == 1 ? likelihood : Elementary.exp(max(-400, power * Elementary.log(likelihood)))
    }

    @inline(__always)
    private static func normalize(_ node: MondrianNode) {
        if node.odds > 0x1p256 {
            node.odds *= 0x1p-512
            node.scale = min(node.scale + 1, maxScale)
        } else if node.odds < 0x1p-256 {
            node.odds *= 0x1p512
            node.scale = max(node.scale - 1, -maxScale)
        }
    }

    /// Far beyond what any stream reaches.
    static var maxScale: Int32 { 1 << 30 }
}
