import OnlineLearning

/// Laws about features: missing, new, in another order.
extension LearnerLaw {
    static func worksWithoutFeatures(_ subject: LearnerSubject) -> [Violation] {
        learns(.worksWithoutFeatures, subject, ExampleStream.examples(150).map(\.bare))
    }

    /// One more feature every forty examples.
    static func featuresMayAppear(_ subject: LearnerSubject) -> [Violation] {
        var examples = ExampleStream.examples(320)
        for index in examples.indices { examples[index].keep { index / 40 > $0 } }
        return learns(.featuresMayAppear, subject, examples)
    }

    /// All features, then one less every thirty examples, then all but one at once, and back.
    static func featuresMayVanish(_ subject: LearnerSubject) -> [Violation] {
        var examples = ExampleStream.examples(360)
        for index in examples.indices {
            if index < 240 { examples[index].keep { index / 30 <= $0 + 1 } }
            if index >= 300 { examples[index].keep { $0 == index % 6 } }
        }
        return learns(.featuresMayVanish, subject, examples)
    }

    static func orderOfFeaturesIsIrrelevant(_ subject: LearnerSubject) -> [Violation] {
        // Scaled where it is meant to be: a learner that explodes makes much of the last bit.
        let isScaled = subject.needsScaling
        var (model, reversed) = (subject.model(isScaled: isScaled), subject.model(isScaled: isScaled, isReversed: true))
        for (index, example) in ExampleStream.examples(400).enumerated() {
            let (answer, other) = (model.predict(example), reversed.predict(example))
            guard answer.isClose(to: other, within: 1e-6) else {
                return [
                    subject.violation(.orderOfFeaturesIsIrrelevant, index, "\(answer) with features reversed", other)
                ]
            }
            model.learn(example)
            reversed.learn(example)
        }
        return []
    }
}

extension Example {
    /// Makes features missing but those chosen by their number: numbers first, then categories.
    mutating func keep(_ isKept: (Int) -> Bool) {
        for index in numbers.indices where !isKept(index) { numbers[index] = .nan }
        for index in categories.indices where !isKept(numbers.count + index) { categories[index] = nil }
    }
}
