import Determinism

extension TwinAdaGrad {
    /// The standard rule for numbers: the trivial model is the running mean, and the copies' answers stay within the
    /// true values seen.
    ///
    /// A loss is measured against the trivial model's mean loss, so that the rule has no unit of its own. A residual
    /// counts for at most five standard deviations of the true values.
    struct Regression: Sendable {
        /// Of the true values learned so far.
        private struct Labels: Sendable {
            var count = 0.0
            var mean = 0.0
            var sumOfSquares = 0.0
            var least = 0.0
            var largest = 0.0

            @inline(__always)
            var deviation: Double { count > 0 ? (sumOfSquares / count).squareRoot() : 0 }

            @inline(__always)
            mutating func add(_ y: Double) {
                least = count == 0 ? y : min(least, y)
                largest = count == 0 ? y : max(largest, y)
                count += 1
                let before = mean
                mean += (y - before) / count
                sumOfSquares += (y - before) * (y - mean)
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

        mutating func learn(_ x: borrowing FeatureVector, _ label: Double, journal: inout Journal) -> Bool {
            guard label.isFinite else { return false }
            let y = TwinAdaGrad.clean(label)
            var newLabels = labels
            newLabels.add(y)
            let deviation = newLabels.deviation
            guard newLabels.count > 1, deviation > 0 else {
                labels = newLabels
                return true
            }
            let margins = twins.margins(x)
            let answers = answers(margins)
            let losses = (loss(labels.mean - y), SIMD2(loss(answers[0] - y), loss(answers[1] - y)))
            let newMeanLoss = meanLoss + (losses.0 - meanLoss) / (newLabels.count - 1)
            guard newMeanLoss.isFinite, let newShare = updatedShare(losses, newMeanLoss) else { return false }
            let bound = labels.deviation > 0 ? 5 * labels.deviation : .infinity
            let residuals = TwinAdaGrad.bounded(labels.mean + margins - y, bound)
            guard step(x, residuals, deviation, &journal) else { return false }
            labels = newLabels
            meanLoss = newMeanLoss
            share = newShare
            return true
        }

        @inline(__always)
        private func updatedShare(_ losses: (Double, SIMD2<Double>), _ meanLoss: Double) -> FixedShare? {
            guard meanLoss > 0 else { return share }
            // Half the mean loss is the variance of the Gaussian that makes a squared loss a likelihood.
            let (a, b) = (losses.0 * 0.5 / meanLoss, losses.1 * 0.5 / meanLoss)
            let least = min(a, min(b[0], b[1]))
            return share.updated(
                Elementary.exp(least - a), SIMD2(Elementary.exp(least - b[0]), Elementary.exp(least - b[1])))
        }

        @inline(__always)
        private mutating func step(
            _ x: borrowing FeatureVector, _ residuals: SIMD2<Double>, _ deviation: Double, _ journal: inout Journal
        ) -> Bool {
            switch loss {
            case .squared:
                return twins.step(x, gradients: residuals, unit: deviation, share: share, journal: &journal) {
                    residuals / (1 + $0)
                }
            case .absolute:
                let signs = SIMD2(Self.sign(residuals[0]), Self.sign(residuals[1]))
                return twins.step(x, gradients: deviation * signs, unit: deviation, share: share, journal: &journal) {
                    $0[0] > 0 ? TwinAdaGrad.bounded(residuals / $0, deviation) : $0
                }
            case .huber(let epsilon):
                let gradients = TwinAdaGrad.bounded(residuals, epsilon)
                return twins.step(x, gradients: gradients, unit: deviation, share: share, journal: &journal) {
                    TwinAdaGrad.bounded(residuals / (1 + $0), epsilon)
                }
            }
        }

        @inline(__always)
        private static func sign(_ value: Double) -> Double {
            value > 0 ? 1 : value < 0 ? -1 : 0
        }

        var byteCount: Int { twins.byteCount }

        func encode(to encoder: inout CanonicalEncoder) {
            for value in [labels.count, labels.mean, labels.sumOfSquares, labels.least, labels.largest, meanLoss] {
                encoder.double(value)
            }
            share.encode(to: &encoder)
            twins.encode(to: &encoder)
        }

        mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
            labels.count = try decoder.double()
            labels.mean = try decoder.double()
            labels.sumOfSquares = try decoder.double()
            labels.least = try decoder.double()
            labels.largest = try decoder.double()
            meanLoss = try decoder.double()
            share = try FixedShare(from: &decoder)
            twins = try TwinAdaGrad(from: &decoder)
        }
    }
}
