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

extension TwinAdaGrad.Binary {
    /// The classes' frequencies, and each copy's terms: a ``SoftmaxMixture`` of the three.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        let margins = twins.margins(x)
        let moved = TwinAdaGrad.bounded(logOdds + margins, 30) - logOdds
        func factor(_ copy: Int) -> Double { margins[copy] == 0 ? 0 : moved[copy] / margins[copy] }
        let factors = SIMD2(factor(0), factor(1))
        func component(_ weight: Double, _ delta: Double) -> SoftmaxMixture.Component {
            SoftmaxMixture.Component(weight: weight, bases: [0, logOdds], deltas: [0, delta])
        }
        func scaled(_ value: SIMD2<Double>) -> [[Double]] {
            [[0, 0], [0, factors[0] * value[0]], [0, factors[1] * value[1]]]
        }
        let mixture = SoftmaxMixture(components: [
            component(share.baseline, 0), component(share.twins[0], factors[0] * margins[0]),
            component(share.twins[1], factors[1] * margins[1]),
        ])
        let (intercept, terms) = twins.terms(x)
        return try mixture.contributions(
            asked, named: "intercept", biasTerms: scaled(intercept), terms.map { ($0.column, scaled($0.value)) })
    }
}
