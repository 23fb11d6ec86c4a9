import Determinism

/// Nodes and leaves come and go, and leaves look at features.
extension RegressionTree {
    /// How many features there is room for in each leaf: all, and a power of two of sparse columns.
    static func stride(_ inputs: LearnerInputs, sparseCount: Int) -> Int {
        var room = sparseCount > 0 ? 4 : 0
        while room < sparseCount { room *= 2 }
        return inputs.numberCount + inputs.categoryCount + room
    }

    var featureCount: Int { inputs.numberCount + inputs.categoryCount + sparseCount }

    func isCategory(_ feature: Int) -> Bool {
        feature >= inputs.numberCount && feature < inputs.numberCount + inputs.categoryCount
    }

    mutating func addNode(_ node: Node) -> Int {
        nodeCount += 1
        guard firstFreeNode >= 0 else {
            nodes.append(node)
            return nodes.count - 1
        }
        let index = Int(firstFreeNode)
        firstFreeNode = nodes[index].first
        nodes[index] = node
        return index
    }

    mutating func remove(node: Int) {
        nodeCount -= 1
        nodes[node] = Node(depth: 0, parent: -1, first: firstFreeNode)
        firstFreeNode = Int32(truncatingIfNeeded: node)
    }

    /// A fresh leaf, of no node yet.
    mutating func addLeaf(depth: Int) -> Int {
        leafCount += 1
        let fresh = Leaf(depth: Int32(truncatingIfNeeded: depth))
        guard firstFreeLeaf >= 0 else {
            leaves.append(fresh)
            models.append()
            observers.append(contentsOf: repeatElement(Observer(), count: stride))
            subsets.append(contentsOf: repeatElement(0, count: parameters.maxFeatures ?? 0))
            if let adaptation { leafDetectors.append(adaptation.detector) }
            return leaves.count - 1
        }
        let leaf = Int(firstFreeLeaf)
        firstFreeLeaf = leaves[leaf].node
        leaves[leaf] = fresh
        if let adaptation { leafDetectors[leaf] = adaptation.detector }
        return leaf
    }

    mutating func remove(leaf: Int) {
        leafCount -= 1
        if !leaves[leaf].isActive { inactiveCount -= 1 }
        removeObservers(leaf, isReused: true)
        models.reset(leaf)
        leaves[leaf] = Leaf(node: firstFreeLeaf)
        firstFreeLeaf = Int32(truncatingIfNeeded: leaf)
    }

    /// Makes a leaf the last child of a branch with many. - Returns: its node.
    @discardableResult
    mutating func addChild(of parent: Int, key: Int, leaf: Int) -> Int {
        let child = addNode(
            Node(
                depth: leaves[leaf].depth, parent: Int32(truncatingIfNeeded: parent), ownKey: key,
                content: Int32(truncatingIfNeeded: leaf), weight: leaves[leaf].statistics.count))
        leaves[leaf].node = Int32(truncatingIfNeeded: child)
        append(child, to: parent)
        return child
    }

    /// Links a node as the last child of a branch with many.
    mutating func append(_ child: Int, to parent: Int) {
        let index = Int32(truncatingIfNeeded: child)
        if nodes[parent].first < 0 {
            nodes[parent].first = index
        } else {
            nodes[Int(nodes[parent].second)].next = index
        }
        nodes[parent].second = index
        let entry = KeyedTables.Entry(
            key: nodes[child].ownKey, value: Double(child), statistics: TargetStatistics(count: 1, mean: 0, squares: 0))
        tables.insert(entry, into: &nodes[parent].children)
    }

    // MARK: Activity

    /// Lets a leaf go on learning what to answer, but no longer how to split.
    mutating func rest(_ leaf: Int) {
        guard leaves[leaf].isActive else { return }
        leaves[leaf].isActive = false
        inactiveCount += 1
        removeObservers(leaf, isReused: false)
    }

    mutating func wake(_ leaf: Int) {
        guard !leaves[leaf].isActive else { return }
        leaves[leaf].isActive = true
        inactiveCount -= 1
    }

    /// - Parameter isReused: whether the leaf becomes another one, to which no feature is poor yet.
    private mutating func removeObservers(_ leaf: Int, isReused: Bool) {
        let start = leaf * stride
        for index in start..<start + stride {
            removeObserver(index, isDisabled: !isReused && observers[index].rank < 0)
        }
        leaves[leaf].rankCount = 0
    }

    mutating func removeObserver(_ index: Int, isDisabled: Bool) {
        if isKeyed(index % stride) {
            tables.removeAll(&observers[index].table)
        } else {
            searchTrees.removeAll(&observers[index].tree)
        }
        observers[index].step = BinaryStep()
        observers[index].rank = isDisabled ? -1 : 0
    }

    /// Whether what is known of a feature is a table.
    func isKeyed(_ feature: Int) -> Bool {
        if case .qo = parameters.splitter { return true }
        return isCategory(feature)
    }

    /// Whether a feature has a step that is found from its numbers.
    func isStepped(_ feature: Int) -> Bool {
        switch parameters.splitter {
        case .tebst(nil, _), .qo(nil, _, _, _): !isCategory(feature)
        default: false
        }
    }

    // MARK: Observing

    /// Shows an example to the observers of a leaf.
    @inline(__always)
    mutating func observe(_ leaf: Int, _ x: borrowing FeatureVector, _ y: Double, _ weight: Double) {
        if x.columnCount > inputs.numberCount, x.columnCount - inputs.numberCount > sparseCount {
            widen(to: min(x.columnCount - inputs.numberCount, Self.sparseColumnCountMax))
        }
        guard parameters.maxFeatures == nil else {
            observeSubset(leaf, x, y, weight)
            return
        }
        let start = leaf * stride
        for feature in 0..<inputs.numberCount {
            let value = x.numbers[feature]
            if value == value { observe(start + feature, leaf, number: value, y, weight) }
        }
        for index in 0..<inputs.categoryCount where x.categories[index] >= 0 {
            observe(start + inputs.numberCount + index, leaf, category: Int(x.categories[index]), y, weight)
        }
        if sparseCount > 0 { observeSparse(leaf, x, y, weight) }
    }

    private mutating func observeSparse(_ leaf: Int, _ x: borrowing FeatureVector, _ y: Double, _ weight: Double) {
        let start = leaf * stride + inputs.categoryCount
        if x.keepsZeros {
            for column in inputs.numberCount..<min(x.columnCount, inputs.numberCount + sparseCount) {
                let value = number(column + inputs.categoryCount, x)
                if value == value { observe(start + column, leaf, number: value, y, weight) }
            }
            return
        }
        for index in x.columns.indices where Int(x.columns[index]) < inputs.numberCount + sparseCount {
            observe(start + Int(x.columns[index]), leaf, number: x.values[index], y, weight)
        }
    }

    /// - Parameter index: in ``observers``.
    @inline(__always)
    private mutating func observe(_ index: Int, _ leaf: Int, number value: Double, _ y: Double, _ weight: Double) {
        guard meet(index, leaf) else { return }
        switch parameters.splitter {
        case .ebst(let nodeCountMax): insert(index, value, y, weight, nodeCountMax)
        case .tebst(let rounding?, let nodeCountMax): insert(index, rounding(value), y, weight, nodeCountMax)
        case .tebst(nil, let nodeCountMax): insertStepped(index, value, y, weight, nodeCountMax)
        case .qo(nil, _, _, let slotCountMax):
            var (step, table) = (observers[index].step, observers[index].table)
            tables.addInterval(of: value, length: &step, to: &table, countMax: slotCountMax, y, weight)
            (observers[index].step, observers[index].table) = (step, table)
        case .qo(let radius?, _, _, let slotCountMax):
            tables.add(
                QuantizationObserver.key(value, radius: radius), to: &observers[index].table,
                countMax: Int32(truncatingIfNeeded: slotCountMax), value, y, weight)
        }
    }

    @inline(__always)
    private mutating func insert(_ index: Int, _ value: Double, _ y: Double, _ weight: Double, _ nodeCountMax: Int) {
        searchTrees.insert(
            into: &observers[index].tree, nodeCountMax: Int32(truncatingIfNeeded: nodeCountMax), value, y, weight)
    }

    @inline(__always)
    private mutating func insertStepped(
        _ index: Int, _ value: Double, _ y: Double, _ weight: Double, _ nodeCountMax: Int
    ) {
        let before = observers[index].tree.nodeCount
        insert(index, observers[index].step.roundedUp(value), y, weight, nodeCountMax)
        let count = observers[index].tree.nodeCount
        guard count != before, Int(count) % BinaryStep.valueCount == 0 else { return }
        observers[index].step.widen(searchTrees.values(of: observers[index].tree))
    }

    @inline(__always)
    private mutating func observe(_ index: Int, _ leaf: Int, category: Int, _ y: Double, _ weight: Double) {
        guard meet(index, leaf) else { return }
        tables.add(category, to: &observers[index].table, countMax: Self.categoryCountMax, 0, y, weight)
    }

    /// Categories that a leaf keeps of a feature: all that have a number, and *other*.
    static var categoryCountMax: Int32 { 10_001 }

    /// Gives a feature its rank when a leaf first meets it. - Returns: whether the leaf looks at it.
    @inline(__always)
    private mutating func meet(_ index: Int, _ leaf: Int) -> Bool {
        let rank = observers[index].rank
        if rank > 0 { return true }
        guard rank == 0 else { return false }
        leaves[leaf].rankCount += 1
        observers[index].rank = leaves[leaf].rankCount
        return true
    }

    // MARK: Random subsets

    private mutating func observeSubset(_ leaf: Int, _ x: borrowing FeatureVector, _ y: Double, _ weight: Double) {
        if leaves[leaf].subsetCount < 0 { drawSubset(leaf, x) }
        // Examples without any feature leave nothing to draw from.
        guard leaves[leaf].subsetCount > 0 else { return }
        let start = leaf * (parameters.maxFeatures ?? 0)
        for position in start..<start + Int(leaves[leaf].subsetCount) {
            let feature = Int(subsets[position])
            let index = leaf * stride + feature
            if isCategory(feature) {
                let category = x.categories[feature - inputs.numberCount]
                if category >= 0 { observe(index, leaf, category: Int(category), y, weight) }
            } else {
                let value = number(feature, x)
                if value == value { observe(index, leaf, number: value, y, weight) }
            }
        }
    }

    /// Draws the features of a leaf from those present in its first example.
    private mutating func drawSubset(_ leaf: Int, _ x: borrowing FeatureVector) {
        guard let size = parameters.maxFeatures else { return }
        var present: [Int32] = []
        for feature in 0..<featureCount {
            let isPresent =
                isCategory(feature)
                ? x.categories[feature - inputs.numberCount] >= 0 : !number(feature, x).isNaN
            if isPresent { present.append(Int32(truncatingIfNeeded: feature)) }
        }
        guard !present.isEmpty else { return }
        let count = min(size, present.count)
        for position in 0..<count {
            present.swapAt(position, position + generator.below(present.count - position))
            subsets[leaf * size + position] = present[position]
        }
        leaves[leaf].subsetCount = Int32(truncatingIfNeeded: count)
    }

    // MARK: Sparse columns

    /// Makes room for sparse columns in every leaf.
    mutating func widen(to count: Int) {
        guard count > sparseCount else { return }
        let before = stride
        sparseCount = count
        let after = Self.stride(inputs, sparseCount: count)
        guard after > before else { return }
        stride = after
        var wider = [Observer](repeating: Observer(), count: leaves.count * after)
        for leaf in leaves.indices {
            for feature in 0..<before { wider[leaf * after + feature] = observers[leaf * before + feature] }
        }
        observers = wider
    }
}
