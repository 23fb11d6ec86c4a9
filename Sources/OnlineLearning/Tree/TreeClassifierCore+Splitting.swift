/// When a leaf is split, and into what.
extension TreeClassifierCore {
    /// Splits the leaf of a node if it has seen enough since it last tried.
    @inline(__always)
    mutating func considerSplit(of node: Int) {
        let payload = nodes.payload(node)
        guard mayGrow && leaves[payload].isAwake else { return }
        if nodes.depth(node) >= parameters.maxDepth {
            putToSleep(payload)
            return
        }
        let weight = leaves[payload].totalWeight
        guard weight - leaves[payload].lastAttempt >= parameters.gracePeriod else { return }
        attemptSplit(of: node, payload)
        // A leaf that was split has become its first branch's, which begins with a weight of its own.
        if nodes.isLeaf(node) { leaves[payload].lastAttempt = weight }
    }

    mutating func putToSleep(_ payload: Int) {
        leaves[payload].sleep()
        sleeperCount += 1
        recount(payload)
    }

    @inline(never)
    mutating func attemptSplit(of node: Int, _ payload: Int) {
        guard !leaves[payload].isPure else { return }
        let suggestions =
            leaves[payload].isDominated(parameters)
            ? [SplitSuggestion()]
            : leaves[payload].suggestions(parameters, offersNoSplit: parameters.offersNoSplit)
        guard let best = decide(suggestions, payload) else { return }
        if best.test == .none {
            putToSleep(payload)
        } else {
            split(node, payload, best.test)
        }
        rankLeaves()
    }

    /// The best suggestion, the last of equals, if it is to be followed.
    private mutating func decide(_ suggestions: [SplitSuggestion], _ payload: Int) -> SplitSuggestion? {
        guard var best = suggestions.first else { return nil }
        guard suggestions.count > 1 else { return best }
        var second = -Double.infinity
        for suggestion in suggestions.dropFirst() {
            if suggestion.merit >= best.merit {
                second = best.merit
                best = suggestion
            } else {
                second = max(second, suggestion.merit)
            }
        }
        let bound = HoeffdingBound.epsilon(
            range: parameters.criterion.range(classCount: leaves[payload].classes.count), delta: parameters.delta,
            weight: leaves[payload].totalWeight)
        if parameters.removesPoorFeatures && parameters.leaf.leafPrediction == .majority {
            drop(suggestions, below: best.merit - bound, payload)
        }
        // Where nothing can be split, the difference is not a number, and larger than no bound.
        return best.merit - second > bound || bound < parameters.tau ? best : nil
    }

    private mutating func drop(_ suggestions: [SplitSuggestion], below merit: Double, _ payload: Int) {
        for suggestion in suggestions where suggestion.merit < merit {
            switch suggestion.test {
            case .none: break
            case .number(let place, _): leaves[payload].drop(number: place)
            case .category(let place, _), .categories(let place): leaves[payload].drop(category: place)
            }
        }
        recount(payload)
    }

    /// Turns a leaf into a test, if the memory allows it.
    /// - Parameter keepsLeaf: whether the leaf goes on learning, beside the test.
    mutating func split(_ node: Int, _ payload: Int, _ test: SplitSuggestion.Test, keepsLeaf: Bool = false) {
        let (branches, values) = leaves[payload].branches(test, parameters)
        guard fits(moreLeaves: branches.count) else { return }
        let subset = leaves[payload].subset
        if !keepsLeaf { removeLeaf(payload) }
        let payloads = branches.map { addLeaf(ClassLeaf(classes: $0.classes, weights: $0.weights)) }
        let weights = branches.map(\.total)
        switch test {
        case .none: break
        case .number(let place, let threshold):
            nodes.splitNumber(
                node, feature: subset.number(place), threshold: threshold, payloads: (payloads[0], payloads[1]),
                weights: (weights[0], weights[1]))
        case .category(let place, let value):
            nodes.splitCategory(
                node, feature: subset.category(place), equals: value, payloads: (payloads[0], payloads[1]),
                weights: (weights[0], weights[1]))
        case .categories(let place):
            nodes.splitCategories(
                node, feature: subset.category(place), values: values, payloads: payloads, weights: weights)
        }
    }
}
