import Determinism
import OnlineLearning
import Testing

/// The limits of a tree's memory.
@Suite struct TreeMemoryTests {
    @Test(arguments: [
        TreeClassifierTests.hoeffding, TreeClassifierTests.adaptive, TreeClassifierTests.fast,
    ])
    func theLimitHoldsAfterEveryExample(_ learner: String) {
        for size in [0.02, 0.05] {
            let arguments: [String: Argument] = [
                "grace_period": .integer(20), "delta": .number(0.5), "max_size": .number(size),
                "max_branches": .none,
                "splitter": .component(component("exhaustive_splitter")),
            ]
            var model = TreePipeline(learner, arguments, numbers: 4, categories: 2)
            let empty = model.model.byteCount
            for example in TreeExample.stream(4000, seed: 9, classes: 2) {
                model.learn(example.numbers, example.categories, label: example.label)
                // The table of names belongs to the pipeline: 46 short ones.
                #expect(model.model.byteCount - empty <= Int(size * 1_048_576) + 4096)
            }
        }
    }

    @Test(arguments: ["mc", "nba"]) func aFeatureOfAHundredThousandValuesCostsLittleAndHarmsLittle(_ leaf: String) {
        var generator = SeededGenerator(seed: 12)
        var model = TreePipeline(
            TreeClassifierTests.hoeffding, ["leaf_prediction": .choice(leaf)], numbers: 0, categories: 1)
        var (loss, baseline, positives) = (0.0, 0.0, 0.0)
        let count = 30_000
        for index in 0..<count {
            let label = generator.below(10) < 3 ? 1 : 0
            let category = "v\(generator.below(100_000))"
            let p = min(max(model.predict([], [category])[0], 1e-15), 1 - 1e-15)
            let q = (positives + 0.5) / (Double(index) + 1)
            loss -= Elementary.log(label == 1 ? p : 1 - p)
            baseline -= Elementary.log(label == 1 ? q : 1 - q)
            positives += Double(label)
            model.learn([], [category], label: label)
        }
        #expect(loss / Double(count) < baseline / Double(count) + 0.01)
        #expect(model.model.byteCount < 1_000_000)
    }
}
