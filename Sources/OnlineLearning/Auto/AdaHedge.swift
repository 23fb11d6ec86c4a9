import Determinism

/// Weighs experts by their losses so that the weighted loss is not much more than that of the best of them, whatever
/// the losses are: exponential weights whose rate follows from how much they have cost so far.
///
/// With h the weighted loss and m the mix loss −ln Σ wₖ exp(−η ℓₖ) / η of an event, the gaps δ = h − m add up to Δ, and
/// the rate is η = ln K / Δ. The weighted losses of all events together exceed those of an expert whose weight began as
/// π by at most Δ (1 + ln (1/π) / ln K), which is 2 Δ where all began alike; and then by at most
/// 2 √(V ln K) + S (16/3 ln K + 2), where V is the sum of the losses' variances under the weights and S the largest
/// range of the losses of one event. Nothing is to be tuned, and no scale is assumed.
///
/// Where labels are late, losses are those of what was said when asked, and Δ is what the rate follows from, grows by
/// more: by what the answer lost beyond the same voices by the weights of now, and, while it lasts, by what the labels
/// under way may still cost (``Lateness``), in units of the first expert's mean loss. Then it is a guide and no bound.
///
/// Time and memory: O(experts).
///
/// Two experts, alike at first, of which one loses 1 and one loses nothing: after the first event the weights are 1/5
/// and 4/5, for Δ = ½ and η = 2 ln 2.
///
/// Source: S. de Rooij, T. van Erven, P. Grünwald and W. Koolen, *Follow the leader if you can, hedge if you must*,
/// JMLR 15, 2014, section 2 and theorem 6; for delay G. Flaspohler et al., *Online learning with optimism and delay*,
/// ICML 2021, and decision 0035.
package struct AdaHedge: Sendable {
    /// The weights at first.
    package let prior: [Double]
    /// What each expert lost beyond the best of them.
    package private(set) var excess: [Double]
    /// Δ, the sum of the mixability gaps.
    package private(set) var gap = 0.0
    private var lateness = Lateness()
    /// The mean loss of the first expert.
    private var meanLoss = 0.0

    /// - Parameter prior: positive, adding up to 1.
    package init(prior: [Double]) {
        self.prior = prior
        excess = prior.map { _ in 0 }
    }

    /// The sum of the gaps, and what labels under way may add to it.
    private var feared: Double { gap + lateness.cost * meanLoss }

    /// Writes the weights: they are positive or 0 and add up to 1.
    package func weigh(_ weights: UnsafeMutableBufferPointer<Double>) {
        var sum = 0.0
        let feared = feared
        let rate = Elementary.log(Double(excess.count)) / feared
        for k in excess.indices {
            // Before there is any gap all leaders are followed alike.
            weights[k] = prior[k] * (feared > 0 ? Elementary.exp(-rate * excess[k]) : excess[k] == 0 ? 1 : 0)
            sum += weights[k]
        }
        for k in excess.indices { weights[k] /= sum }
    }

    /// See ``Lateness/isEarly(_:)``.
    package func isEarly(_ labelsSince: Double) -> Bool { lateness.isEarly(labelsSince) }

    /// Counts a label by which nobody is judged.
    package mutating func pass() { lateness.pass() }

    /// Counts one event.
    /// - Parameters:
    ///   - losses: one of each expert, finite; as many as there are experts. Where the label is early, of what it says
    ///     now; they count half then, and bring no weight below e⁻² of the largest.
    ///   - weights: of now.
    ///   - staleness: what the answer lost beyond what the same voices lose together by these weights; from 0.
    ///   - labelsSince: how many labels came between the question and this one.
    /// - Returns: false where a sum would stop being finite; then nothing has changed.
    package mutating func update(
        _ losses: UnsafeBufferPointer<Double>, weights: UnsafeBufferPointer<Double>, staleness: Double = 0,
        labelsSince: Double = 0
    ) -> Bool {
        let isEarly = isEarly(labelsSince)
        let part = isEarly ? Lateness.early : 1
        var (hedge, leastLoss) = (0.0, Double.infinity)
        for k in excess.indices {
            hedge += weights[k] * losses[k]
            leastLoss = min(leastLoss, weights[k] > 0 ? losses[k] : leastLoss)
        }
        let newGap = gap + max(0, hedge - mixLoss(losses, weights, leastLoss)) + staleness
        var best = Double.infinity
        for k in excess.indices { best = min(best, excess[k] + part * losses[k]) }
        guard newGap.isFinite, best.isFinite, excess.indices.allSatisfy({ (excess[$0] + losses[$0]).isFinite })
        else { return false }
        gap = newGap
        lateness.take(labelsSince)
        meanLoss += (losses[0] - meanLoss) / lateness.count
        let before = isEarly ? excess : []
        for k in excess.indices { excess[k] = excess[k] + part * losses[k] - best }
        if isEarly { bound(from: before) }
        return true
    }

    /// Takes back of what experts lost what would bring their weights below e⁻² of the largest, but no more than they
    /// have lost since.
    private mutating func bound(from before: [Double]) {
        let unit = feared / Elementary.log(Double(excess.count))
        guard unit > 0 else { return }
        var largest = -Double.infinity
        for k in excess.indices { largest = max(largest, Elementary.log(prior[k]) - excess[k] / unit) }
        for k in excess.indices {
            let most = unit * (Elementary.log(prior[k]) - largest + Lateness.earlyNats)
            excess[k] = min(excess[k], max(before[k], most))
        }
    }

    /// - Parameter least: the smallest loss among experts with a weight.
    private func mixLoss(
        _ losses: UnsafeBufferPointer<Double>, _ weights: UnsafeBufferPointer<Double>, _ least: Double
    ) -> Double {
        // With an infinite rate, which is where there is no gap yet, only the best of those with a weight counts.
        let feared = feared
        guard feared > 0 else { return least }
        let rate = Elementary.log(Double(excess.count)) / feared
        var sum = 0.0
        for k in excess.indices where weights[k] > 0 {
            sum += weights[k] * Elementary.exp(-rate * (losses[k] - least))
        }
        return least - Elementary.log(sum) / rate
    }

    /// - Parameter hasLateness: whether labels that are late are told apart.
    package func encode(to encoder: inout CanonicalEncoder, hasLateness: Bool = true) {
        encoder.double(gap)
        if hasLateness {
            lateness.encode(to: &encoder)
            encoder.double(meanLoss)
        }
        encoder.doubles(excess)
    }

    package mutating func restore(
        from decoder: inout CanonicalDecoder, hasLateness: Bool = true
    ) throws(CanonicalDecodingError) {
        let gap = try decoder.double()
        let lateness = hasLateness ? try Lateness(from: &decoder) : Lateness()
        let meanLoss = hasLateness ? try decoder.double() : 0
        let values = try decoder.doubles()
        guard values.count == excess.count, gap >= 0, gap.isFinite, values.contains(0), meanLoss >= 0,
            meanLoss.isFinite, values.allSatisfy({ $0 >= 0 && $0.isFinite })
        else { throw CanonicalDecodingError(offset: decoder.offset, reason: "no weights of so many experts") }
        (self.gap, self.lateness, self.meanLoss, excess) = (gap, lateness, meanLoss, values)
    }
}
