/// The tree stays below its byte limit: leaves that would exceed it are not made, and where observers would, those of
/// the deepest leaves are thrown away. What is counted is what is in use, so that the limit acts the same after a
/// restart.
///
/// Source: R. Kirkby, *Improving Hoeffding trees*, doctoral thesis, University of Waikato 2007, section 4.3, with depth
/// as the sign of little promise. River counts once in `memory_estimate_period` examples, and lets the tree exceed the
/// limit in between.
extension RegressionTree {
    private var leafByteCount: Int {
        MemoryLayout<Leaf>.stride + MemoryLayout<Node>.stride + stride * MemoryLayout<Observer>.stride
            + 4 * (parameters.maxFeatures ?? 0) + modelByteCount
            + (!isAdaptive
                ? 0 : MemoryLayout<AnyDriftDetector>.stride + MemoryLayout<AdaptiveWatch>.stride + Self.windowByteCount)
    }

    /// What the windows of a leaf's and a branch's detector may grow to.
    private static var windowByteCount: Int { 3_072 }

    @inline(__always)
    var observerByteCount: Int {
        searchTrees.count * MemoryLayout<SearchTrees.Node>.stride + tables.room * MemoryLayout<KeyedTables.Entry>.stride
    }

    /// Bytes in use.
    var byteCountInUse: Int { leafCount * leafByteCount + observerByteCount }

    func hasRoom(forLeaves count: Int) -> Bool {
        byteCountInUse + count * leafByteCount <= parameters.byteCountMax
    }

    /// Puts the deepest leaves to rest, the first of equals first, until three quarters of the limit are in use.
    mutating func saveMemory() {
        guard !parameters.stopsAtByteCountMax else {
            stopGrowing()
            return
        }
        isShortOfMemory = true
        defer { compactIfSparse() }
        let order = leavesInOrder()
        for leaf in order.enumerated().sorted(by: { a, b in
            let (first, second) = (leaves[a.element].depth, leaves[b.element].depth)
            return first == second ? a.offset < b.offset : first > second
        }) {
            guard byteCountInUse > parameters.byteCountMax / 4 * 3 else { return }
            rest(leaf.element)
        }
    }

    /// Wakes the leaves that rest, but for those at the largest depth.
    mutating func wakeLeaves() {
        guard isGrowing, byteCountInUse <= parameters.byteCountMax / 2 else { return }
        isShortOfMemory = false
        for leaf in leavesInOrder() where Int(leaves[leaf].depth) < parameters.depthMax { wake(leaf) }
    }

    mutating func stopGrowing() {
        isGrowing = false
        for leaf in leavesInOrder() { rest(leaf) }
        compactIfSparse()
    }

    /// Moves what observers know together where a fifth of its room lies idle.
    mutating func compactIfSparse() {
        let byteCount = tables.byteCount + searchTrees.byteCount
        guard byteCount > min(65_536, parameters.byteCountMax / 8) + observerByteCount / 4 * 5 else { return }
        let (oldTables, oldTrees) = (tables, searchTrees)
        (tables, searchTrees) = (KeyedTables(), SearchTrees())
        for index in observers.indices where observers[index].rank > 0 {
            observers[index].table = tables.adopt(observers[index].table, of: oldTables)
            observers[index].tree = searchTrees.adopt(observers[index].tree, of: oldTrees)
        }
        for node in nodes.indices where nodes[node].children.count > 0 {
            nodes[node].children = tables.adopt(nodes[node].children, of: oldTables)
        }
    }

    /// The leaves from the first to the last child, a branch's alternate after it.
    func leavesInOrder() -> [Int] {
        var found: [Int] = []
        var stack = [Self.root]
        while let node = stack.popLast() {
            guard nodes[node].kind != .leaf else {
                found.append(Int(nodes[node].content))
                continue
            }
            if nodes[node].content >= 0 {
                let alternate = watches[Int(nodes[node].content)].alternate
                if alternate >= 0 { found.append(Int(alternate)) }
            }
            stack.append(contentsOf: children(of: node).reversed())
        }
        return found
    }

    func children(of node: Int) -> [Int] {
        switch nodes[node].kind {
        case .leaf: return []
        case .atMost, .equals: return [Int(nodes[node].first), Int(nodes[node].second)]
        case .intervals, .categories:
            var found: [Int] = []
            var child = nodes[node].first
            while child >= 0 {
                found.append(Int(child))
                child = nodes[Int(child)].next
            }
            return found
        }
    }

    /// Bytes of memory, roughly.
    var byteCount: Int {
        var sum = nodes.count * MemoryLayout<Node>.stride + leaves.count * MemoryLayout<Leaf>.stride
        sum += observers.count * MemoryLayout<Observer>.stride + subsets.count * 4
        sum += searchTrees.byteCount + tables.byteCount
        for leaf in leaves.indices { sum += models.byteCount(leaf) }
        for detector in leafDetectors { sum += detector.byteCount }
        for watch in watches { sum += watch.detector.byteCount + MemoryLayout<AdaptiveWatch>.stride }
        return sum
    }
}
