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
        let payload = nodes.payload(nodes.leaf(input))
        let parameters = parameters
        leaves.withUnsafeBufferPointer { leaves in
            guard let base = leaves.baseAddress else { return }
            UnsafeMutablePointer(mutating: base + payload).pointee
                .addVotes(input, parameters, scale: scale, into: votes)
        }
    }

    /// Learns an example. - Returns: the slot that the tree would have chosen before; −1 where it knew nothing.
    /// - Precondition: it accepts the example, whose weight is above 0.
    @inline(__always)
    mutating func learnChoosing(_ input: TreeInput, _ slot: Int32, weight: Double) -> Int32 {
        noteClass(Int(slot))
        let branches = fits(moreLeaves: 1) ? parameters.maxBranches : 0
        var choice: Int32
        switch nodes.route(input, weight: weight, maxBranches: branches) {
        case .leaf(let node, let isDirect):
            let payload = nodes.payload(node)
            let parameters = parameters
            let maxFeatures = maxFeatures
            var hasGrown = false
            var isDue = false
            choice = leaves.withUnsafeMutableBufferPointer { leaves in
                guard let leaf = leaves.baseAddress.map({ $0 + payload }) else { return -1 }
                let choice = leaf.pointee.judge(input, slot, weight: weight, parameters)
                if let maxFeatures, leaf.pointee.wantsSubset {
                    leaf.pointee.subset = FeatureSubset.drawn(maxFeatures, from: input, &generator)
                }
                hasGrown = leaf.pointee.learn(input, slot, weight: weight, parameters, counts: false)
                isDue = leaf.pointee.isDue(parameters)
                return choice
            }
            if hasGrown { recount(payload) }
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

    /// The slot that the tree finds most probable, the first learned in the leaf of equals; −1 where it knows nothing.
    mutating func choice(_ input: TreeInput) -> Int32 {
        let payload = nodes.payload(nodes.leaf(input))
        return leaves[payload].choice(input, parameters)
    }
}

extension ClassLeaf {
    /// Adds `scale` times the probability of each class to the votes. Mutating in name only.
    @inline(__always)
    mutating func addVotes(
        _ input: TreeInput, _ parameters: HoeffdingTreeParameters, scale: Double,
        into votes: UnsafeMutableBufferPointer<Double>
    ) {
        let total = weightSum()
        guard total > 0 else { return }
        let count = classes.count
        withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { room in
            var sum = total
            if usesBayes(parameters), let bayes = bayesShares(input, total, parameters, into: room) {
                sum = bayes
            } else {
                for position in 0..<count { room[position] = weights[position] }
            }
            let factor = scale / sum
            for position in 0..<count where Int(classes[position]) < votes.count {
                votes[Int(classes[position])] += factor * room[position]
            }
        }
    }

    /// Writes the probabilities of naive Bayes up to a factor. - Returns: their sum; nil where one is no number.
    @inline(__always)
    private mutating func bayesShares(
        _ input: TreeInput, _ total: Double, _ parameters: HoeffdingTreeParameters,
        into room: UnsafeMutableBufferPointer<Double>
    ) -> Double? {
        logShares(input, total, parameters, into: room)
        var greatest = -Double.infinity
        for vote in room {
            if vote.isNaN { return nil }
            greatest = max(greatest, vote)
        }
        guard greatest.isFinite else { return nil }
        var sum = 0.0
        for position in 0..<room.count {
            room[position] = room[position] == greatest ? 1 : Elementary.exp(room[position] - greatest)
            sum += room[position]
        }
        return sum
    }

    @inline(__always)
    private mutating func logShares(
        _ input: TreeInput, _ total: Double, _ parameters: HoeffdingTreeParameters,
        into room: UnsafeMutableBufferPointer<Double>
    ) {
        guard subset != nil else {
            bayesVotes(input, total, parameters, into: room)
            return
        }
        withSubset(input) { $0.bayesVotes($1, total, parameters, into: room) }
    }

    /// Whether its features are still to be drawn. Mutating in name only.
    @inline(__always)
    fileprivate var wantsSubset: Bool {
        mutating get { isAwake && (subset == nil || subset?.numbers == nil) }
    }

    /// ``totalWeight``, from a leaf that is lent where it lies. Mutating in name only.
    @inline(__always)
    private mutating func weightSum() -> Double {
        weights.withUnsafeBufferPointer { weights in
            var sum = 0.0
            for weight in weights { sum += weight }
            return sum
        }
    }

    /// Whether the weight since the last attempt to split allows another one. Mutating in name only.
    @inline(__always)
    mutating func isDue(_ parameters: HoeffdingTreeParameters) -> Bool {
        return weightSum() - lastAttempt >= parameters.gracePeriod
    }

    /// What the leaf would choose, and, where it answers by what was right more often, a note of which was right now.
    /// - Returns: a slot; −1 where the leaf knows nothing.
    @inline(__always)
    mutating func judge(
        _ input: TreeInput, _ slot: Int32, weight: Double, _ parameters: HoeffdingTreeParameters
    ) -> Int32 {
        let heaviest = heaviest
        let isScored = isAwake && parameters.leafPrediction == .adaptive
        guard heaviest >= 0 else {
            if isScored { majorityHits += weight }
            return -1
        }
        let total = weightSum()
        let majority = classes[heaviest]
        let asksBayes = usesBayes(parameters)
        var choice = majority
        if total > 0, isScored || asksBayes {
            let best = withUnsafeTemporaryAllocation(of: Double.self, capacity: classes.count) { room in
                logShares(input, total, parameters, into: room)
                return Self.first(UnsafeBufferPointer(room))
            }
            if asksBayes { choice = classes[best] }
            if isScored, classes[best] == slot { bayesHits += weight }
        }
        if isScored, majority == slot { majorityHits += weight }
        return choice
    }
}
