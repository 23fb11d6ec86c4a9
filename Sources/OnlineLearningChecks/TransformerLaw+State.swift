import Determinism
import OnlineLearning

/// Laws about the state: pure, equal, independent, encoded, undone, bounded.
extension TransformerLaw {
    private static func trained(_ subject: TransformerSubject, _ count: Int, seed: UInt64 = 1) -> CheckedTransformer {
        var transformer = subject.transformer()
        for (index, example) in ExampleStream.examples(count, seed: seed).enumerated() {
            _ = transformer.learn(example, at: index)
        }
        return transformer
    }

    static func transformingIsPure(_ subject: TransformerSubject) -> [Violation] {
        var transformer = trained(subject, 200)
        let before = transformer.bytes
        let examples = ExampleStream.examples(100, seed: 2)
        let outputs = examples.enumerated().map { transformer.transform($0.element, at: 200 + $0.offset) }
        guard transformer.bytes == before else {
            return [subject.violation(.transformingIsPure, "the same state after transforming", "another")]
        }
        for (index, example) in examples.enumerated() {
            let again = transformer.transform(example, at: 200 + index)
            guard again == outputs[index] else {
                return [subject.violation(.transformingIsPure, index, "\(outputs[index]) again", again)]
            }
        }
        return []
    }

    static func sameStreamSameState(_ subject: TransformerSubject) -> [Violation] {
        trained(subject, 300).bytes == trained(subject, 300).bytes
            ? [] : [subject.violation(.sameStreamSameState, "the same bytes", "others")]
    }

    static func aCopyIsIndependent(_ subject: TransformerSubject) -> [Violation] {
        var original = trained(subject, 150)
        let example = ExampleStream.examples(1, seed: 5)[0]
        let (before, output) = (original.bytes, original.transform(example, at: 160))
        var copy = original
        for (index, example) in ExampleStream.examples(150, seed: 6).enumerated() {
            _ = copy.learn(example, at: 150 + index)
        }
        return original.bytes == before && original.transform(example, at: 160) == output
            ? [] : [subject.violation(.aCopyIsIndependent, "the original as it was", "changed")]
    }

    static func continuesFromItsEncoding(_ subject: TransformerSubject) -> [Violation] {
        var (straight, restored) = (subject.transformer(), subject.transformer())
        for (index, example) in ExampleStream.examples(300).enumerated() {
            if index % 60 == 0 {
                let bytes = straight.bytes
                restored = subject.transformer()
                do throws(CanonicalDecodingError) { try restored.restore(bytes) } catch {
                    return [subject.violation(.continuesFromItsEncoding, index, "its own bytes to be taken", error)]
                }
                guard restored.bytes == bytes else {
                    return [subject.violation(.continuesFromItsEncoding, index, "the same bytes again", "others")]
                }
            }
            let (output, other) = (straight.transform(example, at: index), restored.transform(example, at: index))
            guard output == other else {
                return [subject.violation(.continuesFromItsEncoding, index, "\(output) when restored", other)]
            }
            _ = straight.learn(example, at: index)
            _ = restored.learn(example, at: index)
        }
        return straight.bytes == restored.bytes
            ? [] : [subject.violation(.continuesFromItsEncoding, "the same bytes at the end", "others")]
    }

    static func undoingRestoresTheBits(_ subject: TransformerSubject) -> [Violation] {
        let law = TransformerLaw.undoingRestoresTheBits
        var transformer = subject.transformer()
        let other = ExampleStream.examples(1, seed: 7)[0]
        for (index, example) in ExampleStream.examples(200).enumerated() {
            let (bytes, output) = (transformer.bytes, transformer.transform(other, at: index))
            var hostile = example
            if index % 5 == 0 { hostile.numbers[index % 4] = index % 2 == 0 ? 1e308 : -1e200 }
            if index % 7 == 0 { hostile.value = 1e308 }
            if index % 3 == 0 { hostile.categories[1] = "new \(index)" }
            for undone in [example, hostile] {
                _ = transformer.learn(undone, at: index, isUndone: true)
                guard transformer.bytes == bytes, transformer.transform(other, at: index) == output else {
                    return [subject.violation(law, index, "the state as it was", "another, though undone")]
                }
            }
            _ = transformer.learn(example, at: index)
        }
        return []
    }

    static func columnsAreTakenOnce(_ subject: TransformerSubject) -> [Violation] {
        var transformer = subject.transformer()
        for (index, example) in ExampleStream.examples(200).enumerated() {
            guard let output = transformer.learn(example, at: index) else { continue }
            let sorted = output.columns.sorted()
            let isOnce = zip(sorted, sorted.dropFirst()).allSatisfy { $0 < $1 }
            guard transformer.areColumnsSound, isOnce, output.columns.allSatisfy({ $0 < transformer.columnCount })
            else { return [subject.violation(.columnsAreTakenOnce, index, "columns once each", output.columns)] }
        }
        return []
    }

    static func memoryIsBounded(_ subject: TransformerSubject) -> [Violation] {
        var transformer = subject.transformer(isSmall: true)
        var stream = ExampleStream(seed: 11)
        var marks: [Int] = []
        for index in 0..<3_000 {
            var example = stream.next()
            example.categories = ["new \(index)", "other \(index)"]
            _ = transformer.learn(example, at: index)
            if (index + 1) % 1_000 == 0 { marks.append(transformer.byteCount) }
        }
        return marks[2] <= marks[1]
            ? []
            : [subject.violation(.memoryIsBounded, "memory that stops growing", "bytes after each thousand: \(marks)")]
    }

    static func damagedBytesAreHarmless(_ subject: TransformerSubject) -> [Violation] {
        let bytes = trained(subject, 60).bytes
        var generator = SeededGenerator(seed: 3)
        let examples = ExampleStream.examples(8, seed: 4)
        for round in 0..<300 where !bytes.isEmpty {
            var damaged = bytes
            if round % 3 == 0 { damaged.removeLast(generator.below(bytes.count)) }
            for _ in 0...generator.below(3) where !damaged.isEmpty {
                damaged[generator.below(damaged.count)] = UInt8(truncatingIfNeeded: generator.next())
            }
            var transformer = subject.transformer()
            do throws(CanonicalDecodingError) { try transformer.restore(damaged) } catch { continue }
            for (index, example) in examples.enumerated() {
                _ = transformer.transform(example, at: 60 + index)
                _ = transformer.learn(example, at: 60 + index)
                _ = transformer.learn(example, at: 60 + index, isUndone: true)
            }
            guard transformer.byteCount >= 0, transformer.bytes.count < bytes.count * 100 + 1_000_000 else {
                return [subject.violation(.damagedBytesAreHarmless, round, "a state that can be encoded", "none")]
            }
        }
        return []
    }
}
