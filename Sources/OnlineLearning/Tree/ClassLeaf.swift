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
    /// The weight of the examples that the frequencies were right about, and naive Bayes.
    var majorityHits = 0.0
    var bayesHits = 0.0
    var isAwake = true
    /// How many numbers are observed: the width of ``estimates``.
    var width = 0
    /// For each position, `width` each of weight, mean, sum of squared deviations, least, greatest, and −1 / 2σ².
    var estimates: [Double] = []
    /// For each position, the logarithm of what all its normal densities are multiplied with.
    var logScales: [Double] = []
    /// The histogram of each position and number, by position.
    var histograms: [StreamingHistogram] = []
    /// The values of each number.
    var searchTrees: [ValueTree] = []
    var counts = NominalCounts()
    /// Which features the leaf looks at, where it does not look at all.
    var subset: FeatureSubset?
    /// ``byteCount`` as the tree has counted it; no part of the state.
    var countedBytes = 0

    /// Fields of ``estimates`` a number.
    static var fields: Int { 6 }

    init() {}

    /// A leaf that begins with a parent's guess of its classes.
    init(classes: [Int32], weights: [Double]) {
        (self.classes, self.weights) = (classes, weights)
        lastAttempt = totalWeight
    }

    var totalWeight: Double {
        var sum = 0.0
        for weight in weights { sum += weight }
        return sum
    }

    /// Bytes of memory: 192, 12 a class, and what the observers take.
    var byteCount: Int {
        var bytes = 192 + classes.count * 16 + (estimates.count + logScales.count) * 8 + counts.byteCount
        for histogram in histograms { bytes += histogram.byteCount }
        for tree in searchTrees { bytes += tree.byteCount }
        if let subset { bytes += subset.byteCount }
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
    }

    private mutating func forget() {
        (order, estimates, logScales, histograms, searchTrees) = ([], [], [], [], [])
        width = 0
        counts = NominalCounts()
    }

    // MARK: learning

    /// Learns an example that came this way. - Returns: whether the leaf takes more memory than before.
    /// - Parameter counts: whether it is counted which way to answer would have been right.
    mutating func learn(
        _ input: TreeInput, _ slot: Int32, weight: Double, _ parameters: Parameters, counts: Bool = true
    ) -> Bool {
        guard isAwake else { return addWeight(weight, slot).grew }
        if subset == nil { return observe(input, slot, weight, parameters, counts) }
        return withSubset(input) { $0.observe($1, slot, weight, parameters, counts) }
    }

    private mutating func addWeight(_ weight: Double, _ slot: Int32) -> (position: Int, grew: Bool) {
        let position = position(of: slot)
        if position >= 0 {
            weights[position] += weight
            return (position, false)
        }
        classes.append(slot)
        weights.append(weight)
        return (classes.count - 1, true)
    }

    private mutating func observe(
        _ input: TreeInput, _ slot: Int32, _ weight: Double, _ parameters: Parameters, _ countsHits: Bool
    ) -> Bool {
        if countsHits && parameters.leafPrediction == .adaptive { score(input, slot, weight, parameters) }
        let (position, isNew) = addWeight(weight, slot)
        var grew = isNew
        if order.count < classes.count && !order.contains(Int32(truncatingIfNeeded: position)) {
            order.append(Int32(truncatingIfNeeded: position))
        }
        if input.numberCount > width { grew = widen(to: input.numberCount, parameters) || grew }
        switch parameters.observer {
        case .gaussian: grew = observeEstimates(input, position, weight, parameters) || grew
        case .histogram(let bins, _): grew = observeHistograms(input, position, weight, bins: bins) || grew
        case .exhaustive: grew = observeValues(input, position, weight) || grew
        }
        for feature in 0..<input.categoryCount {
            let value = input.categories[feature]
            if value < 0 { continue }
            if let subset, subset.isDropped(category: feature) { continue }
            let grewHere = counts.add(
                weight, feature: Int32(truncatingIfNeeded: feature), value: value, position: position,
                classCount: classes.count, limit: parameters.maxValues)
            grew = grewHere || grew
        }
        return grew
    }

    /// The class that the leaf would choose, the first of equals; −1 where it knows nothing.
    mutating func choice(_ input: TreeInput, _ parameters: Parameters) -> Int32 {
        guard heaviest >= 0 else { return -1 }
        guard usesBayes(parameters) else { return classes[heaviest] }
        let best = withUnsafeTemporaryAllocation(of: Double.self, capacity: classes.count) { room in
            probabilities(input, parameters, into: room) ? Self.first(UnsafeBufferPointer(room)) : -1
        }
        return best < 0 ? -1 : classes[best]
    }

    /// Counts which of the two ways to answer is right.
    @inline(__always)
    private mutating func score(
        _ input: TreeInput, _ slot: Int32, _ weight: Double, _ parameters: Parameters
    ) {
        let heaviest = heaviest
        guard heaviest >= 0 else {
            majorityHits += weight
            return
        }
        if classes[heaviest] == slot { majorityHits += weight }
        let total = totalWeight
        guard total > 0 else { return }
        let best = withUnsafeTemporaryAllocation(of: Double.self, capacity: classes.count) { votes in
            bayesVotes(input, total, parameters, into: votes)
            return Self.first(UnsafeBufferPointer(votes))
        }
        if classes[best] == slot { bayesHits += weight }
    }
}
