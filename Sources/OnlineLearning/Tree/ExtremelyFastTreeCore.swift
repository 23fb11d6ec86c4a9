import Determinism

/// A tree that splits as soon as a split is better than none, and goes on looking whether another were better still.
///
/// A test keeps the observers of the leaf that it was. River's algorithm; where River's own steps contradict one
/// another, the comments say which is taken.
struct ExtremelyFastTreeCore: Sendable {
    struct Settings: Sendable, Equatable {
        /// The weight a test sees before it is looked at again.
        var reevaluationWeight = 20.0
    }

    let settings: Settings
    var tree: TreeClassifierCore
    /// By node: the payload of a test's observers, or −1, and the test's weight when it was last changed.
    var observers: [Observer] = [Observer()]

    struct Observer: Sendable, Equatable {
        var payload: Int32 = -1
        var lastChange = 0.0
    }

    init(_ parameters: HoeffdingTreeParameters, _ settings: Settings, inputs: LearnerInputs) {
        self.settings = settings
        tree = TreeClassifierCore(parameters, inputs: inputs)
        tree.nodes.addsUp = false
        tree.parameters.removesPoorFeatures = false
        tree.moreBytesPerNode = 16
    }

    var byteCount: Int { tree.byteCount }

    mutating func learn(_ input: TreeInput, _ slot: Int32, weight: Double) {
        learnAtLeaf(input, slot, weight)
        var node = 0
        // Whether River hands on a parent that it has just taken out of the tree: what replaces a child is then lost.
        var isParentGone = false
        while !tree.nodes.isLeaf(node) {
            let child = tree.nodes.child(node, input)
            let next = child >= 0 ? child : tree.nodes.heaviestChild(node)
            let payload = Int(observers[node].payload)
            tree.nodes.nodes[node].weight += weight
            tree.learn(input, slot, weight, atLeaf: payload, counts: false)
            var isGone = false
            if tree.leaves[payload].totalWeight - observers[node].lastChange >= settings.reevaluationWeight {
                switch reevaluate(node, payload, isDetached: isParentGone) {
                case .kept: break
                case .changed: isGone = !isParentGone
                case .replaced: return
                }
            }
            isParentGone = isGone
            node = next
        }
        considerSplit(node, isDetached: isParentGone)
    }

    /// The leaf on the way learns before the tests do; a category that a test has not met gets a leaf.
    private mutating func learnAtLeaf(_ input: TreeInput, _ slot: Int32, _ weight: Double) {
        let branches = tree.fits(moreLeaves: 1) ? tree.parameters.maxBranches : 0
        // The weights of the nodes are counted where the tests learn.
        switch tree.nodes.route(input, weight: 0, maxBranches: branches) {
        case .leaf(let node, _):
            tree.nodes.nodes[node].weight += weight
            tree.learn(input, slot, weight, atLeaf: tree.nodes.payload(node))
        case .newCategory(let test, let value):
            let payload = tree.addLeaf(ClassLeaf())
            let node = tree.nodes.addBranch(test, value: value, payload: payload)
            forget(node)
            tree.nodes.nodes[node].weight = weight
            tree.learn(input, slot, weight, atLeaf: payload)
        }
    }

    private mutating func forget(_ node: Int) {
        while observers.count <= node { observers.append(Observer()) }
        observers[node] = Observer()
    }

    // MARK: splitting

    private mutating func considerSplit(_ node: Int, isDetached: Bool) {
        let payload = tree.nodes.payload(node)
        guard tree.mayGrow && tree.leaves[payload].isAwake else { return }
        guard tree.nodes.depth(node) < tree.parameters.maxDepth else {
            tree.putToSleep(payload)
            return
        }
        let weight = tree.leaves[payload].totalWeight
        guard weight - tree.leaves[payload].lastAttempt >= tree.parameters.gracePeriod else { return }
        attemptSplit(node, payload, weight, isDetached: isDetached)
        tree.leaves[payload].lastAttempt = weight
    }

    private func bound(_ payload: Int) -> Double {
        HoeffdingBound.epsilon(
            range: tree.parameters.criterion.range(classCount: tree.leaves[payload].classes.count),
            delta: tree.parameters.delta, weight: tree.leaves[payload].totalWeight)
    }

    /// The best, the last of equals.
    private static func best(_ suggestions: [SplitSuggestion]) -> SplitSuggestion? {
        guard var best = suggestions.first else { return nil }
        for suggestion in suggestions.dropFirst() where suggestion.merit >= best.merit { best = suggestion }
        return best
    }

    private mutating func attemptSplit(_ node: Int, _ payload: Int, _ weight: Double, isDetached: Bool) {
        guard !tree.leaves[payload].isPure else { return }
        let suggestions =
            tree.leaves[payload].isDominated(tree.parameters)
            ? [SplitSuggestion()] : tree.leaves[payload].suggestions(tree.parameters, offersNoSplit: false)
        guard let best = Self.best(suggestions) else { return }
        if best.test == .none {
            tree.putToSleep(payload)
            return
        }
        let bound = bound(payload)
        guard best.merit > bound || bound < tree.parameters.tau else { return }
        if !isDetached { split(node, payload, best.test, weight) }
        tree.rankLeaves()
    }

    /// Turns a leaf into a test that keeps the leaf's observers.
    private mutating func split(_ node: Int, _ payload: Int, _ test: SplitSuggestion.Test, _ weight: Double) {
        tree.split(node, payload, test, keepsLeaf: true)
        guard !tree.nodes.isLeaf(node) else { return }
        for child in tree.nodes.children(node) { forget(child) }
        observers[node] = Observer(payload: Int32(truncatingIfNeeded: payload), lastChange: weight)
    }

    // MARK: looking again

    private enum Outcome { case kept, changed, replaced }

    /// Looks whether a test is still the best. - Parameter isDetached: what it finds is not to be carried out.
    private mutating func reevaluate(_ node: Int, _ payload: Int, isDetached: Bool) -> Outcome {
        guard tree.leaves[payload].isAwake && !tree.leaves[payload].isPure else { return .kept }
        let suggestions = tree.leaves[payload].suggestions(tree.parameters, offersNoSplit: false)
        guard let best = Self.best(suggestions) else { return .kept }
        if best.test == .none { return .replaced }
        let bound = bound(payload)
        if -best.merit > bound {
            if !isDetached { collapse(node, payload) }
            tree.rankLeaves()
            return .replaced
        }
        let test = tree.nodes.nodes[node]
        // Of equal suggestions for one feature there is only one, so that the order does not matter.
        guard let current = suggestions.first(where: { Self.isSameFeature($0.test, test) }),
            best.merit - current.merit > bound || bound < tree.parameters.tau
        else { return .kept }
        if Self.isSameFeature(best.test, test), changesInPlace(node, best.test) {
            if !isDetached {
                change(node, best.test)
                observers[node].lastChange = tree.leaves[payload].totalWeight
            }
            return .changed
        }
        if !isDetached { resplit(node, payload, best.test) }
        tree.rankLeaves()
        return .replaced
    }

    private static func isSameFeature(_ suggestion: SplitSuggestion.Test, _ test: TreeNodes.Node) -> Bool {
        switch suggestion {
        case .none: false
        case .number(let place, _): test.kind == .number && Int(test.feature) == place
        case .category(let place, _), .categories(let place):
            test.kind != .number && test.kind != .leaf && Int(test.feature) == place
        }
    }

    /// Whether a test can become another of its feature and keep its branches. River tries to also where one has two
    /// branches and the other more, and fails; and where values have come since, it confuses their branches.
    private func changesInPlace(_ node: Int, _ test: SplitSuggestion.Test) -> Bool {
        switch (test, tree.nodes.nodes[node].kind) {
        case (.number, .number), (.category, .category), (.categories, .categories): true
        default: false
        }
    }

    private mutating func change(_ node: Int, _ test: SplitSuggestion.Test) {
        switch test {
        case .number(_, let threshold): tree.nodes.nodes[node].threshold = threshold
        case .category(_, let value): tree.nodes.nodes[node].value = value
        case .categories, .none: break
        }
    }

    /// Removes all below a test. - Returns: the test is a leaf of the given payload.
    private mutating func cut(_ node: Int, payload: Int) {
        for below in tree.nodes.preorder(from: node).dropFirst() where observers[below].payload >= 0 {
            tree.removeLeaf(Int(observers[below].payload))
            observers[below] = Observer()
        }
        for gone in tree.nodes.collapse(node, payload: payload) { tree.removeLeaf(gone) }
        observers[node] = Observer()
    }

    /// A test becomes a leaf again, with what it has observed.
    private mutating func collapse(_ node: Int, _ payload: Int) {
        cut(node, payload: payload)
        tree.leaves[payload].lastAttempt = 0
        (tree.leaves[payload].majorityMerit, tree.leaves[payload].bayesMerit) = (0, 0)
    }

    private mutating func resplit(_ node: Int, _ payload: Int, _ test: SplitSuggestion.Test) {
        cut(node, payload: payload)
        split(node, payload, test, tree.leaves[payload].totalWeight)
    }

    /// Where leaves that sleep do not make room enough, the tests give up what they observe.
    mutating func noteWeight(_ weight: Double) {
        tree.noteWeight(weight)
        guard tree.byteCount > tree.parameters.maxBytes else { return }
        for observer in observers where observer.payload >= 0 && tree.leaves[Int(observer.payload)].isAwake {
            tree.putToSleep(Int(observer.payload))
        }
    }
}

extension ExtremelyFastTreeCore {
    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(tree.isKnown.count)
        for isKnown in tree.isKnown { encoder.bool(isKnown) }
        encoder.double(tree.seenWeight)
        encoder.bool(tree.mayGrow)
        tree.nodes.encode(to: &encoder) { encoder, node in
            if tree.nodes.isLeaf(node) {
                tree.leaves[tree.nodes.payload(node)].encode(to: &encoder)
            } else {
                encoder.double(observers[node].lastChange)
                tree.leaves[Int(observers[node].payload)].encode(to: &encoder)
            }
        }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        var restored = tree
        try restored.restoreClasses(from: &decoder)
        let (inputs, parameters, slotCount) = (tree.inputs, tree.parameters, restored.isKnown.count)
        var observers: [Observer] = []
        restored.nodes = try TreeNodes(
            from: &decoder, addsUp: false, numberCount: TreeInput.maxNumbers, categoryCount: inputs.categoryCount
        ) { decoder, node, isLeaf throws(CanonicalDecodingError) in
            while observers.count <= node { observers.append(Observer()) }
            let lastChange = isLeaf ? 0 : try ClassLeaf.weight(&decoder)
            let leaf = try ClassLeaf(from: &decoder, slotCount: slotCount, inputs: inputs, parameters)
            if !leaf.isAwake { restored.sleeperCount += 1 }
            let payload = restored.addLeaf(leaf)
            if !isLeaf {
                observers[node] = Observer(payload: Int32(truncatingIfNeeded: payload), lastChange: lastChange)
            }
            return payload
        }
        (tree, self.observers) = (restored, observers)
    }
}
