import Determinism
import OnlineLearning

/// Laws about what must not be learned.
extension LearnerLaw {
    /// Usual examples, every other with numbers, values or weights that overflow.
    private static func overflowing(_ index: Int, _ example: Example, _ generator: inout SeededGenerator) -> Example {
        var example = example
        example.categories[1] = "new \(index)"
        for i in example.numbers.indices where generator.below(2) == 0 {
            example.numbers[i] = [1e308, -1e308, 1e200, -1e155][generator.below(4)]
        }
        if generator.below(10) == 0 { example.value *= 1e300 }
        return example
    }

    static func aFailedUpdateChangesNothing(_ subject: LearnerSubject) -> [Violation] {
        let law = LearnerLaw.aFailedUpdateChangesNothing
        for isScaled in [false, true] {
            var generator = SeededGenerator(seed: 7)
            var model = subject.model(trainedOn: ExampleStream.examples(60), isScaled: isScaled)
            for (index, usual) in ExampleStream.examples(150, seed: 9).enumerated() {
                let example = overflowing(index, usual, &generator)
                let before = model.bytes
                let answer = model.predict(usual)
                let isLearned = model.learn(example, weight: index % 5 == 0 ? 1e300 : 1)
                if !isLearned, model.bytes != before || !model.predict(usual).isSame(as: answer) {
                    return [subject.violation(law, index, "the state as it was", "another, though refused")]
                }
            }
        }
        return []
    }

    static func nothingStaysNotFinite(_ subject: LearnerSubject) -> [Violation] {
        var generator = SeededGenerator(seed: 8)
        var model = subject.model(trainedOn: ExampleStream.examples(60))
        for (index, usual) in ExampleStream.examples(300, seed: 10).enumerated() {
            model.learn(index % 2 == 0 ? overflowing(index, usual, &generator) : usual)
            if let expected = model.fault(model.predict(usual)) {
                return [subject.violation(.nothingStaysNotFinite, index, expected, model.predict(usual))]
            }
        }
        return []
    }
}
