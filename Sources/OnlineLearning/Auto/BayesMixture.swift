import Determinism

/// Weighs experts that answer with probabilities by Bayes' rule, and takes a share of the weight back from all of them
/// after each event, so that one that becomes the best later is not held back by its past.
///
/// The share given back after event t is 1 / (t + 1), in proportion to the weights at first. So the mixture's log loss
/// over all T events exceeds that of an expert whose weight began as π by at most ln (1/π) + ln (T + 1), in nats, and
/// it follows the best expert of each stretch.
///
/// Where labels are late, the probabilities are those of what was said when asked, each to the power *f* ≤ 1, and *f*
/// of the share is given back: *f* is ln K over what late labels have cost (what the answer lost beyond the same voices
/// by the weights of now; some 10⁴ labels later it is forgotten) and may still cost (``Lateness``), in nats. Early
/// labels count half, and bring no weight below e⁻² of the largest.
///
/// Time and memory: O(experts).
///
/// Two experts, alike at first, of which one gave the true class ¾ and one ¼: after the first event the weights are 5/8
/// and 3/8, for half of the weights ¾ and ¼ is given back in equal parts.
///
/// Source: M. Herbster and M. K. Warmuth, *Tracking the best expert*, Machine Learning 32, 1998; with this schedule
/// W. M. Koolen and S. de Rooij, *Combining expert advice efficiently*, COLT 2008, and D. Adamskiy et al., *A closer
/// look at adaptive regret*, ALT 2012.
package struct BayesMixture: Sendable {
    /// The weights at first.
    package let prior: [Double]
    package private(set) var weights: [Double]
    private var count = 0.0
    private var drift = 0.0
    private var lateness = Lateness()

    /// - Parameter prior: positive, adding up to 1.
    package init(prior: [Double]) {
        self.prior = prior
        weights = prior
    }

    /// See ``Lateness/isEarly(_:)``.
    package func isEarly(_ labelsSince: Double) -> Bool { lateness.isEarly(labelsSince) }

    /// Counts a label by which nobody is judged.
    package mutating func pass() { lateness.pass() }

    /// Counts one event.
    /// - Parameters:
    ///   - probabilities: what each expert gave the true class, above 0 and at most 1; gives it now, where the label is
    ///     early.
    ///   - weight: how often the event counts.
    ///   - staleness: what the answer lost beyond what the same voices lose together by the weights of now, in nats,
    ///     from 0; as often as the event counts.
    ///   - labelsSince: how many labels came between the question and this one.
    package mutating func update(
        _ probabilities: UnsafeBufferPointer<Double>, weight: Double, staleness: Double = 0, labelsSince: Double = 0
    ) {
        let isEarly = isEarly(labelsSince)
        drift = drift * (1 - Lateness.forgotten) + staleness
        lateness.take(labelsSince)
        let cost = drift + lateness.cost
        let surprise = Elementary.log(Double(weights.count))
        let caution = cost > surprise ? surprise / cost : 1
        let power = (isEarly ? Lateness.early : 1) * weight * caution
        var (sum, largest, largestBefore) = (0.0, 0.0, 0.0)
        func factor(_ k: Int) -> Double {
            power == 1 ? probabilities[k] : Elementary.exp(max(-600, power * Elementary.log(probabilities[k])))
        }
        for k in weights.indices where isEarly {
            largest = max(largest, weights[k] * factor(k))
            largestBefore = max(largestBefore, weights[k])
        }
        for k in weights.indices {
            let before = weights[k]
            weights[k] *= factor(k)
            if isEarly {
                let least = min(before / largestBefore, Elementary.exp(-Lateness.earlyNats))
                weights[k] = max(weights[k], largest * least)
            }
            sum += weights[k]
        }
        count += 1
        let share = caution / (count + 1)
        for k in weights.indices {
            // Where all have failed so badly that nothing is left of them, they begin anew.
            let posterior = sum > 0 ? weights[k] / sum : prior[k]
            weights[k] = (1 - share) * posterior + share * prior[k]
        }
    }

    /// - Parameter hasLateness: whether labels that are late are told apart.
    package func encode(to encoder: inout CanonicalEncoder, hasLateness: Bool = true) {
        encoder.double(count)
        if hasLateness {
            encoder.double(drift)
            lateness.encode(to: &encoder)
        }
        encoder.doubles(weights)
    }

    package mutating func restore(
        from decoder: inout CanonicalDecoder, hasLateness: Bool = true
    ) throws(CanonicalDecodingError) {
        let count = try decoder.double()
        let drift = hasLateness ? try decoder.double() : 0
        let lateness = hasLateness ? try Lateness(from: &decoder) : Lateness()
        let values = try decoder.doubles()
        guard values.count == weights.count, count >= 0, count.isFinite, drift >= 0, drift.isFinite,
            values.allSatisfy({ $0 >= 0 && $0 <= 1 }), values.contains(where: { $0 > 0 })
        else { throw CanonicalDecodingError(offset: decoder.offset, reason: "no weights of so many experts") }
        (self.count, self.drift, self.lateness, weights) = (count, drift, lateness, values)
    }
}
