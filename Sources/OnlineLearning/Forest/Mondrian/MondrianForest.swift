import Determinism

/// Mondrian trees that learn every example, each with a chance of its own, and answer with their mean.
struct MondrianForest: Sendable {
    private(set) var trees: [MondrianTree]

    init(_ arguments: Arguments, inputs: LearnerInputs, valueCount: Int) {
        var seeds = SeededGenerator(seed: UInt64(arguments.integer("seed")))
        trees = (0..<arguments.integer("n_estimators")).map { _ in
            MondrianTree(
                numberCount: inputs.numberCount, maxNodes: arguments.integer("max_nodes"), valueCount: valueCount,
                seed: seeds.next())
        }
    }

    /// Learns one example with every tree, on several cores where there are any.
    mutating func learn(_ x: MondrianInput, _ rule: some MondrianRule, _ workers: (any Workers)?) {
        precondition(x.numbers.count == trees[0].nodes.numberCount, "other numbers than were declared")
        trees.withUnsafeMutableBufferPointer { trees in
            guard let workers, trees.count > 1 else {
                for index in trees.indices { trees[index].learn(x, rule) }
                return
            }
            // No tree is touched by two calls.
            nonisolated(unsafe) let trees = trees
            workers.perform(trees.count) { trees[$0].learn(x, rule) }
        }
    }

    /// Calls `body` with the nodes that an example falls through, in each tree from the root to a leaf or until it
    /// returns false. The double is the tree's own and 1 at its root.
    ///
    /// The trees go down together, a level at a time: where the next node is to be fetched from memory, the others need
    /// not wait for it.
    @inline(__always)
    func descend(_ x: MondrianInput, _ body: (MondrianNode, inout Double) -> Bool) {
        withUnsafeTemporaryAllocation(of: Walker.self, capacity: trees.count) { walkers in
            // Nobody changes the trees meanwhile, so their nodes stay where they are.
            for i in trees.indices {
                trees[i].nodes.read { walkers.initializeElement(at: i, to: Walker(nodes: $0, node: $0[0])) }
            }
            var walking = trees.count
            while walking > 0 {
                var i = 0
                while i < walking {
                    let node = walkers[i].node
                    if body(node, &walkers[i].rest), !node.isLeaf {
                        walkers[i].node = walkers[i].nodes[walkers[i].nodes.next(node, x)]
                        i += 1
                    } else {
                        walking -= 1
                        walkers[i] = walkers[walking]
                    }
                }
            }
        }
    }

    /// A tree, and where an example is in it.
    private struct Walker {
        let nodes: MondrianNodes.Lent
        var node: MondrianNode
        var rest = 1.0
    }

    mutating func widen(to valueCount: Int) {
        for index in trees.indices { trees[index].nodes.widen(to: valueCount) }
    }

    var byteCount: Int { trees.reduce(0) { $0 + $1.byteCount } }

    func encode(to encoder: inout CanonicalEncoder, valueCount: Int) {
        for tree in trees { tree.encode(to: &encoder, valueCount) }
    }

    /// Takes over an encoded state.
    /// - Parameter finish: refuses a node that the rule cannot have made; else fills in what was not encoded.
    mutating func restore(
        from decoder: inout CanonicalDecoder, valueCount: Int,
        finish: (MondrianNode) -> Bool
    ) throws(CanonicalDecodingError) {
        for index in trees.indices { try trees[index].restore(from: &decoder, valueCount, finish: finish) }
    }

    static let stepSize = ParameterDeclaration(
        "step", .number(0...1e6), default: .number(1), "how fast the weights of the subtrees move")
    static let estimators = ParameterDeclaration(
        "n_estimators", .integer(1...1000), default: .integer(10), "trees")
    static let aggregation = ParameterDeclaration(
        "use_aggregation", .boolean, default: .boolean(true), "whether every node of a path answers, or its leaf alone")
    static let nodes = ParameterDeclaration(
        "max_nodes", .integer(1...10_000_000), default: .integer(30_000), "a tree with as many nodes splits no more")
    static let seed = ParameterDeclaration(
        "seed", .integer(0...Int.max), default: .integer(1), "where chance begins")
}

extension MondrianForest {
    /// The mean of the trees' path contributions: where a branch keeps a share of the answer for itself, the rest is
    /// what is below it, and that share of the change from its own answer to its child's is the tested column's.
    ///
    /// - Parameters:
    ///   - share: of a branch, what it keeps of what reaches it; 1 ends the way.
    ///   - answer: what a node answers by itself.
    func explain(
        _ x: MondrianInput, _ scale: Explanation.Scale, share: (MondrianNode) -> Double,
        answer: (MondrianNode) -> Double
    ) -> ColumnContributions {
        var mean = ColumnContributions(scale, bias: 0, named: "roots of the trees")
        for tree in trees {
            tree.nodes.read { nodes in
                var (node, rest) = (nodes[0], 1.0)
                var own = answer(node)
                mean.bias += own / Double(trees.count)
                while !node.isLeaf {
                    rest *= 1 - share(node)
                    guard rest > 0 else { break }
                    let column = Int(node.feature)
                    node = nodes[nodes.next(node, x)]
                    let below = answer(node)
                    mean.add(column: column, rest * (below - own) / Double(trees.count))
                    own = below
                }
            }
        }
        return mean
    }
}
