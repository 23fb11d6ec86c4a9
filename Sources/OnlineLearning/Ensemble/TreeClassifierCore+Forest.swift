import Determinism

/// What a forest asks of its trees, at the price of a walk and of one application of naive Bayes each.
extension TreeClassifierCore {
    /// Adds `scale` times the probability of each class to the votes, by slot; nothing where the leaf knows nothing.
    ///
    /// Mutating in name only: a tree that is lent where it lies need not be copied.
    @inline(__always)
    mutating func addVotesInPlace(
        _ input: TreeInput, scale: Double, into votes: UnsafeMutableBufferPointer<Double>
    ) {
        addVotes(input, isRounded: false, scale: scale, into: votes)
    }

    /// Learns an example. - Returns: the slot that the tree would have chosen before; −1 where it knew nothing.
    /// - Precondition: it accepts the example, whose weight is above 0.
    @inline(__always)
    mutating func learnChoosing(_ input: TreeInput, _ slot: Int32, weight: Double) -> Int32 {
        noteClass(Int(slot))
        var choice: Int32
        switch nodes.route(input, weight: weight, maxBranches: branchLimit()) {
        case .leaf(let node, let isDirect):
            let payload = nodes.payload(node)
            var isDue = false
            choice = learnChoosing(input, slot, weight, atLeaf: payload, &isDue)
            if isDirect, isDue || nodes.depth(node) >= parameters.maxDepth { considerSplit(of: node) }
        case .newCategory(let branch, let value):
            choice = self.choice(input)
            let payload = addLeaf(ClassLeaf())
            let node = nodes.addBranch(branch, value: value, payload: payload)
            nodes.nodes[node].weight = weight
            learn(input, slot, weight, atLeaf: payload)
        }
        noteWeight(weight)
        return choice
    }

    /// - Parameter isDue: is set to whether the leaf has seen enough to be split.
    @inline(__always)
    private mutating func learnChoosing(
        _ input: TreeInput, _ slot: Int32, _ weight: Double, atLeaf payload: Int, _ isDue: inout Bool
    ) -> Int32 {
        let (gracePeriod, parameters, maxFeatures, known) = (
            parameters.gracePeriod, parameters.leaf, maxFeatures, knownCount
        )
        var hasGrown = false
        let choice = leaves.withUnsafeMutableBufferPointer { leaves -> Int32 in
            guard let leaf = leaves.baseAddress.map({ $0 + payload }) else { return -1 }
            if let maxFeatures, leaf.pointee.isAwake, !leaf.pointee.subset.isDrawn {
                leaf.pointee.subset = FeatureSubset.drawn(maxFeatures, from: input, &generator)
            }
            let choice = leaf.pointee.learnChoosing(input, slot, weight, known, parameters, &hasGrown)
            isDue = leaf.pointee.totalWeight - leaf.pointee.lastAttempt >= gracePeriod
            return choice
        }
        if hasGrown { recount(payload) }
        return choice
    }

    /// The slot that the tree finds most probable, the first learned in the leaf of equals; −1 where it knows nothing.
    mutating func choice(_ input: TreeInput) -> Int32 {
        let payload = nodes.payload(nodes.leaf(input))
        let (parameters, known) = (parameters.leaf, knownCount)
        return leaves[payload].choice(input, known: known, parameters)
    }
}

extension ClassLeaf {
    /// Learns an example. - Returns: the slot that the leaf would have chosen before; −1 where it knew nothing.
    /// - Parameter hasGrown: is set to whether it takes more memory than before.
    @inline(__always)
    fileprivate mutating func learnChoosing(
        _ input: TreeInput, _ slot: Int32, _ weight: Double, _ known: Int, _ parameters: LeafParameters,
        _ hasGrown: inout Bool
    ) -> Int32 {
        guard isAwake else {
            let choice = self.choice(input, known: known, parameters)
            hasGrown = learn(input, slot, weight: weight, known: known, parameters)
            return choice
        }
        return withSubset(input) { leaf, input in
            let choice = leaf.judge(input, slot, weight: weight, known: known, parameters)
            hasGrown = leaf.observe(input, slot, weight, parameters)
            return choice
        }
    }
}
