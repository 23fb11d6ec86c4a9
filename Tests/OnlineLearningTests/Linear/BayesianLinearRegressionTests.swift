import Determinism
import OnlineLearning
import Testing

@Suite struct BayesianLinearRegressionTests {
    @Test func oneExampleWeighsAsMuchAsThePrior() {
        var probe = LearnerProbe(component("bayesian_linear_regression"), .regression)
        probe.learn([1], .value(2))
        #expect(isClose(probe.predict([1])[0], 1))
    }

    /// The closed form (Bishop, equation 3.50) solved by elimination, against learning one by one.
    @Test(arguments: [false, true]) func isRidgeRegressionOverAllThatWasLearned(_ isEncoded: Bool) {
        var generator = SeededGenerator(seed: 8)
        let (alpha, beta, names) = (0.7, 2.0, ["a", "b", "c"])
        var probe = LearnerProbe(
            component("bayesian_linear_regression", ["alpha": .number(alpha), "beta": .number(beta)]), .regression,
            numbers: isEncoded ? 2 : 5, categories: isEncoded ? 1 : 0, oneHot: isEncoded)
        var system = (0..<5).map { i in (0..<6).map { $0 == i ? alpha : 0 } }
        for step in 0..<50 {
            let category = step < 3 ? step : generator.below(3)
            let numbers = [generator.uniform() * 4, generator.uniform() - 1]
            let x = numbers + (0..<3).map { $0 == category ? 1.0 : 0 }
            let y = 3 * x[0] - x[1] + Double(category) + generator.uniform()
            if isEncoded { probe.learn(numbers, [names[category]], .value(y)) } else { probe.learn(x, .value(y)) }
            for i in 0..<5 {
                for j in 0..<5 { system[i][j] += beta * x[i] * x[j] }
                system[i][5] += beta * x[i] * y
            }
        }
        for i in 0..<5 {
            for other in 0..<5 where other != i {
                let factor = system[other][i] / system[i][i]
                for j in i..<6 { system[other][j] -= factor * system[i][j] }
            }
        }
        let weights = (0..<5).map { system[$0][5] / system[$0][$0] }
        for category in 0..<3 {
            let expected = weights[0] * 1.5 + weights[1] * -0.25 + weights[2 + category]
            let x = [1.5, -0.25] + (0..<3).map { $0 == category ? 1.0 : 0 }
            let answer = isEncoded ? probe.predict([1.5, -0.25], [names[category]]) : probe.predict(x)
            #expect(isClose(answer[0], expected))
        }
    }

    @Test func smoothingFollowsWhatChanges() {
        var generator = SeededGenerator(seed: 2)
        var still = LearnerProbe(component("bayesian_linear_regression"), .regression)
        var moving = LearnerProbe(component("bayesian_linear_regression", ["smoothing": .number(0.9)]), .regression)
        for step in 0..<400 {
            let x = generator.uniform() + 0.5
            let y = step < 200 ? x : -3 * x
            still.learn([x], .value(y))
            moving.learn([x], .value(y))
        }
        #expect((moving.predict([1])[0] + 3).magnitude < 0.01)
        #expect((still.predict([1])[0] + 3).magnitude > 1)
    }

    @Test func smoothingOutlastsColumnsThatNeverComeAgain() {
        var probe = LearnerProbe(
            component("bayesian_linear_regression", ["smoothing": .number(0.5)]), .regression, numbers: 2)
        for i in 0..<5000 {
            let isLearned = probe.learn([1, i == 0 ? 1 : .nan], .value(4))
            #expect(isLearned)
        }
        #expect(isClose(probe.predict([1, .nan])[0], 4))
        #expect(probe.predict([1, 1])[0].isFinite)
    }

    @Test func columnsBeyondTheLimitTakeNoPart() {
        var limited = LearnerProbe(
            component("bayesian_linear_regression", ["max_columns": .integer(2)]), .regression, numbers: 4)
        var small = LearnerProbe(component("bayesian_linear_regression"), .regression, numbers: 2)
        for example in Example.stream(50, seed: 3) {
            limited.learn(example.numbers + [example.numbers[0]], .value(example.value))
            small.learn(Array(example.numbers[0..<2]), .value(example.value))
        }
        #expect(limited.predict([1, 2, 3, 4]) == small.predict([1, 2]))
    }

    @Test func aWeightOfTwoIsTwoExamples() {
        var once = LearnerProbe(component("bayesian_linear_regression"), .regression)
        var twice = once
        once.learn([1.5], .value(2), weight: 2)
        for _ in 0..<2 { twice.learn([1.5], .value(2)) }
        #expect(isClose(once.predict([1])[0], twice.predict([1])[0]))
    }
}
