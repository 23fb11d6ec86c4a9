import OnlineLearning
import Testing

@Suite struct PassiveAggressiveTests {
    @Test func aClassifierMovesJustSoFarThatItWouldHaveBeenRight() {
        var probe = LearnerProbe(component("pa_classifier"), .binary)
        probe.learn([2], .label(1))
        #expect(isClose(probe.predict([2])[0], 0.7772998611746911))
    }

    @Test func aRegressorMovesJustSoFarThatItWouldHaveBeenRight() {
        var probe = LearnerProbe(component("pa_regressor"), .regression)
        probe.learn([2], .value(3))
        #expect(isClose(probe.predict([2])[0], 3.6249999999999996))
        var withoutIntercept = LearnerProbe(
            component("pa_regressor", ["learn_intercept": .boolean(false)]), .regression)
        withoutIntercept.learn([2], .value(3))
        #expect(isClose(withoutIntercept.predict([2])[0], 2.9))
    }

    @Test func staysAsItIsWhereAnAnswerIsGoodEnough() {
        var probe = LearnerProbe(component("pa_regressor", ["eps": .number(1)]), .regression)
        probe.learn([2], .value(3))
        let before = probe.bytes
        probe.learn([2], .value(probe.predict([2])[0] + 0.9))
        #expect(probe.bytes == before)
    }

    @Test(arguments: [1, 2]) func oneExampleMovesTheWeightsNoFartherThanC(_ mode: Int) {
        let arguments: [String: Argument] = ["C": .number(0.001), "mode": .integer(mode)]
        var probe = LearnerProbe(component("pa_regressor", arguments), .regression)
        probe.learn([1], .value(100))
        #expect(probe.predict([1])[0] < 0.5)
    }

    @Test func riversLossNeverRestsOnValues() {
        var paper = LearnerProbe(component("pa_regressor"), .regression)
        var river = LearnerProbe(
            component("pa_regressor", ["loss": .choice("epsilon_insensitive_hinge")]), .regression)
        for _ in 0..<50 {
            paper.learn([1], .value(3))
            river.learn([1], .value(3))
        }
        #expect((paper.predict([1])[0] - 3).magnitude <= 0.11)
        #expect((river.predict([1])[0] - 3).magnitude > 0.5)
    }
}
