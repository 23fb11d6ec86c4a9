import OnlineLearning
import Testing

/// Labels of questions that were asked before anything was learned.
@Suite struct EarlyLabelTests {
    /// However often an expert was right, nobody falls below e⁻² of it; an expert that nothing speaks against stays
    /// beside it.
    @Test func theyMoveWeightsByABoundedPart() {
        var mixture = BayesMixture(prior: [0.25, 0.25, 0.5])
        var hedge = AdaHedge(prior: [0.25, 0.25, 0.5])
        for label in 0..<500 {
            [0.01, 0.9, 0.9].withUnsafeBufferPointer {
                mixture.update($0, weight: 1, labelsSince: Double(label))
            }
            var weights = [0.0, 0, 0]
            weights.withUnsafeMutableBufferPointer { hedge.weigh($0) }
            weights.withUnsafeBufferPointer { weights in
                let isCounted = [5.0, 1, 1].withUnsafeBufferPointer {
                    hedge.update($0, weights: weights, labelsSince: Double(label))
                }
                #expect(isCounted)
            }
        }
        var weights = [0.0, 0, 0]
        weights.withUnsafeMutableBufferPointer { hedge.weigh($0) }
        for weights in [mixture.weights, weights] {
            #expect(weights[0] > 0.13 * weights[2] && weights[0] < 0.3 * weights[2], "\(weights)")
            #expect(abs(weights[1] / weights[2] - 0.5) < 0.05, "\(weights)")
        }
    }

    /// Who was far behind by what was said stays there.
    @Test func theyBringNobodyBack() {
        var mixture = BayesMixture(prior: [0.5, 0.5])
        for _ in 0..<50 { [0.1, 0.9].withUnsafeBufferPointer { mixture.update($0, weight: 1) } }
        let before = mixture.weights[0]
        #expect(before < 0.05)
        [0.5, 0.5].withUnsafeBufferPointer { mixture.update($0, weight: 1, labelsSince: 50) }
        #expect(mixture.weights[0] < before + 0.02)
    }
}
