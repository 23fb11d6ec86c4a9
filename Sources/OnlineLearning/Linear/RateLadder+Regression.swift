import Determinism

extension RateLadder {
    /// The standard rule for numbers: the trivial model is the running mean, of the absolute loss a running median, and
    /// the rungs' answers stay within the true values seen.
    ///
    /// The median moves towards each true value by twice the trivial model's mean loss over the count of examples, but
    /// not beyond the value. After 1 and 2 it is 2, and after 9 it is 4 ⅔: the mean loss is then 4.
    ///
    /// A loss is measured against the trivial model's mean loss, so that the rule has no unit of its own. A residual
    /// counts for at most five standard deviations of the true values.
    struct Regression: Sendable {
        private let loss: RegressionLoss
        private var labels = TwinAdaGrad.Regression.Labels()
        /// About the median of the true values; only of the absolute loss.
        private var median = 0.0
        /// The mean loss of the trivial model.
        private var meanLoss = 0.0
        private var shares = LadderShares()
        private var ladder = RateLadder()

        /// - Parameter loss: one of ``RegressionLoss/ofTwins``.
        init(_ loss: RegressionLoss) {
            self.loss = loss
        }

        @inline(__always)
        func predict(_ x: borrowing FeatureVector) -> Double { shares.average(voices(ladder.margins(x))) }

        /// The answer, after whose voices were appended.
        @inline(__always)
        func predict(_ x: borrowing FeatureVector, voices: inout [Double]) -> Double {
            let own = self.voices(ladder.margins(x))
            own.append(to: &voices)
            return shares.average(own)
        }

        /// What the trivial model says.
        @inline(__always)
        private var center: Double { loss == .absolute ? median : labels.mean }

        /// What the trivial model says, and each rung; 0 before anything is learned.
        @inline(__always)
        private func voices(_ margins: SIMD4<Double>) -> SIMD4<Double> {
            let (answers, least, largest) = (center + margins, labels.least, labels.largest)
            return SIMD4(
                center, TwinAdaGrad.bounded(answers[1], least, largest),
                TwinAdaGrad.bounded(answers[2], least, largest), TwinAdaGrad.bounded(answers[3], least, largest))
        }

        mutating func learn(
            _ x: borrowing FeatureVector, _ label: Double, weight: Double, asked: Asked, journal: inout Journal
        ) -> Bool {
            guard label.isFinite else { return false }
            guard weight > 0 else { return true }
            let y = TwinAdaGrad.clean(label)
            var newLabels = labels
            newLabels.add(y, weight: weight)
            let deviation = newLabels.deviation
            guard newLabels.mean.isFinite, deviation.isFinite else { return false }
            guard labels.count > 0, deviation > 0 else {
                if labels.count == 0 { median = y }
                (labels, shares) = (newLabels, shares.counted())
                return true
            }
            let margins = ladder.margins(x)
            let (center, trivial) = (center, loss(center - y))
            let newMeanLoss = meanLoss + (trivial - meanLoss) * weight / max(weight, newLabels.count - 1)
            guard newMeanLoss.isFinite, let newShares = judged(asked, margins, y, newMeanLoss, weight) else {
                return false
            }
            let bound = labels.deviation > 0 ? 5 * labels.deviation : .infinity
            let residuals = RateLadder.bounded(center + margins - y, bound)
            guard step(x, residuals, deviation, weight, &journal) else { return false }
            (labels, meanLoss, shares) = (newLabels, newMeanLoss, newShares)
            if loss == .absolute {
                let pace = 2 * meanLoss * weight / labels.count
                median += TwinAdaGrad.bounded(y - median, -pace, pace)
            }
            return true
        }

        @inline(__always)
        private func judged(
            _ asked: Asked, _ margins: SIMD4<Double>, _ y: Double, _ meanLoss: Double, _ weight: Double
        ) -> LadderShares? {
            guard meanLoss > 0 else { return shares.counted() }
            func losses(_ voices: SIMD4<Double>) -> SIMD4<Double> {
                SIMD4(loss(voices[0] - y), loss(voices[1] - y), loss(voices[2] - y), loss(voices[3] - y))
            }
            // Half the mean loss is the variance of the Gaussian that makes a squared loss a likelihood.
            let rate = 0.5 / meanLoss
            switch asked {
            case .now, .then(_, _, labelsSince: 0):
                return shares.judged(
                    losses: losses(voices(margins)), regret: 0, labelsSince: 0, rate: rate, weight: weight)
            case .then(_, _, let labelsSince) where shares.isEarly(labelsSince):
                return shares.judged(
                    losses: losses(voices(margins)), regret: 0, labelsSince: labelsSince, rate: rate, weight: weight)
            case .then(let voices, let answer, let labelsSince):
                guard let said = LadderShares.Said(voices, answer, labelsSince) else { return shares.counted() }
                let regret = loss(said.answer - y) - loss(shares.average(said.voices) - y)
                return shares.judged(
                    losses: losses(said.voices), regret: regret, labelsSince: labelsSince, rate: rate, weight: weight)
            case .another: return shares.counted()
            }
        }

        @inline(__always)
        private mutating func step(
            _ x: borrowing FeatureVector, _ residuals: SIMD4<Double>, _ deviation: Double, _ weight: Double,
            _ journal: inout Journal
        ) -> Bool {
            switch loss {
            case .squared:
                return ladder.step(
                    x, square: weight * shares.meanSquareOfRungs(residuals), unit: deviation, journal: &journal
                ) { weight * residuals / (1 + weight * $0) }
            case .absolute:
                let signs = SIMD4<Double>.of { residuals[$0] > 0 ? 1 : residuals[$0] < 0 ? -1 : 0 }
                return ladder.step(
                    x, square: weight * shares.meanSquareOfRungs(deviation * signs), unit: deviation, journal: &journal
                ) { $0[3] > 0 ? RateLadder.bounded(residuals / $0, weight * deviation) : $0 }
            case .huber(let epsilon):
                let gradients = RateLadder.bounded(residuals, epsilon)
                return ladder.step(
                    x, square: weight * shares.meanSquareOfRungs(gradients), unit: deviation, journal: &journal
                ) { RateLadder.bounded(weight * residuals / (1 + weight * $0), weight * epsilon) }
            default: preconditionFailure("a loss that the standard rule does not minimize")
            }
        }

        var byteCount: Int { ladder.byteCount }

        func encode(to encoder: inout CanonicalEncoder) {
            labels.encode(to: &encoder)
            if loss == .absolute { encoder.double(median) }
            encoder.double(meanLoss)
            shares.encode(to: &encoder)
            ladder.encode(to: &encoder)
        }

        mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
            labels = try TwinAdaGrad.Regression.Labels(from: &decoder)
            if loss == .absolute { median = try decoder.double() }
            meanLoss = try decoder.double()
            shares = try LadderShares(from: &decoder)
            ladder = try RateLadder(from: &decoder)
        }
    }
}

extension RateLadder.Regression {
    /// What the trivial model says, and each rung's terms by its share; those of a rung whose answer is held within the
    /// true values seen are scaled to what is left of them.
    func explain(_ x: borrowing FeatureVector) throws(Unexplained) -> ColumnContributions {
        guard labels.count > 0 else { return ColumnContributions(.value, bias: 0, named: "intercept") }
        let margins = ladder.margins(x)
        let moved = voices(margins) - center
        let factors = shares.shares * SIMD4<Double>.of { margins[$0] == 0 ? 0 : moved[$0] / margins[$0] }
        // The first lane has no margin, so its factor is 0, whatever stands in it.
        func sum(_ value: SIMD4<Double>) -> Double {
            factors[1] * value[1] + factors[2] * value[2] + factors[3] * value[3]
        }
        let (intercept, terms) = ladder.terms(x)
        var result = ColumnContributions(
            .value, bias: shares.average(SIMD4(repeating: center)) + sum(intercept), named: "intercept")
        for (column, value) in terms { result.add(column: column, sum(value)) }
        guard result.total.isFinite else { throw Unexplained("the model's own terms are not finite") }
        return result
    }
}
