import Determinism
import OnlineLearning
import Testing

@Suite struct NeighborsTests {
    static func engine(_ size: Int, keep: Double = 0) -> Argument {
        .component(component("lazy_search", ["window_size": .integer(size), "min_distance_keep": .number(keep)]))
    }

    @Test func theNearerClassHasTheLargerVote() {
        for (prior, expected) in [(0, [1.0 / 3, 1]), (0.5, [0.3888888888888889, 0.75])] {
            var probe = LearnerProbe(
                component("knn_classifier", ["n_neighbors": .integer(2), "prior_count": .number(prior)]), .binary)
            probe.learn([0], .label(0))
            probe.learn([3], .label(1))
            #expect(isClose(probe.predict([1])[0], expected[0]))
            #expect(isClose(probe.predict([3])[0], expected[1]))
        }
        #expect(component("knn_classifier").arguments.last == .number(0.5))
    }

    @Test func theWeightedMeanOfTwo() {
        let learner = component(
            "knn_regressor", ["n_neighbors": .integer(2), "aggregation_method": .choice("weighted_mean")])
        var probe = LearnerProbe(learner, .regression)
        #expect(probe.predict([1]) == [0])
        probe.learn([0], .value(10))
        probe.learn([3], .value(40))
        #expect(isClose(probe.predict([1])[0], 20))
        #expect(probe.predict([0]) == [10])
    }

    /// Every size of the window around a block of eight, against a search that sorts them all.
    @Test(arguments: [1, 2, 7, 8, 9, 16, 30]) func findsWhatASortFinds(_ size: Int) {
        var generator = SeededGenerator(seed: UInt64(size))
        let count = 5
        let learner = component(
            "knn_regressor", ["n_neighbors": .integer(count), "engine": Self.engine(size)])
        var probe = LearnerProbe(learner, .regression, numbers: 2, categories: 1)
        var window: [(numbers: [Double], category: String, value: Double)] = []
        for step in 0..<100 {
            // Few places, so that many are equally far.
            let numbers = [Double(generator.below(4)), Double(generator.below(3)) + 0.5]
            let category = ["a", "b"][generator.below(2)]
            let question = [numbers[0] + 0.25, numbers[1]]
            let sorted = window.enumerated().map { age, row in
                var square = row.category == category ? 0.0 : 1
                for i in 0..<2 { square += (row.numbers[i] - question[i]) * (row.numbers[i] - question[i]) }
                return (square: square, age: age, value: row.value)
            }.sorted { ($0.square, $0.age) < ($1.square, $1.age) }.prefix(count)
            let expected = sorted.isEmpty ? 0 : sorted.reduce(0) { $0 + $1.value } / Double(sorted.count)
            #expect(isClose(probe.predict(question, [category])[0], expected))
            probe.learn(numbers, [category], .value(Double(step + 1)))
            window.append((numbers, category, Double(step + 1)))
            if window.count > size { window.removeFirst() }
        }
    }

    @Test func encodedColumnsAreAsFarApartAsRiverHasThem() {
        var generator = SeededGenerator(seed: 4)
        let arguments: [String: Argument] = ["aggregation_method": .choice("weighted_mean"), "engine": Self.engine(10)]
        var encoded = LearnerProbe(component("knn_regressor", arguments), .regression, categories: 2, oneHot: true)
        var numbers = LearnerProbe(component("knn_regressor", arguments), .regression, numbers: 7)
        var seen: Set<String> = []
        for _ in 0..<60 {
            let (x, first, second) = (generator.uniform(), generator.below(3), generator.below(3))
            let columns = (0..<3).map { $0 == first ? 1.0 : 0 } + (0..<3).map { $0 == second ? 1.0 : 0 }
            let names = ["\(first)", "\(second)"]
            // A category that was never learned has no column yet.
            if seen.isSuperset(of: ["a\(first)", "b\(second)"]) {
                #expect(isClose(encoded.predict([x], names)[0], numbers.predict([x] + columns)[0]))
            }
            seen.formUnion(["a\(first)", "b\(second)"])
            let y = generator.uniform() + 1
            encoded.learn([x], names, .value(y))
            numbers.learn([x] + columns, .value(y))
        }
    }

    @Test func anExampleTooNearToAnotherIsNotKept() {
        let learner = component("knn_regressor", ["n_neighbors": .integer(9), "engine": Self.engine(9, keep: 1)])
        var probe = LearnerProbe(learner, .regression)
        for (x, y) in [(0.0, 10.0), (0.5, 1000), (1, 1000), (1.5, 20)] { probe.learn([x], .value(y)) }
        #expect(probe.predict([0.7]) == [15])
    }

    @Test func classesThatLeftTheWindowAreForgottenWhenAsked() {
        var probe = LearnerProbe(
            component(
                "knn_classifier",
                ["engine": Self.engine(2), "cleanup_every": .integer(4), "prior_count": .number(0)]), .multiclass)
        for (x, label) in [(0.0, 0), (1, 1), (2, 1)] { probe.learn([x], .label(label)) }
        #expect(probe.predict([9]) == [0, 1])
        probe.learn([3], .label(1))
        let answer = probe.predict([9])
        #expect(answer[0].isNaN && answer[1] == 1)
    }

    @Test func aMissingNumberIsZeroAndAMissingCategoryDiffers() {
        var probe = LearnerProbe(
            component("knn_regressor", ["n_neighbors": .integer(1)]), .regression, numbers: 1, categories: 1)
        probe.learn([.nan], ["a"], .value(1))
        probe.learn([3], [nil], .value(2))
        #expect(probe.predict([0.1], ["a"]) == [1])
        #expect(probe.predict([2.9], [nil]) == [2])
        #expect(probe.predict([0], [nil]) == [1])
        #expect(probe.predict([.nan], ["never seen"]) == [1])
    }
}
