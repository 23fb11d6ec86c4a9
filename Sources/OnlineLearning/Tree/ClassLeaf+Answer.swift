import Determinism

/// How a leaf answers: with the frequencies of its classes, by naive Bayes, or with a mixture of the two.
extension ClassLeaf {
    /// What the classes of a leaf weigh in an answer, up to a common factor.
    struct Shares {
        /// The sum over all classes that the tree knows.
        var sum: Double
        /// What each class weighs that the tree knows and the leaf does not.
        var other = 0.0
        /// Whether they are probabilities already, up to rounding, which is River's.
        var areProbabilities = false

        /// Adds `scale` times the probability of each class to the votes, by slot.
        /// - Parameter isKnown: by slot; nil where all are.
        @inline(__always)
        func add(
            _ classes: UnsafeBufferPointer<Int32>, _ room: UnsafeMutableBufferPointer<Double>,
            _ isKnown: UnsafeBufferPointer<Bool>?, scale: Double, into votes: UnsafeMutableBufferPointer<Double>
        ) {
            let factor = scale / sum
            if other > 0 && classes.count < votes.count {
                for slot in 0..<min(votes.count, isKnown?.count ?? votes.count) where isKnown?[slot] ?? true {
                    if !classes.contains(Int32(truncatingIfNeeded: slot)) { votes[slot] += factor * other }
                }
            }
            for position in 0..<room.count where Int(classes[position]) < votes.count {
                votes[Int(classes[position])] += factor * room[position]
            }
        }
    }

    /// Whether the leaf answers by naive Bayes now, or with a mixture that has it.
    @inline(__always)
    func usesBayes(_ parameters: LeafParameters) -> Bool {
        guard isAwake else { return false }
        switch parameters.leafPrediction {
        case .majority: return false
        case .bayes: return totalWeight >= parameters.bayesThreshold
        case .adaptive: return bayesMerit >= majorityMerit
        case .mixed: return true
        }
    }

    /// Writes what each position weighs in the answer. - Returns: nil where the leaf knows nothing, and nothing that
    /// counts is written.
    /// - Parameters:
    ///   - known: how many classes the tree knows.
    ///   - isRounded: whether what is nearly certain is rounded as River rounds it.
    ///   - room: as long as ``classes``.
    ///
    /// It is mutating in name only: whoever asks lends the leaf where it lies.
    @inline(__always)
    mutating func shares(
        _ input: TreeInput, known: Int, _ parameters: LeafParameters, isRounded: Bool = false,
        into room: UnsafeMutableBufferPointer<Double>
    ) -> Shares? {
        let total = totalWeight
        guard total > 0 else { return nil }
        if usesBayes(parameters) {
            if subset.isWhole {
                bayesVotes(input, total, parameters, into: room)
            } else {
                withSubset(input) { $0.bayesVotes($1, total, parameters, into: room) }
            }
            if let (sum, greatest) = Self.exponentiate(room) {
                if parameters.leafPrediction == .mixed { return mix(room, sum, total, known) }
                guard isRounded && (sum < 1.001 || greatest < -1000) else { return Shares(sum: sum) }
                return subset.isWhole
                    ? roundedShares(input, sum, total, parameters, into: room)
                    : withSubset(input) { $0.roundedShares($1, sum, total, parameters, into: room) }
            }
        } else if parameters.leafPrediction == .mixed {
            for position in 0..<room.count { room[position] = 0 }
            return mix(room, 1, total, known, hasBayes: false)
        }
        var sum = 0.0
        for position in 0..<room.count {
            room[position] = weights[position] / total
            sum += room[position]
        }
        return Shares(sum: sum, areProbabilities: true)
    }

    /// The probabilities of naive Bayes by River's steps, which divide by the sum as a logarithm: where one class is
    /// nearly certain, or all are most improbable, what is left to the others depends on how it is rounded.
    @inline(never)
    private mutating func roundedShares(
        _ input: TreeInput, _ sum: Double, _ total: Double, _ parameters: LeafParameters,
        into room: UnsafeMutableBufferPointer<Double>
    ) -> Shares {
        bayesVotes(input, total, parameters, isRounded: true, into: room)
        var greatest = -Double.infinity
        for vote in room { greatest = max(greatest, vote) }
        let logSum = greatest + Elementary.log(sum)
        var shares = Shares(sum: 0, areProbabilities: true)
        for position in 0..<room.count {
            room[position] = Elementary.exp(room[position] - logSum)
            shares.sum += room[position]
        }
        return shares
    }

    /// Turns logarithms into what they are logarithms of, the greatest being 1. - Returns: the sum, and the greatest
    /// logarithm; nil where none is finite or one is no number.
    @inline(__always)
    static func exponentiate(
        _ votes: UnsafeMutableBufferPointer<Double>
    ) -> (sum: Double, greatest: Double)? {
        var greatest = -Double.infinity
        for vote in votes {
            if vote.isNaN { return nil }
            greatest = max(greatest, vote)
        }
        guard greatest.isFinite else { return nil }
        var sum = 0.0
        for position in 0..<votes.count {
            votes[position] = votes[position] == greatest ? 1 : Elementary.exp(votes[position] - greatest)
            sum += votes[position]
        }
        return (sum, greatest)
    }

    /// Writes the probability of each position. - Returns: false where the leaf knows nothing.
    mutating func probabilities(
        _ input: TreeInput, known: Int, _ parameters: LeafParameters, into room: UnsafeMutableBufferPointer<Double>
    ) -> Bool {
        guard let shares = shares(input, known: known, parameters, isRounded: true, into: room) else { return false }
        if shares.areProbabilities { return true }
        for position in 0..<room.count { room[position] /= shares.sum }
        return true
    }

    /// The class that the leaf would choose, the first of equals; −1 where it knows nothing.
    mutating func choice(_ input: TreeInput, known: Int, _ parameters: LeafParameters) -> Int32 {
        guard heaviest >= 0 else { return -1 }
        guard usesBayes(parameters) else { return classes[heaviest] }
        let best = withUnsafeTemporaryAllocation(of: Double.self, capacity: classes.count) { room in
            shares(input, known: known, parameters, into: room) == nil ? -1 : Self.first(UnsafeBufferPointer(room))
        }
        return best < 0 ? -1 : classes[best]
    }

    // MARK: the judgement

    /// What the leaf would choose, and, where it answers by how right the frequencies and naive Bayes were, a note of
    /// how right they are now.
    /// - Parameter input: what the leaf looks at.
    /// - Returns: a slot; −1 where the leaf knows nothing.
    @inline(__always)
    @discardableResult
    mutating func judge(
        _ input: TreeInput, _ slot: Int32, weight: Double, known: Int, _ parameters: LeafParameters
    ) -> Int32 {
        let heaviest = heaviest
        let isScored = isAwake && parameters.leafPrediction == .adaptive
        guard heaviest >= 0 else {
            if isScored { majorityMerit += weight }
            return -1
        }
        let majority = classes[heaviest]
        let asksBayes = usesBayes(parameters)
        var choice = majority
        if isScored || asksBayes {
            let total = totalWeight
            guard total > 0 else {
                if isScored, majority == slot { majorityMerit += weight }
                return majority
            }
            let best = withUnsafeTemporaryAllocation(of: Double.self, capacity: classes.count) { room in
                bayesVotes(input, total, parameters, into: room)
                if isAwake && parameters.leafPrediction == .mixed {
                    compare(room, position(of: slot), weight, total, known)
                }
                return Self.first(UnsafeBufferPointer(room))
            }
            if asksBayes { choice = classes[best] }
            if isScored, classes[best] == slot { bayesMerit += weight }
        }
        if isScored, majority == slot { majorityMerit += weight }
        return choice
    }

    // MARK: naive Bayes

    /// Writes the logarithm of prior and likelihood of each position, up to a common summand. A class without weight
    /// counts as 0, as in River, but for a mixture, where it cannot be.
    /// - Parameter isRounded: whether it is rounded as River rounds it.
    ///
    /// It is mutating in name only, as all are that it calls: the leaf is read where it lies.
    @inline(__always)
    mutating func bayesVotes(
        _ input: TreeInput, _ total: Double, _ parameters: LeafParameters, isRounded: Bool = false,
        into votes: UnsafeMutableBufferPointer<Double>
    ) {
        var isWeightless = false
        for position in 0..<votes.count {
            guard weights[position] > 0 else {
                isWeightless = true
                votes[position] = -.infinity
                continue
            }
            switch parameters.observer {
            case .gaussian:
                votes[position] =
                    isRounded ? logGaussianRounded(input, position, total) : logGaussian(input, position)
            // Of whole numbers, ties are frequent: they are broken as River's roundings break them.
            case .histogram:
                votes[position] = Elementary.log(weights[position] / total) + logHistogramDensity(input, position)
            case .exhaustive: votes[position] = Elementary.log(weights[position] / total)
            }
        }
        if input.categoryCount > 0 && !counts.isEmpty { addCategoryVotes(input, parameters, into: votes) }
        if isWeightless && parameters.leafPrediction != .mixed {
            let logTotal = parameters.observer.isGaussian && !isRounded ? Elementary.log(total) : 0
            for position in 0..<votes.count { votes[position] = weights[position] > 0 ? votes[position] - logTotal : 0 }
        }
    }

    private mutating func addCategoryVotes(
        _ input: TreeInput, _ parameters: LeafParameters, into votes: UnsafeMutableBufferPointer<Double>
    ) {
        let width = counts.width
        for feature in 0..<min(input.categoryCount, counts.rowCounts.count) {
            let value = input.categories[feature]
            guard value >= 0 else { continue }
            let row = counts.row(Int32(truncatingIfNeeded: feature), counting: value, limit: parameters.maxValues)
            guard row >= 0 else { continue }
            // As in River, a class that never met the value gets no factor.
            for position in 0..<min(votes.count, width) {
                let count = counts.weights[row * width + position]
                guard count > 0 && weights[position] > 0 else { continue }
                votes[position] += Elementary.log(count / counts.totals[feature * width + position])
            }
        }
    }
}
