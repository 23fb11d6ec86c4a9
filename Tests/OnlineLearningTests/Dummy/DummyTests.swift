import OnlineLearning
import Testing

@Suite struct DummyTests {
    static func answers(_ learner: String, _ values: [Double], _ arguments: [String: Argument] = [:]) -> [Double] {
        var probe = LearnerProbe(component(learner, arguments), .regression)
        var answers = probe.predict([0])
        for value in values {
            probe.learn([0], .value(value))
            answers += probe.predict([0])
        }
        return answers
    }

    @Test func regressorsAnswerWhatTheyAreNamedFor() {
        #expect(Self.answers("no_change_regressor", [1, 2, 6]) == [0, 1, 2, 6])
        #expect(Self.answers("statistic_regressor", [1, 2, 6]) == [0, 1, 1.5, 3])
        #expect(
            Self.answers("statistic_regressor", [1, 2, 6], ["statistic": .choice("ew_mean")]) == [0, 1, 1.5, 3.75])
    }

    @Test(arguments: [
        ("prior_classifier", [:], [0.5, 0.75, 0.5, 0.375]),
        ("prior_classifier", ["prior_count": Argument.number(0)], [0.5, 1, 0.5, 1.0 / 3]),
        ("no_change_classifier", ["probability": .choice("certain")], [0.5, 1, 0, 0]),
        ("no_change_classifier", [:], [0.5, 0.5, 0.75, 0.5]),
    ])
    func classifiersAnswerWhatTheyAreNamedFor(_ learner: String, _ arguments: [String: Argument], _ expected: [Double])
    {
        var probe = LearnerProbe(component(learner, arguments), .binary)
        var answers = probe.predict([0])
        for label in [1, 0, 0] {
            probe.learn([0], .label(label))
            answers += probe.predict([0])
        }
        #expect(answers == expected)
    }

    @Test(arguments: Task.allCases) func theBaselineIsTheDummyAtItsDefaults(_ task: Task) {
        let name = task == .regression ? "statistic_regressor" : "prior_classifier"
        var probe = LearnerProbe(component(name), task)
        var baseline = Baseline(task)
        for label in [0, 1, 1, 2, 0] {
            var answer: [Double] = []
            baseline.predict(into: &answer)
            #expect(probe.predict([0]) == answer)
            let target: Target =
                task == .regression ? .value(Double(label)) : .label(task == .binary ? label % 2 : label)
            baseline.learn(target)
            probe.learn([0], target)
        }
    }

    @Test func aWeightOfTwoIsTwoExamples() {
        for arguments: [String: Argument] in [[:], ["statistic": .choice("ew_mean")]] {
            var once = LearnerProbe(component("statistic_regressor", arguments), .regression)
            var twice = once
            for (value, weight) in [(1.0, 1), (5, 2), (2, 3)] {
                once.learn([0], .value(value), weight: Double(weight))
                for _ in 0..<weight { twice.learn([0], .value(value)) }
            }
            #expect(isClose(once.predict([0])[0], twice.predict([0])[0]))
        }
    }

    @Test func theFadingFactorIsOfTheWeightedMean() throws {
        let declaration = try #require(Catalogue.declaration(named: "statistic_regressor"))
        let plain = component("statistic_regressor", ["fading_factor": .number(0.1)])
        #expect(declaration.conflict(plain.arguments) == "fading_factor needs statistic ew_mean")
        let weighted = component(
            "statistic_regressor", ["fading_factor": .number(0.1), "statistic": .choice("ew_mean")])
        #expect(declaration.conflict(weighted.arguments) == nil)
    }
}
