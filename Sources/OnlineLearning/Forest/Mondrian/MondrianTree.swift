import Determinism

/// A random partition that is refined and extended as examples come: each node has the box of what fell into it, an
/// example outside the box splits it after a random time whose rate is the distance, and a branch whose own split came
/// later is moved down to make room (B. Lakshminarayanan, D. M. Roy and Y. W. Teh, *Mondrian forests: efficient online
/// random forests*, NIPS 2014, algorithms 3 and 4). No node is ever removed.
struct MondrianTree: Sendable {
    let maxNodes: Int
    var nodes: MondrianNodes
    var sparseBoxes: MondrianSparseBoxes
    var generator: SeededGenerator

    init(numberCount: Int, maxNodes: Int, valueCount: Int, seed: UInt64) {
        self.maxNodes = maxNodes
        nodes = MondrianNodes(numberCount: numberCount, valueCount: valueCount)
        sparseBoxes = MondrianSparseBoxes(maxEntries: MondrianSparseBoxes.entriesPerNode * maxNodes)
        generator = SeededGenerator(seed: seed)
    }

    var byteCount: Int { nodes.byteCount + sparseBoxes.byteCount }

    /// The weight of all examples.
    var total: Double { nodes.read { $0[0].total } }

    /// Learns one example: the partition on the way down, counts and odds on the way up.
    mutating func learn(_ x: MondrianInput, _ rule: some MondrianRule) {
        let (leaf, isFresh) = grow(x, rule)
        nodes.with { nodes in
            var below = rule.learn(leaf: nodes[leaf], isFresh: isFresh)
            var index = nodes[leaf].parent
            var isSplit = isFresh
            while index >= 0 {
                let node = nodes[index]
                below = rule.learn(branch: node, below: below, isSplit: isSplit)
                isSplit = false
                index = node.parent
            }
        }
    }

    /// Extends the boxes that the example falls through and splits one of them where chance says so.
    /// - Returns: the leaf that it falls into, and whether that leaf has no other example.
    private mutating func grow(_ x: MondrianInput, _ rule: some MondrianRule) -> (leaf: Int, isFresh: Bool) {
        guard total > 0 else {
            begin(0, x)
            return (0, true)
        }
        let isDense = sparseBoxes.isEmpty && x.columns.isEmpty
        let maySplit = nodes.count < maxNodes
        var cut: Cut?
        let leaf = nodes.with { nodes in
            let leaf = nodes.leaf(x)
            guard var index = nodes.firstOutside(leaf, x, isDense ? nil : sparseBoxes) else { return leaf }
            while true {
                let (node, box) = (nodes[index], nodes.box(index))
                if maySplit, !rule.isPure(node) {
                    let distance = box.distance(x) + (isDense ? 0 : sparseBoxes.distance(index, x))
                    let limit = node.isLeaf ? .infinity : nodes[node.child].time
                    if let time = generator.splitTime(node.time, limit, rate: distance) {
                        cut = Cut(index: index, time: time, distance: distance)
                        return index
                    }
                }
                box.extend(x)
                if !isDense { sparseBoxes.extend(index, x) }
                guard !node.isLeaf else { return index }
                index = nodes.next(node, x)
            }
        }
        guard let cut else { return (leaf, false) }
        return (split(cut, x, rule), true)
    }
}

extension MondrianNodes.Lent {
    /// The leaf that an example falls into.
    @inline(__always)
    func leaf(_ x: MondrianInput) -> Int {
        var index = 0
        while !self[index].isLeaf { index = next(self[index], x) }
        return index
    }

    /// The topmost node on the way to a leaf whose box does not contain the example; nil where all do. Every box lies
    /// within that of its parent, so the search goes up from the leaf and most boxes are not looked at.
    /// - Parameter sparseBoxes: nil where they need not be asked.
    @inline(__always)
    func firstOutside(_ leaf: Int, _ x: MondrianInput, _ sparseBoxes: MondrianSparseBoxes?) -> Int? {
        var (found, index) = (-1, leaf)
        while index >= 0, !(box(index).contains(x) && sparseBoxes?.contains(index, x) ?? true) {
            (found, index) = (index, self[index].parent)
        }
        return found < 0 ? nil : found
    }
}
