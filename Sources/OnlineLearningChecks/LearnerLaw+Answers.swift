import Determinism
import OnlineLearning

/// Laws about answers: when they come and what they may be.
extension LearnerLaw {
    static func predictionIsPure(_ subject: LearnerSubject) -> [Violation] {
        let examples = ExampleStream.examples(300)
        var model = subject.model(trainedOn: examples.prefix(200))
        let before = model.bytes
        let answers = examples.map { model.predict($0) }
        guard model.bytes == before else {
            return [subject.violation(.predictionIsPure, "the same state after predicting", "another")]
        }
        for (index, example) in examples.enumerated() where !model.predict(example).isSame(as: answers[index]) {
            return [subject.violation(.predictionIsPure, index, "\(answers[index]) again", model.predict(example))]
        }
        return []
    }

    static func answersBeforeLearning(_ subject: LearnerSubject) -> [Violation] {
        var model = subject.model()
        let (usual, bare) = (ExampleStream.examples(1)[0], ExampleStream.examples(1)[0].bare)
        for example in [usual, bare] {
            let answer = model.predict(example)
            let expected = subject.task == .multiclass ? (answer.isEmpty ? nil : "no class") : model.fault(answer)
            if let expected { return [subject.violation(.answersBeforeLearning, expected, answer)] }
        }
        return []
    }

    /// Learns examples one after the other; reports the first that is refused or badly answered after.
    static func learns(_ law: LearnerLaw, _ subject: LearnerSubject, _ examples: [Example]) -> [Violation] {
        var model = subject.model()
        for (index, example) in examples.enumerated() {
            guard model.learn(example) else {
                return [subject.violation(law, index, "to be learned", "refused: \(example)")]
            }
            let answer = model.predict(example)
            if let expected = model.fault(answer) {
                return [subject.violation(law, index, expected, answer)]
            }
        }
        return []
    }

    static func probabilitiesAreProbabilities(_ subject: LearnerSubject) -> [Violation] {
        guard subject.task != .regression else { return [] }
        var examples = ExampleStream.examples(500, seed: 2)
        if subject.task == .multiclass {
            // A few classes that come late, and one that comes once.
            for index in examples.indices where index > 200 && index % 9 == 0 { examples[index].label = 3 + index % 5 }
            examples[450].label = 8
        }
        var model = subject.model()
        for (index, example) in examples.enumerated() {
            if model.learn(example), let expected = model.fault(model.predict(example)) {
                return [
                    subject.violation(.probabilitiesAreProbabilities, index, expected, model.predict(example))
                ]
            }
        }
        return []
    }

    static func aSkippedClassHasNoProbability(_ subject: LearnerSubject) -> [Violation] {
        guard subject.task == .multiclass else { return [] }
        let (law, examples) = (LearnerLaw.aSkippedClassHasNoProbability, ExampleStream.examples(8))
        var model = subject.model()
        func isNaN(_ expected: [Bool], _ step: String) -> [Violation] {
            let answer = model.predict(examples[2])
            return answer.map(\.isNaN) == expected
                ? [] : [subject.violation(law, "NaN exactly for classes never learned, \(step)", answer)]
        }
        model.learn(examples[0], .label(2))
        model.learn(examples[1], .label(0))
        var violations = isNaN([false, true, false], "1 of 0, 1, 2")
        var restored = subject.model()
        do throws(CanonicalDecodingError) { try restored.restore(model.bytes) } catch {
            violations.append(subject.violation(law, "its own bytes to be taken", error))
        }
        for label in [1, 2, 0, 1] {
            model.learn(examples[3], .label(label))
            restored.learn(examples[3], .label(label))
        }
        violations += isNaN([false, false, false], "all learned")
        if restored.bytes != model.bytes {
            violations.append(subject.violation(law, "the same state after restoring", "another"))
        }
        return violations
    }
}
