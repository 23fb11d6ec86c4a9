import OnlineLearning

/// Memory stops growing although novelty does not.
extension LearnerLaw {
    /// Parameters that bound memory, and what they are set to, so that the bound is reached within the test; a value
    /// that is out of the parameter's range is moved into it.
    private static let bounds: [(name: String, value: Double)] = [
        ("max_size", 0.05), ("window_size", 100), ("max_nodes", 200), ("max_depth", 6), ("max_categories", 50),
        ("max_leaves", 50), ("max_features_count", 50),
    ]

    static func memoryIsBounded(_ subject: LearnerSubject) -> [Violation] {
        let small = subject.with(Self.bounded(subject.component))
        // What the pipeline itself needs to know names is not the learner's.
        var (model, bare) = (small.model(maxCategories: 50), small.emptyModel(maxCategories: 50))
        var stream = ExampleStream(seed: 11)
        var marks: [Int] = []
        for index in 0..<6_000 {
            var example = stream.next()
            if index % 3 == 0 { example.categories[0] = "new \(index)" }
            example.numbers[2] = Double(index)
            example.value += Double(index % 1000) * 0.01
            model.learn(example)
            bare.learn(example)
            if (index + 1) % 2_000 == 0 { marks.append(model.byteCount - bare.byteCount) }
        }
        // A structure may still breathe, and what has a limit of its own may grow to it. What keeps something of every
        // example grows by a half.
        let limit = Int(1.25 * 1_048_576 * sizeLimit(small.component))
        guard marks[2] <= max(marks[1] + marks[1] / 4 + 4_096, limit) else {
            return [
                subject.violation(
                    .memoryIsBounded, "memory that stops growing", "bytes after 2000, 4000, 6000 examples: \(marks)")
            ]
        }
        return []
    }

    /// The component with its bounds, and those of its parts, set low.
    private static func bounded(_ component: Component) -> Component {
        guard let declaration = Catalogue.declaration(named: component.name) else { return component }
        let arguments = zip(declaration.parameters, component.arguments).map { parameter, argument -> Argument in
            switch argument {
            case .component(let part): return .component(bounded(part))
            case .components(let parts): return .components(parts.map(bounded))
            default:
                guard let bound = bounds.first(where: { $0.name == parameter.name }) else { return argument }
                return value(bound.value, parameter.kind) ?? argument
            }
        }
        return Component(name: component.name, arguments: arguments)
    }

    /// What a learner may take by its own account, in MiB: `max_size`, times the members that each may take as much.
    private static func sizeLimit(_ component: Component) -> Double {
        guard let declaration = Catalogue.declaration(named: component.name) else { return 0 }
        var (own, members, count) = (0.0, 0.0, 10.0)
        for (parameter, argument) in zip(declaration.parameters, component.arguments) {
            switch argument {
            case .number(let value) where parameter.name == "max_size": own = value
            case .integer(let value) where parameter.name == "n_models": count = Double(value)
            case .component(let part): members += sizeLimit(part)
            case .components(let parts): members += parts.reduce(0) { $0 + sizeLimit($1) }
            default: break
            }
        }
        return own > 0 && members == 0 && declaration.parameters.contains { $0.name == "n_models" }
            ? own * count : max(own, members * count)
    }

    private static func value(_ value: Double, _ kind: ParameterDeclaration.Kind) -> Argument? {
        switch kind {
        case .number(let range): .number(min(max(value, range.lowerBound), range.upperBound))
        case .integer(let range): .integer(min(max(Int(value), range.lowerBound), range.upperBound))
        case .optional(let inner): Self.value(value, inner)
        default: nil
        }
    }
}
