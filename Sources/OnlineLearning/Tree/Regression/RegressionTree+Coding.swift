import Determinism

/// The encoded tree: its counters, then its nodes, each before its children from the first to the last. What is where
/// in memory is not encoded, and nothing depends on it.
extension RegressionTree {
    /// Whether anything is drawn at random.
    private var drawsAtRandom: Bool {
        parameters.maxFeatures != nil || adaptation?.samplesByBootstrap ?? false
    }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(exampleCount)
        encoder.count(sparseCount)
        encoder.count(modelByteCount)
        encoder.bool(isGrowing)
        encoder.bool(isShortOfMemory)
        if drawsAtRandom { generator.encode(to: &encoder) }
        var stack = [Self.root]
        while let node = stack.popLast() {
            encode(node: node, to: &encoder)
            stack.append(contentsOf: children(of: node).reversed())
        }
    }

    private func encode(node index: Int, to encoder: inout CanonicalEncoder) {
        let node = nodes[index]
        encoder.byte(node.kind.rawValue)
        encoder.double(node.weight)
        guard node.kind != .leaf else {
            encode(leaf: Int(node.content), to: &encoder)
            return
        }
        encoder.count(Int(node.feature))
        switch node.kind {
        case .leaf: break
        case .atMost: encoder.double(node.threshold)
        case .equals: encoder.count(node.key)
        case .intervals, .categories:
            encoder.double(node.threshold)
            let children = children(of: index)
            encoder.count(children.count)
            for child in children { encoder.int(Int64(nodes[child].ownKey)) }
        }
        guard isAdaptive else { return }
        let watch = watches[Int(node.content)]
        watch.detector.encode(to: &encoder)
        watch.errors.encode(to: &encoder)
        encoder.bool(watch.alternate >= 0)
        if watch.alternate >= 0 { encode(leaf: Int(watch.alternate), to: &encoder) }
    }

    private func encode(leaf index: Int, to encoder: inout CanonicalEncoder) {
        let leaf = leaves[index]
        leaf.statistics.encode(to: &encoder)
        for value in [leaf.lastAttempt, leaf.meanError, leaf.modelError, leaf.least, leaf.largest] {
            encoder.double(value)
        }
        encoder.bool(leaf.isActive)
        encoder.count(Int(leaf.rankCount))
        models.encode(index, to: &encoder)
        if isAdaptive {
            leaf.errors.encode(to: &encoder)
            leafDetectors[index].encode(to: &encoder)
        }
        if let size = parameters.maxFeatures {
            encoder.count(Int(leaf.subsetCount) + 1)
            for position in 0..<max(0, Int(leaf.subsetCount)) { encoder.count(Int(subsets[index * size + position])) }
        }
        for feature in 0..<featureCount { encode(feature, observers[index * stride + feature], to: &encoder) }
    }

    private func encode(_ feature: Int, _ observer: Observer, to encoder: inout CanonicalEncoder) {
        encoder.count(Int(observer.rank) + 1)
        guard observer.rank > 0 else { return }
        if isStepped(feature) { encoder.optional(observer.step.logarithm) { $0.int(Int64($1)) } }
        if isKeyed(feature) {
            tables.encode(observer.table, to: &encoder)
        } else {
            searchTrees.encode(observer.tree, to: &encoder)
        }
    }

    // MARK: Restoring

    /// - Throws: where the bytes are none of a tree with these parameters and inputs.
    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try restoreCounters(from: &decoder)
        (nodes, leaves, observers, subsets, leafDetectors, watches) = ([], [], [], [], [], [])
        (firstFreeNode, firstFreeLeaf, firstFreeWatch) = (-1, -1, -1)
        (nodeCount, leafCount, inactiveCount) = (0, 0, 0)
        (searchTrees, tables) = (SearchTrees(), KeyedTables())
        models.removeAll()
        // Where the next node belongs: its parent, whether it is the second of two, its key where there are many.
        var places: [Place] = [Place(parent: -1)]
        while let place = places.popLast() {
            let children = try restoreNode(at: place, from: &decoder)
            places.append(contentsOf: children.reversed())
        }
    }

    private struct Place {
        let parent: Int
        var isSecond = false
        var key: Int?
    }

    private mutating func restoreCounters(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let counts = (try decoder.uint(), try decoder.uint(), try decoder.uint())
        guard counts.0 < 1 << 62, counts.1 <= UInt64(Self.sparseColumnCountMax), counts.2 < 1 << 40 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a tree's counters are too large")
        }
        (exampleCount, sparseCount, modelByteCount) = (Int(counts.0), Int(counts.1), Int(counts.2))
        stride = Self.stride(inputs, sparseCount: sparseCount)
        isGrowing = try decoder.bool()
        isShortOfMemory = try decoder.bool()
        if drawsAtRandom { generator = try SeededGenerator(from: &decoder) }
    }

    /// - Returns: the places of its children.
    private mutating func restoreNode(
        at place: Place, from decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) -> [Place] {
        guard let kind = Node.Kind(rawValue: try decoder.byte()) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "no node is of that kind")
        }
        let depth = place.parent < 0 ? 0 : Int(nodes[place.parent].depth) + 1
        let weight = try decoder.double()
        let node = addNode(
            Node(
                depth: Int32(truncatingIfNeeded: depth), parent: Int32(truncatingIfNeeded: place.parent),
                weight: weight))
        link(node, place)
        guard kind != .leaf else {
            let leaf = try restoreLeaf(depth: depth, from: &decoder)
            nodes[node].content = Int32(truncatingIfNeeded: leaf)
            leaves[leaf].node = Int32(truncatingIfNeeded: node)
            return []
        }
        nodes[node].kind = kind
        let places = try restoreQuestion(node, from: &decoder)
        if isAdaptive { try restoreWatch(node, depth: depth, from: &decoder) }
        return places
    }

    private mutating func link(_ node: Int, _ place: Place) {
        guard place.parent >= 0 else { return }
        if let key = place.key {
            nodes[node].ownKey = key
            append(node, to: place.parent)
        } else if place.isSecond {
            nodes[place.parent].second = Int32(truncatingIfNeeded: node)
        } else {
            nodes[place.parent].first = Int32(truncatingIfNeeded: node)
        }
    }

    private mutating func restoreQuestion(
        _ node: Int, from decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) -> [Place] {
        let kind = nodes[node].kind
        let feature = try decoder.uint()
        guard feature < UInt64(featureCount), isCategory(Int(feature)) == (kind == .equals || kind == .categories)
        else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a branch asks for another kind of feature")
        }
        nodes[node].feature = Int32(truncatingIfNeeded: Int(feature))
        switch kind {
        case .leaf: return []
        case .atMost: nodes[node].threshold = try decoder.double()
        case .equals:
            let key = try decoder.uint()
            guard key <= UInt64(Int32.max) else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "no category has that number")
            }
            nodes[node].key = Int(key)
        case .intervals, .categories:
            nodes[node].threshold = try decoder.double()
            var keys: [Int] = []
            for _ in 0..<(try decoder.count()) { keys.append(Int(try decoder.int())) }
            let sorted = keys.sorted()
            guard !keys.isEmpty, zip(sorted, sorted.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "two children of a branch have one key")
            }
            return keys.map { Place(parent: node, key: $0) }
        }
        return [Place(parent: node), Place(parent: node, isSecond: true)]
    }

    private mutating func restoreWatch(
        _ node: Int, depth: Int, from decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) {
        let watch = addWatch()
        nodes[node].content = Int32(truncatingIfNeeded: watch)
        try watches[watch].detector.restore(from: &decoder)
        watches[watch].errors = try TargetStatistics(from: &decoder)
        guard try decoder.bool() else { return }
        let alternate = try restoreLeaf(depth: depth, from: &decoder)
        watches[watch].alternate = Int32(truncatingIfNeeded: alternate)
    }

    private mutating func restoreLeaf(
        depth: Int, from decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) -> Int {
        let index = addLeaf(depth: depth)
        leaves[index].statistics = try TargetStatistics(from: &decoder)
        leaves[index].lastAttempt = try decoder.double()
        leaves[index].meanError = try decoder.double()
        leaves[index].modelError = try decoder.double()
        leaves[index].least = try decoder.double()
        leaves[index].largest = try decoder.double()
        if try !decoder.bool() {
            leaves[index].isActive = false
            inactiveCount += 1
        }
        leaves[index].rankCount = Int32(try smallCount(featureCount, from: &decoder))
        try models.restore(index, from: &decoder)
        if isAdaptive {
            leaves[index].errors = try TargetStatistics(from: &decoder)
            try leafDetectors[index].restore(from: &decoder)
        }
        try restoreSubset(index, from: &decoder)
        for feature in 0..<featureCount { try restoreObserver(feature, index, from: &decoder) }
        return index
    }

    private mutating func restoreSubset(
        _ leaf: Int, from decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) {
        guard let size = parameters.maxFeatures else { return }
        let count = try smallCount(size + 1, from: &decoder) - 1
        leaves[leaf].subsetCount = Int32(truncatingIfNeeded: count)
        for position in 0..<max(0, count) {
            subsets[leaf * size + position] = Int32(try smallCount(featureCount - 1, from: &decoder))
        }
    }

    private mutating func restoreObserver(
        _ feature: Int, _ leaf: Int, from decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) {
        let index = leaf * stride + feature
        observers[index].rank = Int32(try smallCount(featureCount + 1, from: &decoder) - 1)
        guard observers[index].rank > 0 else { return }
        guard leaves[leaf].isActive else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a leaf at rest looks at a feature")
        }
        if isStepped(feature) {
            let exponent = try decoder.optional { decoder throws(CanonicalDecodingError) in try decoder.int() }
            guard let step = BinaryStep(exponent: exponent.map { Int($0) }) else {
                throw CanonicalDecodingError(offset: decoder.offset, reason: "a step of no such exponent")
            }
            observers[index].step = step
        }
        if isKeyed(feature) {
            let countMax = isCategory(feature) ? Self.categoryCountMax : parameters.splitter.countMax
            observers[index].table = try tables.restore(from: &decoder, countMax: countMax)
        } else {
            observers[index].tree = try searchTrees.restore(
                from: &decoder, nodeCountMax: parameters.splitter.countMax)
        }
    }

    /// A number from 0 to `limit`.
    private func smallCount(
        _ limit: Int, from decoder: inout CanonicalDecoder
    ) throws(CanonicalDecodingError) -> Int {
        let value = try decoder.uint()
        guard limit >= 0, value <= UInt64(limit) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a number in a tree is too large")
        }
        return Int(value)
    }
}
