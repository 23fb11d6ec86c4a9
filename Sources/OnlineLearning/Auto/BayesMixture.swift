import Determinism

/// Weighs experts that answer with probabilities by Bayes' rule, and takes a share of the weight back from all of them
/// after each event, so that one that becomes the best later is not held back by its past.
///
/// The share given back after event t is 1 / (t + 1), in proportion to the weights at first. So the mixture's log loss
/// over all T events exceeds that of an expert whose weight began as π by at most ln (1/π) + ln (T + 1), in nats, and
/// it follows the best expert of each stretch.
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

    /// - Parameter prior: positive, adding up to 1.
    package init(prior: [Double]) {
        self.prior = prior
        weights = prior
    }

    /// Counts one event.
    /// - Parameters:
    ///   - probabilities: what each expert gave the true class, above 0 and at most 1.
    ///   - weight: how often the event counts.
    package mutating func update(_ probabilities: UnsafeBufferPointer<Double>, weight: Double) {
        var sum = 0.0
        for k in weights.indices {
            let p = probabilities[k]
            weights[k] *= weight == 1 ? p : Elementary.exp(max(-600, weight * Elementary.log(p)))
            sum += weights[k]
        }
        count += 1
        let share = 1 / (count + 1)
        for k in weights.indices {
            // Where all have failed so badly that nothing is left of them, they begin anew.
            let posterior = sum > 0 ? weights[k] / sum : prior[k]
            weights[k] = (1 - share) * posterior + share * prior[k]
        }
    }

    package func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(count)
        encoder.doubles(weights)
    }

    package mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let (count, values) = (try decoder.double(), try decoder.doubles())
        guard values.count == weights.count, count >= 0, count.isFinite,
            values.allSatisfy({ $0 >= 0 && $0 <= 1 }), values.contains(where: { $0 > 0 })
        else { throw CanonicalDecodingError(offset: decoder.offset, reason: "no weights of so many experts") }
        (self.count, weights) = (count, values)
    }
}
