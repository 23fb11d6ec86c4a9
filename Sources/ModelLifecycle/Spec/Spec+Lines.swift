import OnlineLearning

/// A spec in lines, each about one thing, for comparing two of them. What is at its default is left out.
extension Spec {
    public func lines(settings: Settings) -> [String] {
        var lines = ["application: \(application)"]
        for feature in contract.features {
            lines.append("features: \(feature.name): \(feature.kind.name)\(feature.isOptional ? ", optional" : "")")
        }
        let target = contract.target
        lines.append("target: \(target.name): \(target.task.name), horizon \(target.horizon)")
        if let minimum = target.minimum { lines.append("target: min \(Argument.number(minimum).text)") }
        if let maximum = target.maximum { lines.append("target: max \(Argument.number(maximum).text)") }
        if recovery != Self.defaultRecovery { lines.append("recovery: \(recovery)") }
        if let retention { lines.append("retention: \(retention)") }
        if let classes = target.classes { lines.append("target: classes \(classes.joined(separator: ", "))") }
        return lines + settings.lines
    }
}

extension Settings {
    var lines: [String] {
        let models = [(name: ownName.map { "model \($0)" } ?? "model", pipeline: model.pipeline)]
            + challengers.map { (name: "challengers: \($0.name)", pipeline: $0.pipeline) }
        return models.flatMap { name, pipeline in pipeline.lines.map { "\(name): \($0)" } }
            + metrics.map { "metrics: \($0.text)" }
    }
}

extension PipelineDeclaration {
    fileprivate var lines: [String] {
        transformers.map { "\($0.component.text) of \($0.features.joined(separator: ", "))" } + [learner.text]
    }
}

extension Component {
    /// As a spec writes it on one line.
    fileprivate var text: String {
        guard let declaration = Catalogue.declaration(named: name) else { return name }
        let arguments = zip(declaration.parameters, declaration.allArguments(of: self))
            .filter { $0.defaultValue != $1 }
        guard !arguments.isEmpty else { return name }
        return "\(name): {\(arguments.map { "\($0.name): \($1.text)" }.joined(separator: ", "))}"
    }
}

extension Argument {
    package var text: String {
        switch self {
        case .number(let value): value == value.rounded() && value.magnitude < 1e15 ? "\(Int(value))" : "\(value)"
        case .integer(let value): "\(value)"
        case .boolean(let value): "\(value)"
        case .component(let component): component.text
        case .categories(let features):
            "{\(features.map { "\($0.feature): [\($0.names.joined(separator: ", "))]" }.joined(separator: ", "))}"
        case .choice(let word): word
        case .components(let components): "[\(components.map(\.text).joined(separator: ", "))]"
        case .names(let names): "[\(names.joined(separator: ", "))]"
        case .numbers(let numbers): "[\(numbers.map { Argument.number($0).text }.joined(separator: ", "))]"
        case .none: "null"
        }
    }
}
