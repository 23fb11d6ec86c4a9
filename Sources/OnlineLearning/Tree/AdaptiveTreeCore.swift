import Determinism

/// A Hoeffding tree each of whose nodes watches its errors: where they become more, a new leaf learns beside the node
/// and takes its place once it is better.
///
/// River's algorithm, with a trait of River's: a leaf that learns beside a test takes its place as soon as it splits,
/// better or not, because River hands it the test's parent. In the paper an alternate tree grows beside the test until
/// it is better.
struct AdaptiveTreeCore: Sendable {
    struct Settings: Sendable {
        var detector: AnyDriftDetector
        var drawsWeights = true
        var windowThreshold = 300.0
        /// ln (2 / switch significance).
        var logSignificance = 0.0
    }

    let settings: Settings
    var tree: TreeClassifierCore
    /// By node.
    var watches: [ErrorWatch]
    var generator: SeededGenerator

    init(_ parameters: HoeffdingTreeParameters, _ settings: Settings, inputs: LearnerInputs, seed: UInt64) {
        self.settings = settings
        tree = TreeClassifierCore(parameters, inputs: inputs)
        tree.parameters.removesPoorFeatures = false
        tree.moreBytesPerNode = Self.watchBytes
        generator = SeededGenerator(seed: seed)
        watches = [ErrorWatch(settings.detector)]
    }

    /// What a node's watch is counted as: ``ADWIN`` takes as much after some hundred examples.
    static var watchBytes: Int { 1024 }

    var byteCount: Int { tree.byteCount }

    // MARK: answers

    /// Adds up what the leaf of an example and the leaves beside its way say, each weighing 1 / error². - Returns: the
    /// sum, by slot; all 0 where nothing is known.
    func votes(_ input: TreeInput, into votes: UnsafeMutableBufferPointer<Double>) {
        var node = 0
        while !tree.nodes.isLeaf(node) {
            if watches[node].alternate >= 0 { addVotes(input, Int(watches[node].alternate), votes) }
            let child = tree.nodes.child(node, input)
            node = child >= 0 ? child : tree.nodes.heaviestChild(node)
        }
        addVotes(input, node, votes)
    }

    private func addVotes(_ input: TreeInput, _ node: Int, _ votes: UnsafeMutableBufferPointer<Double>) {
        let (parameters, known) = (tree.parameters.leaf, tree.knownCount)
        let error = watches[node].mean
        tree.withLeaf(tree.nodes.payload(node)) { leaf in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, leaf.classes.count)) { room in
                let room = UnsafeMutableBufferPointer(rebasing: room[..<leaf.classes.count])
                guard leaf.probabilities(input, known: known, parameters, into: room) else { return }
                var sum = 0.0
                for probability in room { sum += probability }
                let factor = sum * error * error
                let scale = factor == 0 ? 1 : 1 / factor
                for position in room.indices { votes[Int(leaf.classes[position])] += room[position] * scale }
            }
        }
    }

    // MARK: learning

    mutating func learn(_ input: TreeInput, _ slot: Int32, weight: Double) {
        let isWrong = choice(input, tree.nodes.leaf(input)) != slot
        var node = 0
        while !tree.nodes.isLeaf(node) {
            if updateTest(node, input, slot, weight, isWrong: isWrong) { return }
            let child = tree.nodes.child(node, input)
            if child >= 0 {
                node = child
                continue
            }
            if let leaf = addBranch(node, input) {
                learn(input, slot, weight, atLeaf: leaf, isWrong: true)
                return
            }
            node = tree.nodes.heaviestChild(node)
        }
        learn(input, slot, weight, atLeaf: node, isWrong: isWrong)
    }

    private mutating func choice(_ input: TreeInput, _ node: Int) -> Int32 {
        let (parameters, known) = (tree.parameters.leaf, tree.knownCount)
        return tree.leaves[tree.nodes.payload(node)].choice(input, known: known, parameters)
    }

    /// A leaf for a category that a test has not met, where it may have one more branch.
    private mutating func addBranch(_ node: Int, _ input: TreeInput) -> Int? {
        let test = tree.nodes.nodes[node]
        guard test.kind == .categories, tree.fits(moreLeaves: 1) else { return nil }
        let value = input.category(Int(test.feature))
        let isFull = tree.nodes.fans[Int(test.left)].values.count >= tree.parameters.maxBranches
        guard value >= 0 && !isFull else { return nil }
        let leaf = tree.nodes.addBranch(node, value: value, payload: tree.addLeaf(ClassLeaf()))
        watchAnew(leaf)
        return leaf
    }

    private mutating func watchAnew(_ node: Int) {
        while watches.count <= node { watches.append(ErrorWatch(settings.detector)) }
        watches[node] = ErrorWatch(settings.detector)
    }

    /// Lets a leaf learn, and perhaps split. - Returns: whether it did.
    @discardableResult
    private mutating func learn(
        _ input: TreeInput, _ slot: Int32, _ weight: Double, atLeaf node: Int, isWrong: Bool
    ) -> Bool {
        var weight = weight
        if settings.drawsWeights {
            // River learns an example of which the bootstrap took no copy once.
            let copies = drawPoisson()
            if copies > 0 { weight *= Double(copies) }
        }
        _ = watches[node].updateLeaf(isWrong: isWrong)
        let payload = tree.nodes.payload(node)
        tree.learn(input, slot, weight, atLeaf: payload)
        tree.nodes.addWeight(weight, from: node)
        let total = tree.leaves[payload].totalWeight
        guard total - tree.leaves[payload].lastAttempt >= tree.parameters.gracePeriod else { return false }
        guard tree.mayGrow && tree.leaves[payload].isAwake else { return false }
        guard tree.nodes.depth(node) < tree.parameters.maxDepth else {
            tree.putToSleep(payload)
            return false
        }
        tree.attemptSplit(of: node, payload)
        guard !tree.nodes.isLeaf(node) else {
            tree.leaves[payload].lastAttempt = total
            return false
        }
        for child in tree.nodes.children(node) { watchAnew(child) }
        watchAnew(node)
        return true
    }

    /// A draw from the Poisson distribution of mean 1. Source: D. Knuth, *The Art of Computer Programming* 2, 3.4.1.
    private mutating func drawPoisson() -> Int {
        var (count, product) = (-1, 1.0)
        while product > 0x1.78b56362cef38p-2 {
            count += 1
            product *= generator.uniform()
        }
        return count
    }

    // MARK: alternate leaves

    /// Watches a test, and lets the leaf beside it learn. - Returns: whether something else has taken its place.
    private mutating func updateTest(
        _ node: Int, _ input: TreeInput, _ slot: Int32, _ weight: Double, isWrong: Bool
    ) -> Bool {
        if watches[node].update(isWrong: isWrong) {
            removeAlternate(of: node)
            let payload = tree.addLeaf(ClassLeaf())
            let alternate = tree.nodes.makeRoot(payload: payload, depth: tree.nodes.depth(node))
            watchAnew(alternate)
            watches[node].alternate = Int32(truncatingIfNeeded: alternate)
            noteSideLeaves()
        } else if watches[node].alternate >= 0, replaceOrDrop(node) {
            // At the root River lets the newcomer learn the example; elsewhere not.
            if node == 0 { learn(input, slot, weight, atLeaf: 0, isWrong: choice(input, 0) != slot) }
            return true
        }
        let alternate = Int(watches[node].alternate)
        guard alternate >= 0 else { return false }
        let isAlternateWrong = choice(input, alternate) != slot
        guard learn(input, slot, weight, atLeaf: alternate, isWrong: isAlternateWrong) else { return false }
        replace(node, by: alternate)
        return true
    }

    /// Compares a test with the leaf beside it. - Returns: whether the leaf has taken its place.
    private mutating func replaceOrDrop(_ node: Int) -> Bool {
        let (old, new) = (watches[node], watches[Int(watches[node].alternate)])
        guard new.count > settings.windowThreshold && old.count > settings.windowThreshold else { return false }
        let n = 1 / new.count + 1 / old.count
        let bound = (2 * old.mean * (1 - old.mean) * settings.logSignificance * n).squareRoot()
        if bound < old.mean - new.mean {
            replace(node, by: Int(old.alternate))
            return true
        }
        if bound < new.mean - old.mean { removeAlternate(of: node) }
        return false
    }

    private mutating func removeAlternate(of node: Int) {
        let alternate = Int(watches[node].alternate)
        guard alternate >= 0 else { return }
        for payload in tree.nodes.removeTree(alternate) { tree.removeLeaf(payload) }
        watches[node].alternate = -1
        noteSideLeaves()
    }

    /// The node beside a test takes its place; what was below the test goes.
    private mutating func replace(_ node: Int, by alternate: Int) {
        for below in tree.nodes.preorder(from: node).dropFirst() { removeAlternate(of: below) }
        for payload in tree.nodes.removeChildren(node) { tree.removeLeaf(payload) }
        watches[node] = watches[alternate]
        tree.nodes.move(alternate, to: node)
        noteSideLeaves()
    }

    /// The leaves beside tests sleep and wake with those of the tree; but that beside the root, as in River.
    mutating func noteSideLeaves() {
        tree.sideLeaves = tree.nodes.preorder().dropFirst().compactMap {
            watches[$0].alternate >= 0 ? Int(watches[$0].alternate) : nil
        }
    }
}

extension ErrorWatch {
    /// As ``update(isWrong:)``, but only what is better begins anew: a leaf has nothing to replace.
    mutating func updateLeaf(isWrong: Bool) -> Bool {
        let error = isWrong ? 1.0 : 0
        let before = mean
        let isDrift = detector.update(error)
        count += 1
        mean += 1 / count * (error - mean)
        if isDrift && before > mean { (count, mean) = (0, 0) }
        return isDrift
    }
}
