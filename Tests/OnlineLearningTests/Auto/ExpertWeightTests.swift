import Determinism
import Testing

import OnlineLearning

@Suite("Weights of experts")
struct ExpertWeightTests {
    /// Losses of three experts: one good, one as good in the second half, one that draws.
    private func losses(_ seed: UInt64, _ count: Int, scale: Double = 1) -> [[Double]] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            let noise = (0..<3).map { _ in Double(generator.next() >> 11) * 0x1p-53 }
            return [0.2 + 0.3 * noise[0], index < count / 2 ? 0.9 : 0.1 * noise[1], noise[2]].map { $0 * scale }
        }
    }

    private func weights(_ hedge: AdaHedge) -> [Double] {
        var weights = hedge.prior
        weights.withUnsafeMutableBufferPointer { hedge.weigh($0) }
        return weights
    }

    @Test("AdaHedge begins as documented")
    func documentedHedge() {
        var hedge = AdaHedge(prior: [0.5, 0.5])
        let isTaken1 = hedge.update([1, 0], weights: weights(hedge))
        #expect(isTaken1)
        #expect(hedge.gap == 0.5)
        let after = weights(hedge)
        #expect(abs(after[0] - 0.2) < 1e-15 && abs(after[1] - 0.8) < 1e-15)
    }

    @Test("AdaHedge stays within its bound, whatever the scale", arguments: [1e-9, 1, 1e12], [1, 2, 3] as [UInt64])
    func hedgeBound(_ scale: Double, _ seed: UInt64) {
        for prior in [[1.0 / 3, 1.0 / 3, 1.0 / 3], [0.9, 0.09, 0.01]] {
            var hedge = AdaHedge(prior: prior)
            var (own, totals, variance) = (0.0, [0.0, 0.0, 0.0], 0.0)
            for event in losses(seed, 2_000, scale: scale) {
                let w = weights(hedge)
                #expect(abs(w.reduce(0, +) - 1) < 1e-12)
                let mean = (0..<3).reduce(0) { $0 + w[$1] * event[$1] }
                variance += (0..<3).reduce(0) { $0 + w[$1] * (event[$1] - mean) * (event[$1] - mean) }
                own += mean
                for k in 0..<3 { totals[k] += event[k] }
                let isTaken2 = hedge.update(event, weights: w)
                #expect(isTaken2)
            }
            for k in 0..<3 {
                let surprise = Elementary.log(1 / prior[k]) / Elementary.log(3)
                #expect(own <= totals[k] + hedge.gap * (1 + surprise) * 1.000001)
            }
            guard prior[0] == prior[1] else { continue }
            let (logarithm, best) = (Elementary.log(3), totals.min() ?? 0)
            #expect(own - best <= 2 * (variance * logarithm).squareRoot() + scale * (16 / 3 * logarithm + 2))
        }
    }

    @Test("a loss that is not finite changes nothing")
    func infiniteLoss() {
        var hedge = AdaHedge(prior: [0.5, 0.5])
        let isTaken3 = hedge.update([1, 0], weights: weights(hedge))
        #expect(isTaken3)
        let before = (hedge.excess, hedge.gap)
        let isTaken4 = hedge.update([.infinity, .infinity], weights: weights(hedge))
        #expect(!isTaken4)
        let isTaken5 = hedge.update([.nan, 0], weights: weights(hedge))
        #expect(!isTaken5)
        #expect(hedge.excess == before.0 && hedge.gap == before.1)
    }

    @Test("the mixture begins as documented")
    func documentedMixture() {
        var mixture = BayesMixture(prior: [0.5, 0.5])
        mixture.update([0.75, 0.25], weight: 1)
        #expect(mixture.weights == [0.625, 0.375])
    }

    @Test("the mixture stays within its bound of every expert", arguments: [1, 2, 3] as [UInt64])
    func mixtureBound(_ seed: UInt64) {
        let prior = [0.5, 0.3, 0.2]
        var mixture = BayesMixture(prior: prior)
        var (own, totals) = (0.0, [0.0, 0.0, 0.0])
        for event in losses(seed, 3_000) {
            let p = event.map { max(1e-4, 1 - $0) }
            own -= Elementary.log((0..<3).reduce(0) { $0 + mixture.weights[$1] * p[$1] })
            for k in 0..<3 { totals[k] -= Elementary.log(p[k]) }
            mixture.update(p, weight: 1)
        }
        for k in 0..<3 { #expect(own <= totals[k] + Elementary.log(1 / prior[k]) + Elementary.log(3_001)) }
        // The expert that became the best later is followed then: better than any one of them all along.
        #expect(own < (totals.min() ?? 0))
    }

    @Test("a weight of two is two events to the likelihood")
    func mixtureWeight() {
        var (once, twice) = (BayesMixture(prior: [0.5, 0.5]), BayesMixture(prior: [0.5, 0.5]))
        once.update([0.6, 0.3], weight: 2)
        twice.update([0.36, 0.09], weight: 1)
        #expect(zip(once.weights, twice.weights).allSatisfy { abs($0 - $1) < 1e-15 })
    }

    @Test("an answer is held no farther beyond the values than they are apart")
    func range() throws {
        var range = ValueRange()
        #expect(range.held(-7) == -7)
        range.insert(5)
        #expect(range.held(0) == 5)
        range.insert(3)
        #expect(range.held(0) == 1 && range.held(6) == 6 && range.held(9) == 7)
        var encoder = CanonicalEncoder()
        range.encode(to: &encoder)
        var decoder = CanonicalDecoder(encoder.bytes)
        #expect(try ValueRange(from: &decoder).held(0) == 1)
        for (least, largest) in [(5.0, 3), (.nan, 3), (1, .infinity), (-.infinity, .infinity)] as [(Double, Double)] {
            var encoder = CanonicalEncoder()
            encoder.double(least)
            encoder.double(largest)
            var decoder = CanonicalDecoder(encoder.bytes)
            #expect(throws: CanonicalDecodingError.self) { try ValueRange(from: &decoder) }
        }
    }

    @Test("weights are restored, and damaged ones refused")
    func coding() throws {
        var (hedge, mixture) = (AdaHedge(prior: [0.25, 0.75]), BayesMixture(prior: [0.25, 0.75]))
        let isTaken6 = hedge.update([0.3, 1], weights: weights(hedge))
        #expect(isTaken6)
        mixture.update([0.3, 0.9], weight: 1)
        var encoder = CanonicalEncoder()
        hedge.encode(to: &encoder)
        mixture.encode(to: &encoder)
        var decoder = CanonicalDecoder(encoder.bytes)
        var (otherHedge, otherMixture) = (AdaHedge(prior: [0.25, 0.75]), BayesMixture(prior: [0.25, 0.75]))
        try otherHedge.restore(from: &decoder)
        try otherMixture.restore(from: &decoder)
        #expect(otherHedge.excess == hedge.excess && otherMixture.weights == mixture.weights)
        var three = AdaHedge(prior: [0.2, 0.4, 0.4])
        var again = CanonicalDecoder(encoder.bytes)
        #expect(throws: CanonicalDecodingError.self) { try three.restore(from: &again) }
    }

    @Test("the history keeps at most so many moments, evenly spread")
    func history() {
        var moments = ExpertMoments(expertCount: 2)
        for count in 1...10_000 {
            [0.5, 0.5].withUnsafeBufferPointer { moments.update($0) }
            #expect(moments.moments.count <= ExpertHistory.momentsMax && moments.count == UInt64(count))
        }
        let counts = moments.moments.map(\.count)
        #expect(counts.count > ExpertHistory.momentsMax / 2 - 1)
        #expect(Set(zip(counts, counts.dropFirst()).map { $1 - $0 }).count == 1)
    }
}

extension AdaHedge {
    fileprivate mutating func update(_ losses: [Double], weights: [Double]) -> Bool {
        losses.withUnsafeBufferPointer { losses in weights.withUnsafeBufferPointer { update(losses, weights: $0) } }
    }
}

extension BayesMixture {
    fileprivate mutating func update(_ probabilities: [Double], weight: Double) {
        probabilities.withUnsafeBufferPointer { update($0, weight: weight) }
    }
}
