/// A leaf of a classification tree: the weights of its classes, and what it observes of each feature to find a split
/// and to answer by naive Bayes.
///
/// Classes have *positions* in the order in which they came to the leaf. A leaf that sleeps observes nothing.
struct ClassLeaf: Sendable {
    typealias Parameters = HoeffdingTreeParameters

    /// The class at each position.
    var classes: [Int32] = []
    /// Its weight.
    var weights: [Double] = []
    /// The positions of the classes observed since the leaf woke, in the order in which they were.
    var order: [Int32] = []
    /// The leaf's weight when it last tried to split, or began.
    var lastAttempt = 0.0
    /// What speaks for the frequencies and for naive Bayes: the weight of the examples that each was right about, or,
    /// where they are mixed, the shares of the two.
    var majorityMerit = 0.0
    var bayesMerit = 0.0
    var isAwake = true
    /// How many numbers are observed: the width of ``estimates``.
    var width = 0
    /// For each position, `width` each of weight, mean, sum of squared deviations, least, greatest, and −1 / 2σ².
    var estimates: [Double] = []
    /// For each position, the logarithm of its weight times what all its normal densities are multiplied with. It
    /// follows from the weights and the estimates; where the leaf sleeps or knows frequencies only, it means nothing.
    var logBases: [Double] = []
    /// The histogram of each position and number, by position.
    var histograms: [StreamingHistogram] = []
    /// The values of each number.
    var searchTrees: [ValueTree] = []
    var counts = NominalCounts()
    /// Which features the leaf looks at.
    var subset = FeatureSubset()
    /// ``byteCount`` as the tree has counted it; no part of the state.
    var countedBytes = 0

    /// Fields of ``estimates`` a number.
    static var fields: Int { 6 }

    init() {}

    /// A leaf that begins with a parent's guess of its classes.
    init(classes: [Int32], weights: [Double]) {
        (self.classes, self.weights) = (classes, weights)
        logBases = weights.map { Self.logBase($0) }
        lastAttempt = totalWeight
    }

    var totalWeight: Double {
        var sum = 0.0
        for weight in weights { sum += weight }
        return sum
    }

    /// Bytes of memory: 192, 12 a class, and what the observers take.
    var byteCount: Int {
        var bytes = 192 + classes.count * 20 + estimates.count * 8 + counts.byteCount
        for histogram in histograms { bytes += histogram.byteCount }
        for tree in searchTrees { bytes += tree.byteCount }
        if !subset.isWhole { bytes += subset.byteCount }
        return bytes
    }

    /// Whether at most one class has a weight.
    var isPure: Bool {
        var count = 0
        for weight in weights where weight != 0 { count += 1 }
        return count < 2
    }

    /// How much there is to gain by splitting: the weight of all but the heaviest class.
    var promise: Double {
        let total = totalWeight
        return total > 0 ? total - (weights.max() ?? 0) : 0
    }

    /// The position of the heaviest class, the first of equals; −1 where there is none.
    @inline(__always)
    var heaviest: Int { Self.first(weights) }

    /// The position of the greatest, the first of equals; −1 where there is none.
    @inline(__always)
    static func first(_ values: [Double]) -> Int {
        values.withUnsafeBufferPointer { first($0) }
    }

    @inline(__always)
    static func first(_ values: UnsafeBufferPointer<Double>) -> Int {
        guard !values.isEmpty else { return -1 }
        var best = 0
        for index in 1..<max(1, values.count) where values[index] > values[best] { best = index }
        return best
    }

    @inline(__always)
    func position(of slot: Int32) -> Int {
        for position in 0..<classes.count where classes[position] == slot { return position }
        return -1
    }

    /// Gives up what it observes; what it answers are frequencies from now on.
    mutating func sleep() {
        forget()
        isAwake = false
    }

    /// Begins to observe.
    mutating func wake() {
        isAwake = true
        logBases = weights.map { Self.logBase($0) }
    }

    private mutating func forget() {
        (order, estimates, histograms, searchTrees) = ([], [], [], [])
        width = 0
        counts = NominalCounts()
    }

    // MARK: learning

    /// Learns an example that came this way. - Returns: whether the leaf takes more memory than before.
    /// - Parameters:
    ///   - known: how many classes the tree knows.
    ///   - counts: whether it is counted which way to answer would have been right.
    mutating func learn(
        _ input: TreeInput, _ slot: Int32, weight: Double, known: Int, _ parameters: LeafParameters, counts: Bool = true
    ) -> Bool {
        guard isAwake else { return addWeight(weight, slot).grew }
        if subset.isWhole {
            if counts && parameters.leafPrediction.isJudged {
                judge(input, slot, weight: weight, known: known, parameters)
            }
            return observe(input, slot, weight, parameters)
        }
        return withSubset(input) { leaf, input in
            if counts && parameters.leafPrediction.isJudged {
                leaf.judge(input, slot, weight: weight, known: known, parameters)
            }
            return leaf.observe(input, slot, weight, parameters)
        }
    }

    @inline(__always)
    private mutating func addWeight(_ weight: Double, _ slot: Int32) -> (position: Int, grew: Bool) {
        let position = position(of: slot)
        if position >= 0 {
            weights[position] += weight
            return (position, false)
        }
        classes.append(slot)
        weights.append(weight)
        logBases.append(Self.logBase(weight))
        return (classes.count - 1, true)
    }

    /// Learns from what the leaf looks at. - Precondition: the leaf is awake.
    @inline(__always)
    mutating func observe(
        _ input: TreeInput, _ slot: Int32, _ weight: Double, _ parameters: LeafParameters
    ) -> Bool {
        let (position, isNew) = addWeight(weight, slot)
        var grew = isNew
        if order.count < classes.count && !order.contains(Int32(truncatingIfNeeded: position)) {
            order.append(Int32(truncatingIfNeeded: position))
        }
        if input.numberCount > width { grew = widen(to: input.numberCount, parameters) || grew }
        if case .gaussian = parameters.observer {
            grew = observeEstimates(input, position, weight, parameters) || grew
        } else {
            grew = observeOtherwise(input, position, weight, parameters) || grew
        }
        if input.categoryCount > 0 { grew = count(input, position, weight, parameters) || grew }
        return grew
    }

    @inline(never)
    private mutating func observeOtherwise(
        _ input: TreeInput, _ position: Int, _ weight: Double, _ parameters: LeafParameters
    ) -> Bool {
        switch parameters.observer {
        case .gaussian: false
        case .histogram(let bins, _): observeHistograms(input, position, weight, bins: bins)
        case .exhaustive: observeValues(input, position, weight)
        }
    }

    /// Counts the categories of an example. - Returns: whether that takes memory.
    private mutating func count(
        _ input: TreeInput, _ position: Int, _ weight: Double, _ parameters: LeafParameters
    ) -> Bool {
        var grew = false
        for feature in 0..<input.categoryCount {
            let value = input.categories[feature]
            if value < 0 || subset.isDropped(category: feature) { continue }
            let grewHere = counts.add(
                weight, feature: Int32(truncatingIfNeeded: feature), value: value, position: position,
                classCount: classes.count, limit: parameters.maxValues)
            grew = grewHere || grew
        }
        return grew
    }
}
