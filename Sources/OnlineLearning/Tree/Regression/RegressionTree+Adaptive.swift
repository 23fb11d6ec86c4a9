import Determinism

/// What a Hoeffding adaptive tree has besides.
struct AdaptiveTreeParameters: Sendable {
    /// Untouched.
    let detector: AnyDriftDetector
    let samplesByBootstrap: Bool
    /// Examples that both sides of a comparison must have seen.
    let driftWindowThreshold: Double
    let switchSignificance: Double
}

/// A branch's errors, looked at for drift, and the leaf that grows in its place once there was one.
struct AdaptiveWatch: Sendable {
    var detector: AnyDriftDetector
    /// Of the absolute errors.
    var errors = TargetStatistics()
    /// A leaf, or −1. In a freed watch, −1.
    var alternate: Int32 = -1
    var nextFree: Int32 = -1

    init(_ detector: AnyDriftDetector) {
        self.detector = detector
    }
}

/// The Hoeffding adaptive tree's own ways.
extension RegressionTree {
    mutating func addWatch() -> Int {
        guard let adaptation else { preconditionFailure("this tree looks for no drift") }
        guard firstFreeWatch >= 0 else {
            watches.append(AdaptiveWatch(adaptation.detector))
            return watches.count - 1
        }
        let index = Int(firstFreeWatch)
        firstFreeWatch = watches[index].nextFree
        watches[index] = AdaptiveWatch(adaptation.detector)
        return index
    }

    /// Frees a watch, with its alternate leaf.
    mutating func removeWatch(_ index: Int) {
        guard let adaptation else { return }
        if watches[index].alternate >= 0 { remove(leaf: Int(watches[index].alternate)) }
        watches[index] = AdaptiveWatch(adaptation.detector)
        watches[index].nextFree = firstFreeWatch
        firstFreeWatch = Int32(truncatingIfNeeded: index)
    }

    // MARK: Answers

    /// Appends the mean of the answers of the leaf reached and of the alternate leaves on the way to it.
    ///
    /// Where a branch cannot tell the way, River meets the child it falls back to twice, and so counts the child's
    /// alternate leaf double; this does too.
    func predictAdaptively(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        var (sum, count) = (0.0, 0.0)
        var node = Self.root
        var times = 1
        while nodes[node].kind != .leaf {
            let alternate = watches[Int(nodes[node].content)].alternate
            if alternate >= 0 {
                append(answerOf: Int(alternate), x, to: &answer)
                let value = answer.removeLast()
                for _ in 0..<times { sum += value }
                count += Double(times)
            }
            let child = child(of: node, x)
            times = child >= 0 ? 1 : 2
            node = child >= 0 ? Int(child) : heaviestChild(of: node)
        }
        append(answerOf: Int(nodes[node].content), x, to: &answer)
        let last = answer.count - 1
        answer[last] = (sum + answer[last]) / (count + 1)
    }

    /// The answer of a single leaf, as learning needs it.
    private mutating func answer(of leaf: Int, _ x: borrowing FeatureVector) -> Double {
        var answers = takeScratch()
        append(answerOf: leaf, x, to: &answers)
        let answer = answers[0]
        scratch = answers
        return answer
    }

    // MARK: Learning

    /// The way down: at each branch its errors are looked at for drift, its alternate leaf learns, and may take its
    /// place, which ends the way.
    mutating func learnAdaptively(
        _ x: borrowing FeatureVector, _ y: Double, weight: Double, journal: inout Journal
    ) -> Bool {
        guard let adaptation else { return false }
        let error = (y - answer(of: Int(nodes[leafNode(x)].content), x)).magnitude
        guard error <= Self.largestErrorValue else { return false }
        let generatorBefore = generator
        let drawn = drawnWeight(weight, adaptation)
        var (node, key) = learningNode(x)
        let leaf = key == nil ? Int(nodes[node].content) : addLeaf(depth: Int(nodes[node].depth) + 1)
        let leafError = key == nil ? error : (y - answer(of: leaf, x)).magnitude
        // The only part that can fail comes first.
        guard teach(leaf, x, y, drawn, &journal) else {
            if key != nil { remove(leaf: leaf) }
            generator = generatorBefore
            return false
        }
        countExample()
        guard passBranches(x, y, weight, error, &journal) else {
            if key != nil { remove(leaf: leaf) }
            return true
        }
        if let key { node = addChild(of: node, key: key, leaf: leaf) }
        lookForDrift(leaf, leafError)
        finish(leaf: leaf, x, y, drawn)
        addWeight(drawn, from: node)
        attemptSplitIfDue(leaf, at: node)
        return true
    }

    private static var largestErrorValue: Double { 1e75 }

    private mutating func drawnWeight(_ weight: Double, _ adaptation: AdaptiveTreeParameters) -> Double {
        guard adaptation.samplesByBootstrap else { return weight }
        // Knuth's method, for the rate 1; an example drawn no time is learned once, as in River.
        var product = generator.uniform()
        var count = 0
        while product > 0x1.78b56362cef38p-2 {
            count += 1
            product *= generator.uniform()
        }
        return count > 0 ? weight * Double(count) : weight
    }

    /// Where an example is learned, and the key of the child to be made for it there.
    private func learningNode(_ x: borrowing FeatureVector) -> (node: Int, key: Int?) {
        var node = Self.root
        while nodes[node].kind != .leaf {
            let child = child(of: node, x)
            if child < 0, let key = newKey(at: node, x) { return (node, key) }
            node = child >= 0 ? Int(child) : heaviestChild(of: node)
        }
        return (node, nil)
    }

    /// - Returns: false where a branch on the way was replaced.
    private mutating func passBranches(
        _ x: borrowing FeatureVector, _ y: Double, _ weight: Double, _ error: Double, _ journal: inout Journal
    ) -> Bool {
        var node = Self.root
        while nodes[node].kind != .leaf {
            guard pass(node, x, y, weight, error, &journal) else { return false }
            let child = child(of: node, x)
            if child < 0, newKey(at: node, x) != nil { return true }
            node = child >= 0 ? Int(child) : heaviestChild(of: node)
        }
        return true
    }

    private mutating func pass(
        _ node: Int, _ x: borrowing FeatureVector, _ y: Double, _ weight: Double, _ error: Double,
        _ journal: inout Journal
    ) -> Bool {
        let watch = Int(nodes[node].content)
        let before = watches[watch].errors.mean
        var isDrift = watches[watch].detector.update(error)
        watches[watch].errors.add(error, 1)
        if isDrift, watches[watch].errors.mean < before {
            watches[watch].errors = TargetStatistics()
            isDrift = false
        }
        if isDrift, watches[watch].alternate < 0 {
            watches[watch].errors = TargetStatistics()
            if hasRoom(forLeaves: 1) {
                let alternate = addLeaf(depth: Int(nodes[node].depth))
                watches[watch].alternate = Int32(truncatingIfNeeded: alternate)
            }
        } else if watches[watch].alternate >= 0, compare(node, watch) {
            // River's new root learns the example that made it root; another replacement does not.
            if node == Self.root { learnAlternate(Int(nodes[node].content), node, x, y, weight, &journal) }
            return false
        }
        guard watches[watch].alternate >= 0 else { return true }
        return !learnAlternate(Int(watches[watch].alternate), node, x, y, weight, &journal)
    }

    /// Compares a branch's errors with its alternate leaf's, and drops the worse where chance does not explain it.
    /// - Returns: whether the branch was replaced.
    private mutating func compare(_ node: Int, _ watch: Int) -> Bool {
        guard let adaptation else { return false }
        let alternate = Int(watches[watch].alternate)
        let (other, own) = (leaves[alternate].errors, watches[watch].errors)
        guard other.count > adaptation.driftWindowThreshold, own.count > adaptation.driftWindowThreshold else {
            return false
        }
        let variance = other.variance / other.count + own.variance / own.count
        guard variance > 0 else { return false }
        let deviations = ((other.mean - own.mean) / variance.squareRoot()).magnitude
        guard 2 * NormalDistribution.upperTail(deviations) <= adaptation.switchSignificance else { return false }
        watches[watch].alternate = -1
        guard other.mean < own.mean else {
            remove(leaf: alternate)
            return false
        }
        removeChildren(of: node)
        (nodes[node].kind, nodes[node].content) = (.leaf, Int32(truncatingIfNeeded: alternate))
        leaves[alternate].node = Int32(truncatingIfNeeded: node)
        addWeight(leaves[alternate].statistics.count - nodes[node].weight, from: node)
        return true
    }

    /// Teaches an alternate leaf, which takes the branch's place where it splits.
    /// - Returns: whether it did.
    @discardableResult
    private mutating func learnAlternate(
        _ leaf: Int, _ node: Int, _ x: borrowing FeatureVector, _ y: Double, _ weight: Double,
        _ journal: inout Journal
    ) -> Bool {
        guard let adaptation else { return false }
        let error = (y - answer(of: leaf, x)).magnitude
        let drawn = drawnWeight(weight, adaptation)
        guard error <= Self.largestErrorValue, teach(leaf, x, y, drawn, &journal) else { return false }
        lookForDrift(leaf, error)
        finish(leaf: leaf, x, y, drawn)
        if nodes[node].kind == .leaf { addWeight(drawn, from: node) }
        return attemptSplitIfDue(leaf, at: node)
    }

    private mutating func lookForDrift(_ leaf: Int, _ error: Double) {
        let before = leaves[leaf].errors.mean
        let isDrift = leafDetectors[leaf].update(error)
        leaves[leaf].errors.add(error, 1)
        if isDrift, leaves[leaf].errors.mean < before { leaves[leaf].errors = TargetStatistics() }
    }

    @discardableResult
    private mutating func attemptSplitIfDue(_ leaf: Int, at node: Int) -> Bool {
        guard leaves[leaf].statistics.count - leaves[leaf].lastAttempt >= parameters.gracePeriod else { return false }
        if Int(leaves[leaf].depth) >= parameters.depthMax {
            rest(leaf)
            return false
        }
        return leaves[leaf].isActive && isGrowing && attemptSplit(of: leaf, at: node)
    }
}
