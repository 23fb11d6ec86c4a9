import Determinism

/// How much of each class was learned, and how log-likelihoods become an answer: what the naive Bayes learners share.
struct ClassWeights: Sendable {
    /// By slot; 0 for a class never learned.
    private(set) var weights: [Double] = []
    private(set) var total = 0.0
    /// How far log-likelihoods are believed; as they are where nil.
    private var tempering: Tempering?

    /// Slots given out.
    var count: Int { weights.count }

    mutating func learn(_ slot: Int, weight: Double) {
        if slot >= weights.count { weights.append(contentsOf: repeatElement(0, count: slot + 1 - weights.count)) }
        weights[slot] += weight
        total += weight
    }

    func isKnown(_ slot: Int) -> Bool { slot < weights.count && weights[slot] > 0 }

    /// The logarithm of a class's share, NaN where it was never learned.
    @inline(__always)
    func logShare(_ slot: Int) -> Double {
        weights[slot] > 0 ? Elementary.log(weights[slot] / total) : .nan
    }

    /// Appends the probabilities that belong to log-likelihoods.
    /// - Parameters:
    ///   - scratchCount: how many doubles `fill` may use beyond one a class.
    ///   - fill: writes the log-likelihood of each slot, up to a constant; what it writes for a class never learned is
    ///     of no matter. They lie at the start of what it is given.
    @inline(__always)
    func answer(
        _ task: Task, into answer: inout [Double], scratchCount: Int = 0,
        _ fill: (UnsafeMutablePointer<Double>) -> Void
    ) {
        let start = answer.count
        answer.append(contentsOf: repeatElement(0, count: weights.count + scratchCount))
        answer.withUnsafeMutableBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            fill(base + start)
            if let tempering { temper(base + start, tempering) } else { normalize(base + start) }
        }
        answer.removeLast(scratchCount)
        guard task == .binary else { return }
        let positive = isKnown(1) ? answer[start + 1] : isKnown(0) ? 0 : 0.5
        answer.removeLast(weights.count)
        answer.append(positive)
    }

    /// Learns how far to believe the log-likelihoods, before the example itself is learned.
    @inline(__always)
    mutating func temper(
        _ slot: Int, weight: Double, scratchCount: Int = 0, _ fill: (UnsafeMutablePointer<Double>) -> Void
    ) {
        guard tempering != nil, isKnown(slot) else { return }
        let capacity = weights.count + scratchCount
        withUnsafeTemporaryAllocation(of: Double.self, capacity: capacity) { room in
            guard let base = room.baseAddress else { return }
            room.initialize(repeating: 0)
            fill(base)
            let totals = powers(base)
            tempering?.learn(weights[slot] * Tempering.powers(base[slot]) / totals, weight: weight)
        }
    }

    /// Log-likelihoods, which hold the shares, become roots of likelihoods without them. - Returns: the sums of shares
    /// times powers.
    private func powers(_ values: UnsafeMutablePointer<Double>) -> Tempering.Powers {
        var (largest, isDefined) = (-Double.infinity, true)
        for slot in weights.indices where weights[slot] > 0 {
            values[slot] -= logShare(slot)
            isDefined = isDefined && values[slot] == values[slot]
            if values[slot] > largest { largest = values[slot] }
        }
        isDefined = isDefined && largest.isFinite
        var totals = Tempering.Powers(repeating: 0)
        for slot in weights.indices where weights[slot] > 0 {
            values[slot] = isDefined ? Tempering.root(values[slot] - largest) : 1
            totals += weights[slot] * Tempering.powers(values[slot])
        }
        return totals
    }

    private func temper(_ values: UnsafeMutablePointer<Double>, _ tempering: Tempering) {
        let factors = tempering.weights / powers(values)
        for slot in weights.indices {
            values[slot] =
                weights[slot] > 0
                ? Tempering.sum(weights[slot] * Tempering.powers(values[slot]) * factors) : .nan
        }
    }

    /// Log-likelihoods become probabilities; where one is not finite enough, all become the classes' shares.
    private func normalize(_ values: UnsafeMutablePointer<Double>) {
        var (largest, isDefined) = (-Double.infinity, true)
        for slot in weights.indices where weights[slot] > 0 {
            isDefined = isDefined && values[slot] == values[slot]
            if values[slot] > largest { largest = values[slot] }
        }
        isDefined = isDefined && largest.isFinite
        var sum = 0.0
        for slot in weights.indices {
            guard weights[slot] > 0 else {
                values[slot] = .nan
                continue
            }
            values[slot] = isDefined ? Elementary.exp(values[slot] - largest) : weights[slot]
            sum += values[slot]
        }
        for slot in weights.indices { values[slot] /= sum }
    }

    var byteCount: Int { weights.count * 8 }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.doubles(weights)
        encoder.double(total)
        tempering?.encode(to: &encoder)
    }

    init(isTempered: Bool) {
        if isTempered { tempering = Tempering() }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        weights = try decoder.doubles()
        total = try decoder.double()
        guard (weights + [total]).allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a class weighs less than nothing")
        }
        try tempering?.restore(from: &decoder)
    }
}

extension ClassWeights {
    /// What each column adds to the classes' log-likelihoods, as far as these are believed.
    /// - Parameter fill: as in ``answer(_:into:scratchCount:_:)``, of any vector.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer, scratchCount: Int = 0,
        _ fill: (UnsafeMutablePointer<Double>, FeatureVector) -> Void
    ) throws(Unexplained) -> ColumnContributions {
        let known = weights.indices.filter { isKnown($0) }
        return try SoftmaxMixture.additive(
            asked, x, known: known, temperatures: tempering?.temperatures ?? [(1, 1)], bases: known.map { logShare($0) }
        ) { x in
            var scores = [Double](repeating: 0, count: weights.count + scratchCount)
            scores.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { fill(base, x) } }
            return scores
        }
    }
}
