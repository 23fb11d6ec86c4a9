import OnlineLearning
import Testing

/// Probabilities that claim too much are believed only as far as they proved true.
@Suite struct TemperingTests {
    /// The mean log loss over examples whose one feature, given so many times over, says with 70 % which class it is.
    private static func loss(_ learner: String, copies: Int, isTempered: Bool) -> Double {
        var probe = LearnerProbe(
            component(learner, ["tempering": .boolean(isTempered)]), .binary, numbers: copies)
        var (metric, stream) = (Scorecard([Component(named: "log_loss")], task: .binary), ExampleSource())
        for _ in 0..<2_000 {
            let (label, sign) = stream.next()
            let x = [Double](repeating: sign, count: copies)
            metric.update(.label(label), probe.predict(x))
            probe.learn(x, .label(label))
        }
        return metric["log_loss"] ?? .nan
    }

    /// Labels of equal frequency, and a number that agrees with seven in ten of them.
    private struct ExampleSource {
        private var state: UInt64 = 1

        private mutating func draw(_ bound: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % bound
        }

        mutating func next() -> (label: Int, sign: Double) {
            let label = Int(draw(2))
            let isRight = draw(10) < 7
            return (label, (label == 1) == isRight ? 1 : 0)
        }
    }

    @Test(arguments: ["gaussian_nb", "bernoulli_nb"])
    func twentyCopiesOfAFeatureSayNoMoreThanOne(_ learner: String) {
        let honest = Self.loss(learner, copies: 1, isTempered: false)
        #expect(Self.loss(learner, copies: 20, isTempered: false) > 2 * honest)
        #expect(Self.loss(learner, copies: 20, isTempered: true) < 1.05 * honest)
        // Where nothing is claimed too much, it costs next to nothing.
        #expect(Self.loss(learner, copies: 1, isTempered: true) < 1.02 * honest)
    }

    @Test func aPerceptronDoesNotClaimToBeCertain() {
        #expect(Self.loss("perceptron", copies: 1, isTempered: true) < 0.7)
        #expect(Self.loss("perceptron", copies: 20, isTempered: false) > 1)
        #expect(Self.loss("perceptron", copies: 20, isTempered: true) < 0.7)
    }
}
