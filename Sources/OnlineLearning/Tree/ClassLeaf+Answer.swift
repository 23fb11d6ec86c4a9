import Determinism

/// How a leaf answers: with the frequencies of its classes or by naive Bayes.
extension ClassLeaf {
    /// Whether the leaf answers by naive Bayes now.
    @inline(__always)
    func usesBayes(_ parameters: Parameters) -> Bool {
        guard isAwake else { return false }
        switch parameters.leafPrediction {
        case .majority: return false
        case .bayes: return totalWeight >= parameters.bayesThreshold
        case .adaptive: return bayesHits >= majorityHits
        }
    }

    /// Writes the probability of each position. - Returns: false where the leaf knows nothing, and nothing is written.
    ///
    /// It is mutating in name only: whoever asks lends the leaf where it lies.
    mutating func probabilities(
        _ input: TreeInput, _ parameters: Parameters, into answer: UnsafeMutableBufferPointer<Double>
    ) -> Bool {
        let total = totalWeight
        guard total > 0 else { return false }
        if usesBayes(parameters) {
            if subset == nil {
                bayesVotes(input, total, parameters, into: answer)
            } else {
                withSubset(input) { $0.bayesVotes($1, total, parameters, into: answer) }
            }
            if Self.normalize(answer) { return true }
        }
        for position in 0..<answer.count { answer[position] = weights[position] / total }
        return true
    }

    /// Turns logarithms into probabilities. - Returns: false where none of them is finite.
    @inline(__always)
    private static func normalize(_ votes: UnsafeMutableBufferPointer<Double>) -> Bool {
        var greatest = -Double.infinity
        for vote in votes {
            if vote.isNaN { return false }
            greatest = max(greatest, vote)
        }
        guard greatest.isFinite else { return false }
        // Dividing by the sum would be more exact where one class is nearly certain; these are River's steps.
        var sum = 0.0
        for vote in votes { sum += Elementary.exp(vote - greatest) }
        let logSum = greatest + Elementary.log(sum)
        for position in 0..<votes.count { votes[position] = Elementary.exp(votes[position] - logSum) }
        return true
    }

    /// Writes the logarithm of prior and likelihood of each position, up to a common summand. A class without weight
    /// counts as 0, as in River.
    @inline(__always)
    func bayesVotes(
        _ input: TreeInput, _ total: Double, _ parameters: Parameters,
        into votes: UnsafeMutableBufferPointer<Double>
    ) {
        for position in 0..<votes.count {
            guard weights[position] > 0 else {
                votes[position] = 0
                continue
            }
            var vote = Elementary.log(weights[position] / total)
            switch parameters.observer {
            case .gaussian: vote += logDensity(input, position)
            case .histogram: vote += logHistogramDensity(input, position)
            case .exhaustive: break
            }
            votes[position] = vote
        }
        if input.categoryCount > 0 && !counts.isEmpty { addCategoryVotes(input, parameters, into: votes) }
    }

    private func addCategoryVotes(
        _ input: TreeInput, _ parameters: Parameters, into votes: UnsafeMutableBufferPointer<Double>
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
