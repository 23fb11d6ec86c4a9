import OnlineLearning

/// Which changes of the numbers' units leave a learner's answers as they are.
public enum ScaleFreedom: Sendable {
    /// Answers depend on the units.
    case none
    /// All numbers may be in another unit together.
    case common
    /// Each number may be in a unit of its own.
    case each
}

/// Laws about the units of numbers.
extension LearnerLaw {
    /// Binary logarithms of the factors of the four numbers. Powers of two, so that nothing is rounded and answers are
    /// the same to the bit.
    private static let exponents: [ScaleFreedom: [[Int]]] = [
        .common: [[-20, -20, -20, -20], [20, 20, 20, 20]],
        .each: [[-20, -20, -20, -20], [20, 20, 20, 20], [20, -3, -27, 1], [-4, 30, 0, -20]],
    ]

    static func unitsAreIrrelevant(_ subject: LearnerSubject) -> [Violation] {
        (exponents[subject.scaleFreedom] ?? []).flatMap { violations(subject, scaledBy: $0) }
    }

    private static func violations(_ subject: LearnerSubject, scaledBy exponents: [Int]) -> [Violation] {
        var (model, scaled) = (subject.model(), subject.model())
        for (index, example) in ExampleStream.examples(1_200).enumerated() {
            var example = example
            // Columns made of categories keep their unit.
            if subject.scaleFreedom == .common { example.categories = example.categories.map { _ in nil } }
            var other = example
            for number in other.numbers.indices {
                other.numbers[number] *= Double(sign: .plus, exponent: exponents[number], significand: 1)
            }
            let (answer, found) = (model.predict(example), scaled.predict(other))
            guard answer.isSame(as: found) else {
                return [
                    subject.violation(
                        .unitsAreIrrelevant, index, "\(answer) with numbers times 2 to the powers \(exponents)", found)
                ]
            }
            model.learn(example)
            scaled.learn(other)
        }
        return []
    }
}
