import Determinism

/// The probability that each of four experts, the trivial model and the rungs of a ``RateLadder``, is the one to
/// believe: Bayes' rule with a share dealt out anew, each judged by what it said when asked, at a rate that is held
/// down by what late labels have cost and may still cost.
///
/// While labels are under way the shares are stale. The *drift* adds up what that has cost: what the answer lost beyond
/// what the same voices would have lost by the shares of now; some 10⁴ labels later it is forgotten. What the labels
/// under way may still cost follows from their ``Lateness``. The rate is full where nothing is late.
///
/// Where no label came in between, what is said now is what was said. Questions asked before anything was learned were
/// answered alike by all: the experts are judged by what they say of them now, at half the rate, for that flatters the
/// fast, and by no more than 2 nats in all.
///
/// Source: S. de Rooij et al., *Follow the leader if you can, hedge if you must*, JMLR 15, 2014 (the drift is its gap);
/// G. Flaspohler et al., *Online learning with optimism and delay*, ICML 2021 (delay in the gap); M. Herbster and M.
/// Warmuth, *Tracking the best expert*, Machine Learning 32, 1998. How they are put together here is our own: decision
/// 0035.
struct LadderShares: Sendable, Equatable {
    /// Of each expert, the trivial model's first.
    private(set) var shares = SIMD4<Double>(repeating: 0.25)
    /// What stale shares have cost, in units of the loss.
    private(set) var drift = 0.0
    private(set) var lateness = Lateness()

    /// What is dealt out anew after every example, at the full rate.
    @inline(__always) private static var dealt: Double { 5e-4 }
    /// exp(−2), of ``Lateness/earlyNats``: to this part of the largest share an early label may bring a share down.
    @inline(__always) private static var earlyLeast: Double { 0.135_335_283_236_612_7 }
    /// ln 4: what may be lost to the best of four experts.
    @inline(__always) private static var surprise: Double { 1.386_294_361_119_890_6 }

    init() {}

    /// The average of the experts' answers, weighted by their shares.
    @inline(__always)
    func average(_ voices: SIMD4<Double>) -> Double {
        shares[0] * voices[0] + shares[1] * voices[1] + shares[2] * voices[2] + shares[3] * voices[3]
    }

    /// The mean square over the rungs alone.
    @inline(__always)
    func meanSquareOfRungs(_ values: SIMD4<Double>) -> Double {
        let parts = shares * values * values
        return (parts[1] + parts[2] + parts[3]) / (shares[1] + shares[2] + shares[3])
    }

    /// The shares after a label by which nobody is judged.
    @inline(__always)
    func counted() -> LadderShares {
        var next = self
        next.lateness.pass()
        return next
    }

    /// See ``Lateness/isEarly(_:)``.
    @inline(__always)
    func isEarly(_ labelsSince: Double) -> Bool { lateness.isEarly(labelsSince) }

    /// The shares after a label; nil where they would not be finite.
    /// - Parameters:
    ///   - losses: of each expert's voice when asked, or now where the question is early.
    ///   - regret: what the answer lost beyond the average of these voices by the shares of now.
    ///   - labelsSince: how many labels came between the question and this one.
    ///   - rate: nats for a unit of loss.
    ///   - weight: how many examples this one counts for.
    @inline(__always)
    func judged(
        losses: SIMD4<Double>, regret: Double, labelsSince: Double, rate: Double, weight: Double
    ) -> LadderShares? {
        var next = self
        let isEarly = isEarly(labelsSince)
        let caution = next.takeDelay(labelsSince, regret: weight * regret, rate)
        let least = min(min(losses[0], losses[1]), min(losses[2], losses[3]))
        let speed = (isEarly ? Lateness.early : 1) * caution * rate * weight
        return next.moved(by: Self.exp(-speed * (losses - least)), caution, weight, isEarly)
    }

    /// The same for probabilities that the experts gave the class that came, each above 0: the loss is the negative
    /// logarithm, the rate 1.
    /// - Parameters:
    ///   - answer: what the answer gave it.
    ///   - mean: what the average of these voices by the shares of now gives it.
    @inline(__always)
    func judged(
        likelihoods: SIMD4<Double>, answer: Double, mean: Double, labelsSince: Double, weight: Double
    ) -> LadderShares? {
        var next = self
        let isEarly = isEarly(labelsSince)
        // Only where labels moved the shares, and the answer was the worse, is there anything to add.
        let regret = labelsSince > 0 && answer < mean ? Elementary.log(mean) - Elementary.log(answer) : 0
        let caution = next.takeDelay(labelsSince, regret: weight * regret, 1)
        if caution == 1, weight == 1, !isEarly { return next.moved(by: likelihoods, 1, 1, false) }
        let largest = Self.largest(likelihoods)
        let logarithms = SIMD4(
            Elementary.log(likelihoods[0] / largest), Elementary.log(likelihoods[1] / largest),
            Elementary.log(likelihoods[2] / largest), Elementary.log(likelihoods[3] / largest))
        let speed = (isEarly ? Lateness.early : 1) * caution * weight
        return next.moved(by: Self.exp(speed * logarithms), caution, weight, isEarly)
    }

    /// Learns how late a label was and what that cost. - Returns: the part of the rate that is left, above 0, up to 1.
    @inline(__always)
    private mutating func takeDelay(_ labels: Double, regret: Double, _ rate: Double) -> Double {
        drift = drift * (1 - Lateness.forgotten) + max(0, regret)
        lateness.take(labels)
        let cost = rate * drift + lateness.cost
        return cost > Self.surprise ? Self.surprise / cost : 1
    }

    @inline(__always)
    private func moved(
        by factors: SIMD4<Double>, _ caution: Double, _ weight: Double, _ isEarly: Bool
    ) -> LadderShares? {
        var grown = shares * factors
        if isEarly {
            let (before, after) = (Self.largest(shares), Self.largest(grown))
            for lane in 0..<4 {
                grown[lane] = max(grown[lane], after * min(shares[lane] / before, Self.earlyLeast))
            }
        }
        let sum = grown[0] + grown[1] + grown[2] + grown[3]
        guard sum > 0, sum < .infinity, drift < .infinity else { return nil }
        let once = Self.dealt * caution
        let dealt = weight == 1 ? once : 1 - Elementary.exp(weight * Elementary.log1p(-once))
        var next = self
        next.shares = ((1 - dealt) / sum) * grown + dealt / 4
        return next
    }

    @inline(__always)
    private static func largest(_ values: SIMD4<Double>) -> Double {
        max(max(values[0], values[1]), max(values[2], values[3]))
    }

    @inline(__always)
    private static func exp(_ values: SIMD4<Double>) -> SIMD4<Double> {
        SIMD4(
            Elementary.exp(values[0]), Elementary.exp(values[1]), Elementary.exp(values[2]), Elementary.exp(values[3]))
    }

    func encode(to encoder: inout CanonicalEncoder) {
        for lane in 0..<4 { encoder.double(shares[lane]) }
        encoder.double(drift)
        lateness.encode(to: &encoder)
    }

    init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        for lane in 0..<4 { shares[lane] = try decoder.double() }
        drift = try decoder.double()
        lateness = try Lateness(from: &decoder)
    }
}

extension LadderShares {
    /// What four experts said when asked, and what was answered, where that was kept and is sound.
    struct Said {
        let voices: SIMD4<Double>
        let answer: Double
        let labelsSince: Double

        /// - Parameters:
        ///   - place: of the class that came, among several.
        ///   - classCount: of classes that had a voice each; 1 where there is one number.
        @inline(__always)
        init?(
            _ voices: UnsafeBufferPointer<Double>, _ answer: UnsafeBufferPointer<Double>, _ labelsSince: Double,
            place: Int = 0, classCount: Int = 1
        ) {
            guard voices.count == 4 * classCount, place < classCount, place < answer.count, labelsSince >= 0 else {
                return nil
            }
            self.voices = SIMD4(
                voices[place], voices[classCount + place], voices[2 * classCount + place],
                voices[3 * classCount + place])
            (self.answer, self.labelsSince) = (answer[place], labelsSince)
            let check = (self.voices[0] + self.voices[1] + self.voices[2] + self.voices[3] + self.answer) * 0
            guard check == 0, labelsSince < .infinity else { return nil }
        }
    }
}
