import Determinism

/// A Hoeffding tree classifier, for whatever is made of such trees: the nodes, the leaves, and when to split.
struct TreeClassifierCore: Sendable {
    var parameters: HoeffdingTreeParameters
    let inputs: LearnerInputs
    /// How many features, drawn at random, a leaf looks at; nil for all.
    let maxFeatures: Int?
    /// Draws the features of leaves.
    var generator: SeededGenerator
    var nodes = TreeNodes(rootPayload: 0)
    /// By payload.
    var leaves = [ClassLeaf()]
    var freeLeaves: [Int32] = []
    /// Which classes were ever learned, by slot.
    var isKnown: [Bool]
    /// How many classes there are: of a binary tree both, else those ever learned.
    private(set) var knownCount = 0
    /// The weight of all examples.
    var seenWeight = 0.0
    var mayGrow = true
    /// Leaves that observe nothing.
    var sleeperCount = 0
    /// The sum of the leaves' bytes.
    var leafBytes = 0
    /// What a tree made of this one keeps for each node.
    var moreBytesPerNode = 0
    /// Nodes of leaves outside the tree that sleep and wake with its own.
    var sideLeaves: [Int] = []

    init(
        _ parameters: HoeffdingTreeParameters, inputs: LearnerInputs, maxFeatures: Int? = nil,
        generator: SeededGenerator = SeededGenerator(seed: 1)
    ) {
        (self.parameters, self.inputs) = (parameters, inputs)
        (self.maxFeatures, self.generator) = (maxFeatures, generator)
        isKnown = inputs.task == .binary ? [false, false] : []
        countKnown()
        recount(0)
    }

    /// Classes are slots below it.
    var classCount: Int { isKnown.count }

    func hasLearned(_ slot: Int) -> Bool { slot < isKnown.count && isKnown[slot] }

    /// Bytes of memory: 48 a node, and ``ClassLeaf/byteCount`` a leaf.
    var byteCount: Int { nodes.byteCount + nodes.count * moreBytesPerNode + leafBytes + isKnown.count }

    /// Leaves, those included that sleep.
    var leafCount: Int { leaves.count - freeLeaves.count }

    // MARK: answers

    /// Appends the answer, in the form of ``Learner/predict(_:into:)``.
    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        if let input = TreeInput(plain: x) {
            predict(input, into: &answer)
        } else {
            TreeInput.with(x) { predict($0, into: &answer) }
        }
    }

    func predict(_ input: TreeInput, into answer: inout [Double]) {
        if inputs.task == .binary {
            answer.append(share(ofSlot: 1, input))
            return
        }
        let start = answer.count
        for slot in 0..<classCount { answer.append(isKnown[slot] ? 0 : .nan) }
        let isKnowing = shares(input) { classes, room, shares in
            let other = shares.other / shares.sum
            if other > 0 {
                for slot in 0..<classCount where isKnown[slot] { answer[start + slot] = other }
            }
            for position in room.indices {
                answer[start + Int(classes[position])] = room[position] / shares.sum
            }
            return true
        } ?? false
        guard !isKnowing else { return }
        for slot in 0..<classCount where isKnown[slot] { answer[start + slot] = 1 / Double(knownCount) }
    }

    /// The probability of a class, ½ where nothing is known.
    @inline(__always)
    private func share(ofSlot slot: Int32, _ input: TreeInput) -> Double {
        shares(input) { classes, room, shares in
            var share = shares.other
            for position in room.indices where classes[position] == slot { share = room[position] }
            return share / shares.sum
        } ?? 0.5
    }

    /// Adds `scale` times the probability of each class to the votes, by slot; nothing where the leaf knows nothing.
    func addVotes(_ x: borrowing FeatureVector, scale: Double, into votes: UnsafeMutableBufferPointer<Double>) {
        TreeInput.with(x) { input in
            addVotes(input, isRounded: true, scale: scale, into: votes)
        }
    }

    @inline(__always)
    func addVotes(
        _ input: TreeInput, isRounded: Bool, scale: Double, into votes: UnsafeMutableBufferPointer<Double>
    ) {
        let payload = nodes.payload(nodes.leaf(input))
        let (parameters, known, isBinary) = (parameters.leaf, knownCount, inputs.task == .binary)
        // Nothing of the tree itself is captured: it would be copied.
        isKnown.withUnsafeBufferPointer { isKnown in
            leaves.withUnsafeBufferPointer { leaves in
                guard let base = leaves.baseAddress else { return }
                let leaf = UnsafeMutablePointer(mutating: base + payload)
                let count = leaf.pointee.classes.count
                withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, count)) { room in
                    let room = UnsafeMutableBufferPointer(rebasing: room[..<count])
                    guard
                        let shares = leaf.pointee.shares(
                            input, known: known, parameters, isRounded: isRounded, into: room)
                    else { return }
                    leaf.pointee.classes.withUnsafeBufferPointer { classes in
                        shares.add(classes, room, isBinary ? nil : isKnown, scale: scale, into: votes)
                    }
                }
            }
        }
    }

    /// Hands out the classes of an example's leaf and what each weighs. - Returns: nil where it knows nothing.
    @inline(__always)
    func shares<R>(
        _ input: TreeInput,
        _ body: (UnsafeBufferPointer<Int32>, UnsafeMutableBufferPointer<Double>, ClassLeaf.Shares) -> R
    ) -> R? {
        let payload = nodes.payload(nodes.leaf(input))
        let (parameters, known) = (parameters.leaf, knownCount)
        return withLeaf(payload) { leaf in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: max(1, leaf.classes.count)) { room in
                let room = UnsafeMutableBufferPointer(rebasing: room[..<leaf.classes.count])
                guard let shares = leaf.shares(input, known: known, parameters, isRounded: true, into: room)
                else { return nil }
                return leaf.classes.withUnsafeBufferPointer { body($0, room, shares) }
            }
        }
    }

    /// Hands out a leaf where it lies, to be read: an element of an array would be copied, with all it refers to.
    @inline(__always)
    func withLeaf<R>(_ payload: Int, _ body: (inout ClassLeaf) -> R) -> R {
        leaves.withUnsafeBufferPointer { leaves in
            guard let base = leaves.baseAddress else { preconditionFailure("a tree has a leaf") }
            return body(&UnsafeMutablePointer(mutating: base + payload).pointee)
        }
    }

    // MARK: learning

    /// Learns an example, or changes nothing where ``TreeInput/accepts(_:weight:)`` does not hold. A weight of 0
    /// changes nothing.
    mutating func learn(_ x: borrowing FeatureVector, _ slot: Int, weight: Double) -> Bool {
        guard TreeInput.accepts(x, weight: weight) else { return false }
        TreeInput.with(x) { learn($0, slot, weight: weight) }
        return true
    }

    /// - Precondition: the tree can learn from the example.
    mutating func learn(_ input: TreeInput, _ slot: Int, weight: Double) {
        guard weight > 0 else { return }
        noteClass(slot)
        learn(input, Int32(truncatingIfNeeded: slot), weight)
        noteWeight(weight)
    }

    /// Counts an example's weight, and sees to it that the limit of memory holds.
    mutating func noteWeight(_ weight: Double) {
        let period = parameters.memoryEstimatePeriod
        let before = seenWeight
        seenWeight += weight
        if seenWeight >= period && (before / period).rounded(.down) != (seenWeight / period).rounded(.down) {
            rankLeaves()
        }
        if byteCount > parameters.maxBytes { shrink() }
    }

    mutating func noteClass(_ slot: Int) {
        if slot >= isKnown.count { isKnown.append(contentsOf: repeatElement(false, count: slot + 1 - isKnown.count)) }
        if !isKnown[slot] {
            isKnown[slot] = true
            countKnown()
        }
    }

    /// With how many branches a test of categories gets no more; without such a test it does not matter.
    @inline(__always)
    mutating func branchLimit() -> Int { nodes.fanCount == 0 ? 0 : branchLimitOfFans() }

    /// It is mutating in name only, and so not called with a copy of the tree.
    @inline(never)
    private mutating func branchLimitOfFans() -> Int { fits(moreLeaves: 1) ? parameters.maxBranches : 0 }

    mutating func countKnown() {
        knownCount = inputs.task == .binary ? 2 : isKnown.reduce(0) { $0 + ($1 ? 1 : 0) }
    }

    private mutating func learn(_ input: TreeInput, _ slot: Int32, _ weight: Double) {
        switch nodes.route(input, weight: weight, maxBranches: branchLimit()) {
        case .leaf(let node, let isDirect):
            learn(input, slot, weight, atLeaf: nodes.payload(node))
            if isDirect { considerSplit(of: node) }
        case .newCategory(let branch, let value):
            let payload = addLeaf(ClassLeaf())
            let node = nodes.addBranch(branch, value: value, payload: payload)
            nodes.nodes[node].weight = weight
            learn(input, slot, weight, atLeaf: payload)
        }
    }

    mutating func learn(
        _ input: TreeInput, _ slot: Int32, _ weight: Double, atLeaf payload: Int, counts: Bool = true
    ) {
        if let maxFeatures, !leaves[payload].subset.isDrawn, leaves[payload].isAwake {
            leaves[payload].subset = FeatureSubset.drawn(maxFeatures, from: input, &generator)
        }
        let (parameters, known) = (parameters.leaf, knownCount)
        if leaves[payload].learn(input, slot, weight: weight, known: known, parameters, counts: counts) {
            recount(payload)
        }
    }

    /// Counts the bytes of a leaf anew.
    mutating func recount(_ payload: Int) {
        let bytes = leaves[payload].byteCount
        leafBytes += bytes - leaves[payload].countedBytes
        leaves[payload].countedBytes = bytes
    }

    mutating func addLeaf(_ leaf: ClassLeaf) -> Int {
        let payload: Int
        if let free = freeLeaves.popLast() {
            payload = Int(free)
            leaves[payload] = leaf
        } else {
            payload = leaves.count
            leaves.append(leaf)
        }
        recount(payload)
        return payload
    }

    mutating func removeLeaf(_ payload: Int) {
        if !leaves[payload].isAwake { sleeperCount -= 1 }
        leafBytes -= leaves[payload].countedBytes
        leaves[payload] = ClassLeaf()
        freeLeaves.append(Int32(truncatingIfNeeded: payload))
    }
}
