import Determinism

/// The extended binary search trees (E-BST) of a regression tree's leaves, all in one array: each keeps, for every
/// value of a number that it has a node for, the true values seen with that value or, since the node came, with smaller
/// ones below it.
///
/// A tree is named by a ``Tree``, which says where its root lies. Freed nodes are used again.
///
/// Time: O(height) for an insertion, O(nodes) for a proposal. The trees are not balanced, as the paper has them: rising
/// values make a list. Memory: 40 bytes a node.
///
/// Source: Ikonomovska, Gama and Džeroski 2011, section 4.2, in the variant of A. Osojnik, *Structured output
/// prediction on data streams*, doctoral dissertation, 2017, which keeps the left side's statistics only; River's
/// `EBSTSplitter`.
struct SearchTrees: Sendable {
    struct Node: Sendable {
        var value: Double
        var statistics: TargetStatistics
        /// In a freed node, the next freed one.
        var left: Int32
        var right: Int32
    }

    struct Tree: Sendable, Equatable {
        /// −1 while it is empty.
        var root: Int32 = -1
        var nodeCount: Int32 = 0
    }

    private var nodes: [Node] = []
    private var firstFree: Int32 = -1
    /// Nodes in use.
    private(set) var count = 0

    /// Learns a true value seen with `value`. A tree of `nodeCountMax` nodes gets no more: a new value then counts for
    /// the nodes on its way only.
    @inline(__always)
    mutating func insert(
        into tree: inout Tree, nodeCountMax: Int32, _ value: Double, _ y: Double, _ weight: Double
    ) {
        var last: Int32 = -1
        var isRight = false
        let isKnown = nodes.withUnsafeMutableBufferPointer { nodes in
            var current = tree.root
            while current >= 0 {
                last = current
                let here = Int(current)
                let other = nodes[here].value
                isRight = !(value <= other)
                if isRight {
                    current = nodes[here].right
                } else {
                    nodes[here].statistics.add(y, weight)
                    if value == other { return true }
                    current = nodes[here].left
                }
            }
            return false
        }
        guard !isKnown, tree.nodeCount < nodeCountMax else { return }
        let new = allocate(value, y, weight)
        tree.nodeCount += 1
        if last < 0 {
            tree.root = new
        } else if isRight {
            nodes[Int(last)].right = new
        } else {
            nodes[Int(last)].left = new
        }
    }

    private mutating func allocate(_ value: Double, _ y: Double, _ weight: Double) -> Int32 {
        var statistics = TargetStatistics()
        statistics.add(y, weight)
        return allocate(Node(value: value, statistics: statistics, left: -1, right: -1))
    }

    private mutating func allocate(_ node: Node) -> Int32 {
        count += 1
        guard firstFree >= 0 else {
            nodes.append(node)
            return Int32(truncatingIfNeeded: nodes.count - 1)
        }
        let index = firstFree
        firstFree = nodes[Int(index)].left
        nodes[Int(index)] = node
        return index
    }

    private mutating func free(_ index: Int32) {
        count -= 1
        nodes[Int(index)].left = firstFree
        firstFree = index
    }

    /// Frees all nodes of a tree.
    mutating func removeAll(_ tree: inout Tree) {
        var stack = tree.root >= 0 ? [tree.root] : []
        while let index = stack.popLast() {
            let node = nodes[Int(index)]
            if node.left >= 0 { stack.append(node.left) }
            if node.right >= 0 { stack.append(node.right) }
            free(index)
        }
        tree = Tree()
    }

    /// The best threshold by an inorder walk, during which `before` holds the true values left of where it is.
    func bestSplit(_ tree: Tree, _ whole: TargetStatistics, _ merit: VarianceReduction) -> SplitCandidate {
        var best = SplitCandidate()
        guard tree.root >= 0 else { return best }
        var before = TargetStatistics()
        // What is left to do: a node's index, times 4, and 0 to walk its tree, 1 to propose it, 2 to pass it, 3 to pass
        // it back.
        var stack = [Int(tree.root) << 2]
        nodes.withUnsafeBufferPointer { nodes in
            while let entry = stack.popLast() {
                let index = entry >> 2
                let node = nodes[index]
                switch entry & 3 {
                case 0:
                    if node.right >= 0 {
                        stack.append(index << 2 | 3)
                        stack.append(Int(node.right) << 2)
                        stack.append(index << 2 | 2)
                    }
                    stack.append(index << 2 | 1)
                    if node.left >= 0 { stack.append(Int(node.left) << 2) }
                case 1:
                    var yes = node.statistics
                    yes.join(before)
                    let no = whole.removing(yes)
                    let merit = merit(whole, yes, no)
                    if merit > best.merit {
                        (best.merit, best.test, best.yes, best.no) = (merit, .atMost(node.value), yes, no)
                    }
                case 2: before.join(node.statistics)
                default: before.remove(node.statistics)
                }
            }
        }
        return best
    }

    /// The values of a tree, ascending. Time: O(n log n).
    func values(of tree: Tree) -> [Double] {
        var found: [Double] = []
        found.reserveCapacity(Int(tree.nodeCount))
        var stack = tree.root >= 0 ? [tree.root] : []
        while let index = stack.popLast() {
            let node = nodes[Int(index)]
            found.append(node.value)
            if node.right >= 0 { stack.append(node.right) }
            if node.left >= 0 { stack.append(node.left) }
        }
        return found.sorted()
    }

    /// Bytes of memory; freed nodes count.
    var byteCount: Int { nodes.count * MemoryLayout<Node>.stride }

    /// Adds a copy of a tree of others.
    mutating func adopt(_ tree: Tree, of others: SearchTrees) -> Tree {
        var copy = Tree(nodeCount: tree.nodeCount)
        // A node of the others, and twice its parent's index here, plus 1 on the right.
        var places = tree.root >= 0 ? [(tree.root, -1)] : []
        while let (source, place) = places.popLast() {
            let node = others.nodes[Int(source)]
            let index = allocate(Node(value: node.value, statistics: node.statistics, left: -1, right: -1))
            if place < 0 {
                copy.root = index
            } else if place & 1 == 0 {
                nodes[place >> 1].left = index
            } else {
                nodes[place >> 1].right = index
            }
            if node.right >= 0 { places.append((node.right, Int(index) << 1 | 1)) }
            if node.left >= 0 { places.append((node.left, Int(index) << 1)) }
        }
        return copy
    }
}

// MARK: Bad splits

extension SearchTrees {
    /// A node on the way down, and how far it is done with.
    private struct Visit {
        let node: Int32
        let parent: Int32
        let isLeft: Bool
        var phase = 0
        var isPassed = false
    }

    /// Removes nodes of which no descendant is left and whose own merit, against the best there was, is below `floor`.
    ///
    /// Source: Ikonomovska, Gama and Džeroski 2011, section 4.3; River's `remove_bad_splits`, which leaves a node's
    /// right side alone where the left one has a good node.
    mutating func removeBadSplits(
        _ tree: inout Tree, _ whole: TargetStatistics, _ merit: VarianceReduction, bestMerit: Double, floor: Double
    ) {
        guard tree.root >= 0 else { return }
        var stack = [Visit(node: tree.root, parent: -1, isLeft: true)]
        var before = TargetStatistics()
        var isChildBad = false
        while var visit = stack.popLast() {
            let node = nodes[Int(visit.node)]
            if visit.phase == 0 {
                visit.phase = 1
                stack.append(visit)
                isChildBad = node.left < 0
                if !isChildBad { stack.append(Visit(node: node.left, parent: visit.node, isLeft: true)) }
            } else if visit.phase == 1 {
                guard isChildBad else { continue }
                visit.phase = 2
                visit.isPassed = node.right >= 0
                stack.append(visit)
                guard visit.isPassed else { continue }
                before.join(node.statistics)
                stack.append(Visit(node: node.right, parent: visit.node, isLeft: false))
            } else {
                if visit.isPassed { before.remove(node.statistics) }
                guard isChildBad else { continue }
                var yes = node.statistics
                yes.join(before)
                isChildBad = merit(whole, yes, whole.removing(yes)) / bestMerit < floor
                if isChildBad { remove(visit, &tree) }
            }
        }
    }

    private mutating func remove(_ visit: Visit, _ tree: inout Tree) {
        if visit.parent < 0 {
            tree.root = -1
        } else if visit.isLeft {
            nodes[Int(visit.parent)].left = -1
        } else {
            nodes[Int(visit.parent)].right = -1
        }
        free(visit.node)
        tree.nodeCount -= 1
    }
}

// MARK: Encoding

extension SearchTrees {
    /// Writes the nodes of a tree, each before its left, then its right side.
    func encode(_ tree: Tree, to encoder: inout CanonicalEncoder) {
        encoder.count(Int(tree.nodeCount))
        var stack = tree.root >= 0 ? [tree.root] : []
        while let index = stack.popLast() {
            let node = nodes[Int(index)]
            encoder.byte((node.left >= 0 ? 1 : 0) | (node.right >= 0 ? 2 : 0))
            encoder.double(node.value)
            node.statistics.encode(to: &encoder)
            if node.right >= 0 { stack.append(node.right) }
            if node.left >= 0 { stack.append(node.left) }
        }
    }

    /// Adds an encoded tree.
    mutating func restore(
        from decoder: inout CanonicalDecoder, nodeCountMax: Int32
    ) throws(CanonicalDecodingError) -> Tree {
        let nodeCount = try decoder.count(elementBytes: 33)
        guard nodeCount <= Int(nodeCountMax) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a search tree has too many nodes")
        }
        guard nodeCount > 0 else { return Tree() }
        // Where the next node belongs: twice its parent's index, plus 1 on the right.
        var places = [-1]
        var root: Int32 = -1
        for _ in 0..<nodeCount {
            let sides = try decoder.byte()
            guard sides < 4, let place = places.popLast() else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "a search tree has a node without parent")
            }
            let value = try decoder.double()
            let statistics = try TargetStatistics(from: &decoder)
            let index = allocate(Node(value: value, statistics: statistics, left: -1, right: -1))
            if place < 0 {
                root = index
            } else if place & 1 == 0 {
                nodes[place >> 1].left = index
            } else {
                nodes[place >> 1].right = index
            }
            if sides & 2 != 0 { places.append(Int(index) << 1 | 1) }
            if sides & 1 != 0 { places.append(Int(index) << 1) }
        }
        guard places.isEmpty else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a search tree lacks a node")
        }
        return Tree(root: root, nodeCount: Int32(truncatingIfNeeded: nodeCount))
    }
}
