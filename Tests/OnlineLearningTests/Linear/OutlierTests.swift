import OnlineLearning
import Testing

/// A mistaken true value, and true values in an unusual unit.
@Suite struct OutlierTests {
    private static func truth(_ index: Int) -> (x: [Double], y: Double) {
        let x = [Double(index % 7) - 3, Double(index % 5) - 2]
        return (x, 3 * x[0] - x[1] + Double(index % 3) * 0.1)
    }

    /// The distance from the truth 100 examples after one true value was 1e9.
    private static func error(_ arguments: [String: Argument]) -> Double {
        var probe = LearnerProbe(component("bayesian_linear_regression", arguments), .regression, numbers: 2)
        for index in 0..<400 {
            let (x, y) = truth(index)
            probe.learn(x, .value(index == 300 ? 1e9 : y))
        }
        let (x, y) = truth(1)
        return (probe.predict(x)[0] - y).magnitude
    }

    @Test func oneMistakenValueDoesNotLastWhereItIsLimited() {
        #expect(Self.error([:]) < 1)
        #expect(Self.error(["outlier_limit": .none]) > 1e4)
    }

    @Test func aChangeForGoodIsFollowed() {
        var probe = LearnerProbe(
            component("bayesian_linear_regression", ["smoothing": .number(0.9)]), .regression, numbers: 2)
        for index in 0..<400 {
            let (x, y) = Self.truth(index)
            probe.learn(x, .value(index < 200 ? y : 1e6 * y))
        }
        let (x, y) = Self.truth(1)
        #expect((probe.predict(x)[0] - 1e6 * y).magnitude < 3e5)
    }

    @Test(arguments: ["fm_regressor", "ffm_regressor", "hofm_regressor"])
    func theUnitOfTheTrueValuesMakesNoDifference(_ learner: String) {
        func answer(_ factor: Double) -> Double {
            var probe = LearnerProbe(component(learner), .regression, numbers: 2)
            for index in 0..<300 {
                let (x, y) = Self.truth(index)
                probe.learn(x, .value(y * factor))
            }
            return probe.predict([1, 2])[0] / factor
        }
        #expect(isClose(answer(1), answer(0x1p40)))
        #expect(isClose(answer(1), answer(0x1p-40)))
        #expect((answer(1) - 1).magnitude < 2)
    }
}
