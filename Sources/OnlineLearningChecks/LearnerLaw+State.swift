import Determinism
import OnlineLearning

/// Laws about the state: equal, independent, encoded, bounded.
extension LearnerLaw {
    static func sameStreamSameModel(_ subject: LearnerSubject) -> [Violation] {
        let examples = ExampleStream.examples(300)
        var (model, other) = (subject.model(trainedOn: examples), subject.model(trainedOn: examples))
        guard model.bytes == other.bytes else {
            return [subject.violation(.sameStreamSameModel, "the same bytes", "others")]
        }
        for (index, example) in examples.enumerated() {
            let (answer, again) = (model.predict(example), other.predict(example))
            guard answer.isSame(as: again) else {
                return [subject.violation(.sameStreamSameModel, index, "\(answer) again", again)]
            }
        }
        return []
    }

    /// Works alone, in the opposite order.
    private struct Backwards: Workers {
        func perform(_ count: Int, _ body: @Sendable (Int) -> Void) {
            for index in (0..<count).reversed() { body(index) }
        }
    }

    static func workersDoNotMatter(_ subject: LearnerSubject) -> [Violation] {
        var (alone, helped) = (subject.model(), subject.model(workers: Backwards()))
        for (index, example) in ExampleStream.examples(300).enumerated() {
            let (answer, other) = (alone.predict(example), helped.predict(example))
            guard answer.isSame(as: other) else {
                return [subject.violation(.workersDoNotMatter, index, "\(answer) with workers", other)]
            }
            alone.learn(example)
            helped.learn(example)
        }
        return alone.bytes == helped.bytes
            ? [] : [subject.violation(.workersDoNotMatter, "the same bytes with workers", "others")]
    }

    static func aCopyIsIndependent(_ subject: LearnerSubject) -> [Violation] {
        let examples = ExampleStream.examples(300)
        var original = subject.model(trainedOn: examples.prefix(150))
        let (before, answer) = (original.bytes, original.predict(examples[200]))
        var copy = original
        for example in examples { copy.learn(example) }
        var violations: [Violation] = []
        if original.bytes != before || !original.predict(examples[200]).isSame(as: answer) {
            violations.append(subject.violation(.aCopyIsIndependent, "the original as it was", "changed"))
        }
        if copy.bytes == before {
            violations.append(subject.violation(.aCopyIsIndependent, "the copy to learn", "not"))
        }
        return violations
    }

    static func continuesFromItsEncoding(_ subject: LearnerSubject) -> [Violation] {
        let examples = ExampleStream.examples(300)
        var (straight, restored) = (subject.model(), subject.model())
        for (index, example) in examples.enumerated() {
            if index % 75 == 0 {
                let bytes = straight.bytes
                restored = subject.model()
                do throws(CanonicalDecodingError) { try restored.restore(bytes) } catch {
                    return [subject.violation(.continuesFromItsEncoding, index, "its own bytes to be taken", error)]
                }
                guard restored.bytes == bytes else {
                    return [subject.violation(.continuesFromItsEncoding, index, "the same bytes again", "others")]
                }
            }
            let (answer, other) = (straight.predict(example), restored.predict(example))
            guard answer.isSame(as: other) else {
                return [subject.violation(.continuesFromItsEncoding, index, "\(answer) when restored", other)]
            }
            straight.learn(example)
            restored.learn(example)
        }
        return straight.bytes == restored.bytes
            ? [] : [subject.violation(.continuesFromItsEncoding, "the same bytes at the end", "others")]
    }

    static func damagedBytesAreHarmless(_ subject: LearnerSubject) -> [Violation] {
        let law = LearnerLaw.damagedBytesAreHarmless
        let examples = ExampleStream.examples(60)
        let bytes = subject.model(trainedOn: examples.prefix(50)).bytes
        var generator = SeededGenerator(seed: 3)
        for round in 0..<300 {
            var damaged = bytes
            if round % 3 == 0 { damaged.removeLast(generator.below(bytes.count)) }
            for _ in 0...generator.below(3) where !damaged.isEmpty {
                damaged[generator.below(damaged.count)] = UInt8(truncatingIfNeeded: generator.next())
            }
            var model = subject.model()
            do throws(CanonicalDecodingError) { try model.restore(damaged) } catch { continue }
            for (index, example) in examples.suffix(5).enumerated() {
                let answer = model.predict(example)
                if let count = model.answerCount, answer.count != count {
                    return [subject.violation(law, index, "\(count) numbers, whatever their value", answer)]
                }
                model.learn(example)
            }
            // The least that a state must bear.
            guard !model.bytes.isEmpty, model.byteCount >= 0 else {
                return [subject.violation(law, "a state that can be encoded", "none")]
            }
        }
        return []
    }
}
