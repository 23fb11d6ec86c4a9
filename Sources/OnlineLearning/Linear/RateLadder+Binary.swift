import Determinism

extension RateLadder {
    /// The standard rule for two classes: the trivial model is the classes' frequencies, each counted half an example
    /// more than it was seen, and the rungs add to its log-odds.
    struct Binary: Sendable {
        private var negatives = 0.0
        private var positives = 0.0
        private var shares = LadderShares()
        private var ladder = RateLadder()
        /// Of the trivial model: kept because every prediction needs it and only learning changes it.
        private var logOdds = 0.0

        init() {}

        @inline(__always)
        func predict(_ x: borrowing FeatureVector) -> Double { shares.average(voices(x)) }

        /// The answer, after whose voices were appended.
        @inline(__always)
        func predict(_ x: borrowing FeatureVector, voices: inout [Double]) -> Double {
            let own = self.voices(x)
            own.append(to: &voices)
            return shares.average(own)
        }

        /// What the trivial model says, and each rung.
        @inline(__always)
        private func voices(_ x: borrowing FeatureVector) -> SIMD4<Double> {
            let scores = RateLadder.bounded(logOdds + ladder.margins(x), 30)
            let odds = SIMD4(0, Elementary.exp(-scores[1]), Elementary.exp(-scores[2]), Elementary.exp(-scores[3]))
            var voices = 1 / (1 + odds)
            voices[0] = (positives + 0.5) / (negatives + positives + 1)
            return voices
        }

        mutating func learn(
            _ x: borrowing FeatureVector, isPositive: Bool, weight: Double, asked: Asked, journal: inout Journal
        ) -> Bool {
            guard weight > 0 else { return true }
            let p = voices(x)
            guard let newShares = judged(asked, p, isPositive, weight) else { return false }
            let gradients = isPositive ? p - 1 : p
            let square = weight * shares.meanSquareOfRungs(gradients)
            let isStepped = ladder.step(x, square: square, unit: 1, journal: &journal) {
                weight * gradients / (1 + weight * $0 * p * (1 - p))
            }
            guard isStepped else { return false }
            shares = newShares
            if isPositive { positives += weight } else { negatives += weight }
            updateLogOdds()
            return true
        }

        @inline(__always)
        private func judged(
            _ asked: Asked, _ now: SIMD4<Double>, _ isPositive: Bool, _ weight: Double
        ) -> LadderShares? {
            func given(_ p: Double) -> Double { max(1e-15, isPositive ? p : 1 - p) }
            func given(_ p: SIMD4<Double>) -> SIMD4<Double> {
                SIMD4(given(p[0]), given(p[1]), given(p[2]), given(p[3]))
            }
            switch asked {
            case .now, .then(_, _, labelsSince: 0):
                return shares.judged(likelihoods: given(now), answer: 1, mean: 1, labelsSince: 0, weight: weight)
            case .then(_, _, let labelsSince) where shares.isEarly(labelsSince):
                return shares.judged(
                    likelihoods: given(now), answer: 1, mean: 1, labelsSince: labelsSince, weight: weight)
            case .then(let voices, let answer, let labelsSince):
                guard let said = LadderShares.Said(voices, answer, labelsSince) else { return shares.counted() }
                return shares.judged(
                    likelihoods: given(said.voices), answer: given(said.answer),
                    mean: given(shares.average(said.voices)), labelsSince: labelsSince, weight: weight)
            case .another: return shares.counted()
            }
        }

        @inline(__always)
        private mutating func updateLogOdds() {
            logOdds = Elementary.log((positives + 0.5) / (negatives + 0.5))
        }

        var byteCount: Int { ladder.byteCount }

        func encode(to encoder: inout CanonicalEncoder) {
            encoder.double(negatives)
            encoder.double(positives)
            shares.encode(to: &encoder)
            ladder.encode(to: &encoder)
        }

        mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
            negatives = try decoder.double()
            positives = try decoder.double()
            shares = try LadderShares(from: &decoder)
            ladder = try RateLadder(from: &decoder)
            updateLogOdds()
        }
    }
}

extension RateLadder.Binary {
    /// The classes' frequencies, and each rung's terms: a ``SoftmaxMixture`` of the four.
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        let margins = ladder.margins(x)
        let moved = RateLadder.bounded(logOdds + margins, 30) - logOdds
        let factors = SIMD4<Double>.of { margins[$0] == 0 ? 0 : moved[$0] / margins[$0] }
        func scaled(_ value: SIMD4<Double>) -> [[Double]] {
            [[0, 0], [0, factors[1] * value[1]], [0, factors[2] * value[2]], [0, factors[3] * value[3]]]
        }
        let deltas = scaled(margins)
        let mixture = SoftmaxMixture(
            components: (0..<4).map {
                SoftmaxMixture.Component(weight: shares.shares[$0], bases: [0, logOdds], deltas: deltas[$0])
            })
        let (intercept, terms) = ladder.terms(x)
        return try mixture.contributions(
            asked, named: "intercept", biasTerms: scaled(intercept), terms.map { ($0.column, scaled($0.value)) })
    }
}

extension SIMD4<Double> {
    /// The value of each lane.
    @inline(__always)
    static func of(_ value: (Int) -> Double) -> SIMD4<Double> { SIMD4(value(0), value(1), value(2), value(3)) }

    @inline(__always)
    func append(to values: inout [Double]) {
        values.append(self[0])
        values.append(self[1])
        values.append(self[2])
        values.append(self[3])
    }
}
