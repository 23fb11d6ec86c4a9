import Determinism
import OnlineLearning

/// Laws about weights: how much an example counts.
extension LearnerLaw {
    static func weightsAreTaken(_ subject: LearnerSubject) -> [Violation] {
        var model = subject.model()
        for (index, example) in ExampleStream.examples(300).enumerated() {
            let weight = [1, 0, 0.25, 3, 17.5, 1e-3][index % 6]
            guard model.learn(example, weight: weight) || weight == 0 else {
                return [subject.violation(.weightsAreTaken, index, "a weight of \(weight) to be learned", "refused")]
            }
            if index > 0, let expected = model.fault(model.predict(example)) {
                return [subject.violation(.weightsAreTaken, index, expected, model.predict(example))]
            }
        }
        return []
    }

    static func weightTwoIsTwice(_ subject: LearnerSubject) -> [Violation] {
        guard subject.weightIsRepetition else { return [] }
        var (weighted, repeated) = (subject.model(), subject.model())
        for (index, example) in ExampleStream.examples(200).enumerated() {
            // Not always, or who ignores weights would be as good.
            weighted.learn(example, weight: index % 3 == 0 ? 2 : 1)
            repeated.learn(example)
            if index % 3 == 0 { repeated.learn(example) }
            let (answer, other) = (weighted.predict(example), repeated.predict(example))
            guard answer.isClose(to: other, within: 1e-9) else {
                return [subject.violation(.weightTwoIsTwice, index, "\(other), as learned twice", answer)]
            }
        }
        return []
    }

    /// The learner is asked itself, and by way of its pipeline, which has columns and categories of its own.
    static func weightZeroChangesNothing(_ subject: LearnerSubject) -> [Violation] {
        let law = LearnerLaw.weightZeroChangesNothing
        var (plain, echoing) = (subject.model(), subject.echoingModel())
        for (index, example) in ExampleStream.examples(200).enumerated() {
            plain.learn(example)
            echoing.learn(example)
            echoing.learn(example.strange(index), weight: 0)
            let (answer, other) = (plain.predict(example), echoing.predict(example))
            guard answer.isSame(as: other) else {
                return [subject.violation(law, index, "\(answer), as without examples of weight 0", other)]
            }
            guard index % 10 != 0 || plain.bytes == echoing.bytes else {
                return [subject.violation(law, index, "the same bytes as without examples of weight 0", "others")]
            }
        }
        return plain.bytes == echoing.bytes
            ? [] : [subject.violation(law, "the same bytes at the end as without examples of weight 0", "others")]
    }
}

/// A learner that is taught every example twice with weight 0 first: with its own true value and with a strange one.
struct EchoingLearner: Learner {
    static let declaration = ComponentDeclaration("echoing", .ensemble)
    static let tasks = Task.allCases

    private var own: any Learner
    private let task: Task

    init(_ own: any Learner, task: Task) {
        (self.own, self.task) = (own, task)
    }

    init(_ arguments: Arguments, inputs: LearnerInputs) { preconditionFailure("it needs another learner") }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) { own.predict(x, into: &answer) }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        for echo in [target, strange(target)] {
            _ = own.learn(x, echo, weight: 0, journal: &journal)
            journal.removeAll()
        }
        return own.learn(x, target, weight: weight, journal: &journal)
    }

    /// A value that is far from all others, the other class of two, or one that comes late.
    private func strange(_ target: Target) -> Target {
        switch target {
        case .value(let value): .value(1_000 * value + 77)
        case .label(let slot): .label(task == .binary ? 1 - slot : slot + 3)
        }
    }

    var byteCount: Int { own.byteCount }

    func encode(to encoder: inout CanonicalEncoder) { own.encode(to: &encoder) }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try own.restore(from: &decoder)
    }
}

extension Example {
    /// The same with numbers, categories and true values that are in no other.
    func strange(_ index: Int) -> Example {
        Example(
            numbers: numbers.map { 1_000 * $0 + 77 }, categories: categories.map { _ in "strange \(index)" },
            value: 1_000 * value + 77, label: 2 - label)
    }
}
