import Determinism

extension TwinAdaGrad {
    /// The standard rule for two classes: the trivial model is the classes' frequencies, each counted half an example
    /// more than it was seen, and the copies add to its log-odds.
    struct Binary: Sendable {
        private var negatives = 0.0
        private var positives = 0.0
        private var share = FixedShare()
        private var twins = TwinAdaGrad()
        /// Of the trivial model: kept because every prediction needs it and only learning changes it.
        private var logOdds = 0.0

        init() {}

        @inline(__always)
        func predict(_ x: borrowing FeatureVector) -> Double {
            share.average(frequency, probabilities(x))
        }

        @inline(__always)
        private var frequency: Double { (positives + 0.5) / (negatives + positives + 1) }

        @inline(__always)
        private func probabilities(_ x: borrowing FeatureVector) -> SIMD2<Double> {
            let scores = TwinAdaGrad.bounded(logOdds + twins.margins(x), 30)
            return 1 / (1 + SIMD2(Elementary.exp(-scores[0]), Elementary.exp(-scores[1])))
        }

        mutating func learn(
            _ x: borrowing FeatureVector, isPositive: Bool, weight: Double, journal: inout Journal
        ) -> Bool {
            guard weight > 0 else { return true }
            let p = probabilities(x)
            // The likelihoods are the probabilities themselves: no logarithm is taken to be undone by an exponential.
            let likelihoods = isPositive ? (frequency, p) : (1 - frequency, 1 - p)
            let floored = SIMD2(max(1e-15, likelihoods.1[0]), max(1e-15, likelihoods.1[1]))
            guard let newShare = share.updated(max(1e-15, likelihoods.0), floored, weight: weight) else { return false }
            let gradients = isPositive ? p - 1 : p
            let isStepped = twins.step(
                x, gradients: gradients, unit: 1, share: share, weight: weight, journal: &journal
            ) { weight * gradients / (1 + weight * $0 * p * (1 - p)) }
            guard isStepped else { return false }
            share = newShare
            if isPositive { positives += weight } else { negatives += weight }
            updateLogOdds()
            return true
        }

        @inline(__always)
        private mutating func updateLogOdds() {
            logOdds = Elementary.log((positives + 0.5) / (negatives + 0.5))
        }

        var byteCount: Int { twins.byteCount }

        func encode(to encoder: inout CanonicalEncoder) {
            encoder.double(negatives)
            encoder.double(positives)
            share.encode(to: &encoder)
            twins.encode(to: &encoder)
        }

        mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
            negatives = try decoder.double()
            positives = try decoder.double()
            share = try FixedShare(from: &decoder)
            twins = try TwinAdaGrad(from: &decoder)
            updateLogOdds()
        }
    }
}
