import Determinism

extension TwinAdaGrad {
    /// The standard rule for numbers: the trivial model is the running mean, and the copies' answers stay within the
    /// true values seen.
    ///
    /// A loss is measured against the trivial model's mean loss, so that the rule has no unit of its own. A residual
    /// counts for at most five standard deviations of the true values.
    struct Regression: Sendable {
        /// Of the true values learned so far.
        struct Labels: Sendable {
            var count = 0.0
            var mean = 0.0
            var sumOfSquares = 0.0
            var least = 0.0
            var largest = 0.0

            @inline(__always)
            var deviation: Double { count > 0 ? (sumOfSquares / count).squareRoot() : 0 }

            @inline(__always)
            mutating func add(_ y: Double, weight: Double) {
                least = count == 0 ? y : min(least, y)
                largest = count == 0 ? y : max(largest, y)
                count += weight
                let before = mean
                mean += (y - before) * weight / count
                sumOfSquares += (y - before) * (y - mean) * weight
            }

            init() {}

            func encode(to encoder: inout CanonicalEncoder) {
                for value in [count, mean, sumOfSquares, least, largest] { encoder.double(value) }
            }

            init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
                count = try decoder.double()
                mean = try decoder.double()
                sumOfSquares = try decoder.double()
                least = try decoder.double()
                largest = try decoder.double()
            }
        }

        private let loss: RegressionLoss
        private var labels = Labels()
        /// The mean loss of the trivial model.
        private var meanLoss = 0.0
        private var share = FixedShare()
        private var twins = TwinAdaGrad()

        init(_ loss: RegressionLoss) {
            self.loss = loss
        }

        @inline(__always)
        func predict(_ x: borrowing FeatureVector) -> Double {
            labels.count == 0 ? 0 : share.average(labels.mean, answers(twins.margins(x)))
        }

        @inline(__always)
        private func answers(_ margins: SIMD2<Double>) -> SIMD2<Double> {
            let (answers, least, largest) = (labels.mean + margins, labels.least, labels.largest)
            return SIMD2(
                TwinAdaGrad.bounded(answers[0], least, largest), TwinAdaGrad.bounded(answers[1], least, largest))
        }

        mutating func learn(
            _ x: borrowing FeatureVector, _ label: Double, weight: Double, journal: inout Journal
        ) -> Bool {
            guard label.isFinite else { return false }
            guard weight > 0 else { return true }
            let y = TwinAdaGrad.clean(label)
            var newLabels = labels
            newLabels.add(y, weight: weight)
            let deviation = newLabels.deviation
            guard newLabels.mean.isFinite, deviation.isFinite else { return false }
            guard labels.count > 0, deviation > 0 else {
                labels = newLabels
                return true
            }
            let margins = twins.margins(x)
            let answers = answers(margins)
            let losses = (loss(labels.mean - y), SIMD2(loss(answers[0] - y), loss(answers[1] - y)))
            let newMeanLoss = meanLoss + (losses.0 - meanLoss) * weight / max(weight, newLabels.count - 1)
            guard newMeanLoss.isFinite, let newShare = updatedShare(losses, newMeanLoss, weight) else { return false }
            let bound = labels.deviation > 0 ? 5 * labels.deviation : .infinity
            let residuals = TwinAdaGrad.bounded(labels.mean + margins - y, bound)
            guard step(x, residuals, deviation, weight, &journal) else { return false }
            labels = newLabels
            meanLoss = newMeanLoss
            share = newShare
            return true
        }

        @inline(__always)
        private func updatedShare(
            _ losses: (Double, SIMD2<Double>), _ meanLoss: Double, _ weight: Double
        ) -> FixedShare? {
            guard meanLoss > 0 else { return share }
            // Half the mean loss is the variance of the Gaussian that makes a squared loss a likelihood.
            let (a, b) = (losses.0 * 0.5 / meanLoss, losses.1 * 0.5 / meanLoss)
            let least = min(a, min(b[0], b[1]))
            return share.updated(
                Elementary.exp(least - a), SIMD2(Elementary.exp(least - b[0]), Elementary.exp(least - b[1])),
                weight: weight)
        }

        @inline(__always)
        private mutating func step(
            _ x: borrowing FeatureVector, _ residuals: SIMD2<Double>, _ deviation: Double, _ weight: Double,
            _ journal: inout Journal
        ) -> Bool {
            switch loss {
            case .squared:
                return twins.step(
                    x, gradients: residuals, unit: deviation, share: share, weight: weight, journal: &journal
                ) { weight * residuals / (1 + weight * $0) }
            case .absolute:
                let signs = SIMD2(Self.sign(residuals[0]), Self.sign(residuals[1]))
                return twins.step(
                    x, gradients: deviation * signs, unit: deviation, share: share, weight: weight, journal: &journal
                ) { $0[0] > 0 ? TwinAdaGrad.bounded(residuals / $0, weight * deviation) : $0 }
            case .huber(let epsilon):
                let gradients = TwinAdaGrad.bounded(residuals, epsilon)
                return twins.step(
                    x, gradients: gradients, unit: deviation, share: share, weight: weight, journal: &journal
                ) { TwinAdaGrad.bounded(weight * residuals / (1 + weight * $0), weight * epsilon) }
            default: preconditionFailure("a loss that the standard rule does not minimize")
            }
        }

        @inline(__always)
        private static func sign(_ value: Double) -> Double {
            value > 0 ? 1 : value < 0 ? -1 : 0
        }

        var byteCount: Int { twins.byteCount }

        func encode(to encoder: inout CanonicalEncoder) {
            labels.encode(to: &encoder)
            encoder.double(meanLoss)
            share.encode(to: &encoder)
            twins.encode(to: &encoder)
        }

        mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
            labels = try Labels(from: &decoder)
            meanLoss = try decoder.double()
            share = try FixedShare(from: &decoder)
            twins = try TwinAdaGrad(from: &decoder)
        }
    }
}

extension TwinAdaGrad.Regression {
    /// The mean of the true values, and each copy's terms by its share; those of a copy whose answer is held within the
    /// true values seen are scaled to what is left of them.
    func explain(_ x: borrowing FeatureVector) throws(Unexplained) -> ColumnContributions {
        guard labels.count > 0 else { return ColumnContributions(.value, bias: 0, named: "intercept") }
        let margins = twins.margins(x)
        let moved = answers(margins) - labels.mean
        func factor(_ copy: Int) -> Double { margins[copy] == 0 ? 0 : moved[copy] / margins[copy] }
        let factors = share.twins * SIMD2(factor(0), factor(1))
        let (intercept, terms) = twins.terms(x)
        var result = ColumnContributions(
            .value, bias: share.average(labels.mean, SIMD2(repeating: labels.mean)) + (factors * intercept).sum(),
            named: "intercept")
        for (column, value) in terms { result.add(column: column, (factors * value).sum()) }
        guard result.total.isFinite else { throw Unexplained("the model's own terms are not finite") }
        return result
    }
}
