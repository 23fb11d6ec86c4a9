import Determinism

extension MondrianTree {
    /// A split that is to be made.
    struct Cut {
        let index: Int
        let time: Double
        /// How far the example is outside the box of the node, over all columns.
        let distance: Double
    }

    /// Puts a split above what the node was: the node becomes a branch, one child is the node as it was, the other a
    /// leaf with the example alone. - Returns: that leaf.
    mutating func split(_ cut: Cut, _ x: MondrianInput, _ rule: some MondrianRule) -> Int {
        let index = cut.index
        let (feature, edge) = chooseFeature(cut, x)
        let value = x[feature]
        let isRight = value > edge
        let u = generator.uniform()
        let left = nodes.appendPair(time: cut.time, parent: index)
        let (moved, fresh) = isRight ? (left, left + 1) : (left + 1, left)
        nodes.with { nodes in
            nodes.move(index, to: moved)
            nodes.box(index).extend(x)
            let node = nodes[index]
            rule.split(node, wasLeaf: node.isLeaf)
            node.feature = feature
            node.threshold = isRight ? edge + (value - edge) * u : value + (edge - value) * u
            node.child = left
        }
        sparseBoxes.copy(index, to: moved)
        sparseBoxes.extend(index, x)
        begin(fresh, x)
        return fresh
    }

    /// Makes the example the box of a node without one.
    mutating func begin(_ index: Int, _ x: MondrianInput) {
        nodes.with { $0.box(index).begin(x) }
        sparseBoxes.begin(index, x)
    }

    /// A column with the probability of its share of the distance, and the side of the box that is nearer.
    private mutating func chooseFeature(_ cut: Cut, _ x: MondrianInput) -> (Int32, edge: Double) {
        let target = generator.uniform() * cut.distance
        var (sum, chosen) = (0.0, Int32(0))
        func isBefore(_ feature: Int32, _ distance: Double) -> Bool {
            sum += distance
            chosen = feature
            return sum <= target
        }
        let isSparse = nodes.with { $0.box(cut.index).forEachDistance(x, isBefore) }
        if isSparse { sparseBoxes.forEachDistance(cut.index, x, isBefore) }
        let (lower, upper) =
            Int(chosen) < nodes.numberCount
            ? nodes.with { $0.box(cut.index).range(chosen) } : sparseBoxes.range(cut.index, chosen)
        return (chosen, x[chosen] < lower ? lower : upper)
    }
}

extension SeededGenerator {
    /// When an example would split a node: an exponential time after `start`, when the node came to be.
    /// - Parameters:
    ///   - limit: when it did split; infinite in a leaf.
    ///   - rate: the distance of the example; where it is 0 no number is drawn.
    /// - Returns: nil where that is not before the limit.
    @inline(__always)
    mutating func splitTime(_ start: Double, _ limit: Double, rate: Double) -> Double? {
        guard rate > 0 else { return nil }
        let u = uniform()
        // -ln(1 - u) is at least u, which often saves the logarithm.
        if u >= (limit - start) * rate { return nil }
        let time = min(start - Elementary.log(1 - u) / rate, .greatestFiniteMagnitude)
        return time > 0 && time < limit ? time : nil
    }
}
