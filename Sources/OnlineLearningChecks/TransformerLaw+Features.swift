import Determinism
import OnlineLearning

/// Laws about what is made of features.
extension TransformerLaw {
    static func declarationIsSound(_ subject: TransformerSubject) -> [Violation] {
        let declaration = subject.declaration
        func broken(_ expected: String, _ found: Any) -> Violation {
            subject.violation(.declarationIsSound, expected, found)
        }
        var violations: [Violation] = []
        if declaration.family != .transformer { violations.append(broken("a transformer", declaration.family)) }
        if declaration.takes == nil { violations.append(broken("the features that it takes", "nothing")) }
        if declaration.revision < 1 { violations.append(broken("a revision from 1", declaration.revision)) }
        for name in [declaration.name] + declaration.parameters.map(\.name) {
            let isSnakeCase = name.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                    || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
            }
            if !isSnakeCase { violations.append(broken("a name in snake case", name)) }
        }
        for parameter in declaration.parameters {
            if parameter.summary.isEmpty { violations.append(broken("a summary of \(parameter.name)", "none")) }
            if case .categories = parameter.kind { continue }
            if !parameter.accepts(parameter.defaultValue) {
                violations.append(broken("\(parameter.name): \(parameter.kind.expectation)", parameter.defaultValue))
            }
        }
        if let conflict = declaration.conflict(declaration.parameters.map(\.defaultValue)) {
            violations.append(broken("defaults that go together", conflict))
        }
        return violations
    }

    static func worksBeforeLearning(_ subject: TransformerSubject) -> [Violation] {
        var transformer = subject.transformer()
        let example = ExampleStream.examples(1)[0]
        for example in [example, example.bare] {
            let output = transformer.transform(example, at: 0)
            guard !output.hasInfinity, output.columns.isEmpty else {
                return [subject.violation(.worksBeforeLearning, "finite numbers and no columns", output)]
            }
        }
        return []
    }

    static func worksWithoutFeatures(_ subject: TransformerSubject) -> [Violation] {
        var transformer = subject.transformer()
        let examples = ExampleStream.examples(60)
        for (index, example) in (examples.map(\.bare) + examples + examples.map(\.bare)).enumerated() {
            guard let output = transformer.learn(example, at: index), !output.hasInfinity else {
                return [subject.violation(.worksWithoutFeatures, index, "to be learned", "refused or infinite")]
            }
        }
        return []
    }

    static func nothingStaysNotFinite(_ subject: TransformerSubject) -> [Violation] {
        var (transformer, generator) = (subject.transformer(), SeededGenerator(seed: 8))
        for (index, usual) in ExampleStream.examples(300, seed: 10).enumerated() {
            var example = usual
            if index % 2 == 0 {
                for i in example.numbers.indices where generator.below(2) == 0 {
                    example.numbers[i] = [1e308, -1e308, 1e200, -1e155][generator.below(4)]
                }
                if generator.below(5) == 0 { example.value *= 1e305 }
            }
            _ = transformer.learn(example, at: index)
            let output = transformer.transform(usual, at: index)
            if output.hasInfinity {
                return [subject.violation(.nothingStaysNotFinite, index, "nothing infinite", output)]
            }
        }
        return []
    }

    static func orderOfFeaturesIsIrrelevant(_ subject: TransformerSubject) -> [Violation] {
        // Where features have roles of their own, their order means something.
        guard subject.declaration.takes?.roles.isEmpty == true else { return [] }
        var (transformer, reversed) = (subject.transformer(), subject.transformer(isReversed: true))
        for (index, example) in ExampleStream.examples(200).enumerated() {
            let (output, other) = (transformer.transform(example, at: index), reversed.transform(example, at: index))
            guard output.isClose(to: other) else {
                return [
                    subject.violation(.orderOfFeaturesIsIrrelevant, index, "\(output) with features reversed", other)
                ]
            }
            _ = transformer.learn(example, at: index)
            _ = reversed.learn(example, at: index)
        }
        return []
    }

    static func ownTargetStaysOut(_ subject: TransformerSubject) -> [Violation] {
        var transformer = subject.transformer()
        guard transformer.isSupervised else { return [] }
        for (index, example) in ExampleStream.examples(200).enumerated() {
            var (twin, other) = (transformer, example)
            other.value += 1_000
            let (output, again) = (transformer.learn(example, at: index), twin.learn(other, at: index))
            guard output == again else {
                return [subject.violation(.ownTargetStaysOut, index, "the same with another target", "another")]
            }
        }
        return []
    }
}

extension CheckedTransformer.Output {
    /// Whether the same numbers and values are there, in any order and but for rounding.
    func isClose(to other: Self) -> Bool {
        func sorted(_ bits: [UInt64]) -> [Double] {
            bits.map { Double(bitPattern: $0) }.map { $0.isNaN ? -1e300 : $0 }.sorted()
        }
        func areClose(_ a: [Double], _ b: [Double]) -> Bool {
            a.count == b.count
                && zip(a, b).allSatisfy { ($0 - $1).magnitude <= 1e-9 * max(1, $0.magnitude, $1.magnitude) }
        }
        return areClose(sorted(numbers), sorted(other.numbers)) && areClose(sorted(values), sorted(other.values))
    }
}
