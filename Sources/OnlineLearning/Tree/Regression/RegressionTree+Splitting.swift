import Determinism

extension RegressionTree {
    /// The proposals of a leaf's observers: the best one and what decides about it.
    private struct Proposals {
        var best = SplitCandidate()
        var bestFeature = -1
        var bestRank: Int32 = -1
        var secondMerit = -Double.infinity
        var count = 0
        /// By feature, where poor ones are to be found.
        var merits: [Double] = []

        /// Among equals the one that the leaf met last is the better, as in River, which sorts.
        mutating func add(_ candidate: SplitCandidate, feature: Int, rank: Int32) {
            count += 1
            guard candidate.merit > best.merit || candidate.merit == best.merit && rank > bestRank else {
                secondMerit = max(secondMerit, candidate.merit)
                return
            }
            secondMerit = best.merit
            (best, bestFeature, bestRank) = (candidate, feature, rank)
        }
    }

    /// Splits a leaf where its best proposal is better than the second best by more than chance would have it, or where
    /// they are as good as equal.
    /// - Parameter node: where the leaf is or, of an alternate leaf, the branch that it would replace.
    /// - Returns: whether it was split.
    @discardableResult
    mutating func attemptSplit(of leaf: Int, at node: Int) -> Bool {
        let whole = leaves[leaf].statistics
        modelByteCount = models.byteCount(leaf)
        let proposals = proposals(of: leaf, whole)
        let best = proposals.best
        leaves[leaf].lastAttempt = whole.count
        guard proposals.count > 1 else {
            guard proposals.count == 1 else { return false }
            return decide(best, proposals.bestFeature, leaf, node)
        }
        let bound = HoeffdingBound.epsilon(range: 1, delta: parameters.delta, weight: whole.count)
        if parameters.removesPoorFeatures, best.merit != 0 {
            disablePoorFeatures(leaf, proposals, below: proposals.secondMerit / best.merit - 2 * bound)
        }
        if best.merit > 0, proposals.secondMerit / best.merit < 1 - bound || bound < parameters.tau {
            return decide(best, proposals.bestFeature, leaf, node)
        }
        if best.merit > 0, proposals.secondMerit > 0 {
            removeBadSplits(leaf, whole, best.merit, floor: proposals.secondMerit / best.merit - 2 * bound)
        }
        return false
    }

    private func proposals(of leaf: Int, _ whole: TargetStatistics) -> Proposals {
        var proposals = Proposals()
        if parameters.prunesByMerit { proposals.add(SplitCandidate(), feature: -1, rank: 0) }
        if parameters.removesPoorFeatures {
            proposals.merits = [Double](repeating: -.infinity, count: featureCount)
        }
        let start = leaf * stride
        for feature in 0..<featureCount where observers[start + feature].rank > 0 {
            let observer = observers[start + feature]
            let candidate = bestSplit(feature, observer, whole)
            if parameters.removesPoorFeatures { proposals.merits[feature] = candidate.merit }
            proposals.add(candidate, feature: feature, rank: observer.rank)
        }
        return proposals
    }

    private func bestSplit(_ feature: Int, _ observer: Observer, _ whole: TargetStatistics) -> SplitCandidate {
        if isCategory(feature) {
            return NominalObserver.bestSplit(
                tables.sortedEntries(observer.table), whole, parameters.merit, isBinary: parameters.isBinary)
        }
        guard case .qo(let given, let isMultiwayAllowed, let sides, _) = parameters.splitter else {
            return searchTrees.bestSplit(observer.tree, whole, parameters.merit)
        }
        let radius = given ?? observer.step.length
        let quantization = QuantizationObserver(radius: radius, isMultiwayAllowed: isMultiwayAllowed, sides: sides)
        return quantization.bestSplit(
            tables.sortedEntries(observer.table), whole, parameters.merit, isBinary: parameters.isBinary)
    }

    /// Carries out the winning proposal, which may be to leave the leaf a leaf.
    private mutating func decide(_ best: SplitCandidate, _ feature: Int, _ leaf: Int, _ node: Int) -> Bool {
        var isSplit = false
        if best.test == .none {
            rest(leaf)
        } else {
            isSplit = split(leaf, at: node, best, feature)
            compactIfSparse()
        }
        if inactiveCount > 0 {
            if parameters.stopsAtByteCountMax {
                stopGrowing()
            } else if !isShortOfMemory {
                wakeLeaves()
            }
        }
        return isSplit
    }

    private mutating func disablePoorFeatures(_ leaf: Int, _ proposals: Proposals, below floor: Double) {
        for feature in 0..<featureCount {
            let index = leaf * stride + feature
            let merit = proposals.merits[feature]
            guard observers[index].rank > 0, merit.isFinite, merit / proposals.best.merit < floor else { continue }
            removeObserver(index, isDisabled: true)
        }
    }

    private mutating func removeBadSplits(_ leaf: Int, _ whole: TargetStatistics, _ bestMerit: Double, floor: Double) {
        if case .qo = parameters.splitter { return }
        let start = leaf * stride
        for index in start..<start + featureCount where observers[index].rank > 0 && !isKeyed(index - start) {
            searchTrees.removeBadSplits(
                &observers[index].tree, whole, parameters.merit, bestMerit: bestMerit, floor: floor)
        }
    }

    // MARK: Splits

    /// Makes a leaf's node a branch whose leaves go on from the leaf's model. - Returns: false where memory is short.
    private mutating func split(_ leaf: Int, at node: Int, _ candidate: SplitCandidate, _ feature: Int) -> Bool {
        let children = candidate.children
        guard hasRoom(forLeaves: children.count) else { return false }
        if nodes[node].kind != .leaf {
            // The leaf is the branch's alternate: it must not go with the branch.
            watches[Int(nodes[node].content)].alternate = -1
            removeChildren(of: node)
        }
        nodes[node].feature = Int32(truncatingIfNeeded: feature)
        switch candidate.test {
        case .none: break
        case .atMost(let threshold):
            (nodes[node].kind, nodes[node].threshold) = (.atMost, threshold)
        case .equals(let category): (nodes[node].kind, nodes[node].key) = (.equals, category)
        case .intervals(let length, let keys):
            (nodes[node].kind, nodes[node].threshold) = (.intervals, length)
            for (key, part) in zip(keys, children) { addChild(of: node, key: key, leaf: addLeaf(from: leaf, part)) }
        case .categories(let keys):
            nodes[node].kind = .categories
            for (key, part) in zip(keys, children) { addChild(of: node, key: key, leaf: addLeaf(from: leaf, part)) }
        }
        if nodes[node].first < 0 {
            nodes[node].first = addChild(of: node, leaf: addLeaf(from: leaf, candidate.yes))
            nodes[node].second = addChild(of: node, leaf: addLeaf(from: leaf, candidate.no))
        }
        nodes[node].content = -1
        if isAdaptive { nodes[node].content = Int32(truncatingIfNeeded: addWatch()) }
        remove(leaf: leaf)
        var weight = 0.0
        for part in children { weight += part.count }
        addWeight(weight - nodes[node].weight, from: node)
        return true
    }

    /// A leaf with the true values of a part of another one, and its model.
    private mutating func addLeaf(from parent: Int, _ part: TargetStatistics) -> Int {
        let leaf = addLeaf(depth: Int(leaves[parent].depth) + 1)
        models.copy(parent, to: leaf)
        leaves[leaf].statistics = part
        leaves[leaf].lastAttempt = part.count
        leaves[leaf].meanError = leaves[parent].meanError
        leaves[leaf].modelError = leaves[parent].modelError
        leaves[leaf].least = leaves[parent].least
        leaves[leaf].largest = leaves[parent].largest
        return leaf
    }

    /// Makes a leaf a child of a branch with two, which links it. - Returns: its node.
    private mutating func addChild(of parent: Int, leaf: Int) -> Int32 {
        let child = addNode(
            Node(
                depth: leaves[leaf].depth, parent: Int32(truncatingIfNeeded: parent),
                content: Int32(truncatingIfNeeded: leaf), weight: leaves[leaf].statistics.count))
        leaves[leaf].node = Int32(truncatingIfNeeded: child)
        return leaves[leaf].node
    }

    /// Takes down everything below a branch, and what it was watched with.
    mutating func removeChildren(of branch: Int) {
        var stack = [branch]
        while let node = stack.popLast() {
            if nodes[node].kind == .leaf {
                remove(leaf: Int(nodes[node].content))
            } else {
                if nodes[node].kind == .atMost || nodes[node].kind == .equals {
                    stack.append(Int(nodes[node].first))
                    stack.append(Int(nodes[node].second))
                } else {
                    var child = nodes[node].first
                    while child >= 0 {
                        stack.append(Int(child))
                        child = nodes[Int(child)].next
                    }
                }
                tables.removeAll(&nodes[node].children)
                if nodes[node].content >= 0 { removeWatch(Int(nodes[node].content)) }
            }
            if node != branch { remove(node: node) }
        }
        (nodes[branch].first, nodes[branch].second, nodes[branch].content) = (-1, -1, -1)
    }
}
