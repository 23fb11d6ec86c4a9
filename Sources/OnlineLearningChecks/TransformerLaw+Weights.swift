import OnlineLearning

/// Laws about weights: how much an example counts.
extension TransformerLaw {
    static func weightZeroChangesNothing(_ subject: TransformerSubject) -> [Violation] {
        let law = TransformerLaw.weightZeroChangesNothing
        var (plain, transformer) = (subject.transformer(), subject.transformer())
        for (index, example) in ExampleStream.examples(200).enumerated() {
            let strange = example.strange(index)
            let expected = transformer.transform(strange, at: index)
            let output = transformer.learn(strange, at: index, weight: 0)
            guard output == expected else {
                let found = output.map { "\($0)" } ?? "refused"
                return [subject.violation(law, index, "\(expected), as without learning", found)]
            }
            guard transformer.bytes == plain.bytes, transformer.columnCount == plain.columnCount else {
                return [subject.violation(law, index, "the same bytes as without examples of weight 0", "others")]
            }
            _ = plain.learn(example, at: index)
            _ = transformer.learn(example, at: index)
        }
        return []
    }

    static func weightTwoIsTwice(_ subject: TransformerSubject) -> [Violation] {
        var (weighted, repeated) = (subject.transformer(), subject.transformer())
        let examples = ExampleStream.examples(201)
        for index in 0..<200 {
            // Not always, or who ignores weights would be as good.
            let times = [2, 1, 3, 1, 1][index % 5]
            _ = weighted.learn(examples[index], at: index, weight: Double(times))
            for _ in 0..<times { _ = repeated.learn(examples[index], at: index) }
            let (output, other) = (
                weighted.transform(examples[index + 1], at: index), repeated.transform(examples[index + 1], at: index)
            )
            guard output.isClose(to: other) else {
                return [subject.violation(.weightTwoIsTwice, index, "\(other), as learned \(times) times", output)]
            }
        }
        return []
    }
}
