import Determinism
import OnlineLearning

/// Models and metrics written down again.
extension SpecNode {
    /// What decides how a component is written.
    struct Context {
        let target: TargetDeclaration
        /// Whether the metrics, which are written in any case, begin with the mean absolute error.
        let showsAbsoluteError: Bool
    }

    /// The steps in their order, each with its features, then what is kept from the learner, then the learner.
    static func pipeline(
        _ pipeline: PipelineDeclaration, _ contract: Contract, _ context: Context
    ) -> SpecNode {
        let working = pipeline.transformers.filter { $0.component.name != Catalogue.discard.name }
        var steps = working.map { SpecNode.step($0, context) }
        let hidden = Self.discarded(pipeline, working, contract)
        if !hidden.isEmpty { steps.append(.members([(Catalogue.discard.name, .texts(hidden))])) }
        let isAlone = steps.isEmpty && pipeline.learner.name == Auto.declaration.name
        if isAlone, contract.features.contains(where: { $0.kind == .text || $0.kind == .timestamp }) {
            // Alone it would get steps for texts and timestamps, which this one has not.
            steps.append(.members([(Catalogue.select.name, .texts(contract.features.map(\.name)))]))
        }
        let learner = component(pipeline.learner, context)
        return .list(steps + [learner])
    }

    /// What does not reach the learner, though no step before has taken it out.
    private static func discarded(
        _ pipeline: PipelineDeclaration, _ working: [PipelineDeclaration.Step], _ contract: Contract
    ) -> [String] {
        let weights = working.filter { $0.component.name == Catalogue.sampleWeight.name }.flatMap(\.features)
        let named = pipeline.transformers.filter { $0.component.name == Catalogue.discard.name }.flatMap(\.features)
        let encoded = working.filter { Catalogue.declaration(named: $0.component.name)?.takes?.replaces == true }
            .flatMap(\.features)
        let takesCategories = Catalogue.takesCategories(pipeline.learner)
        let others = contract.features.filter { feature in
            switch feature.kind {
            case .number, .boolean: !pipeline.numbers.contains(feature.name)
            case .category:
                takesCategories && !pipeline.categories.contains(feature.name) && !encoded.contains(feature.name)
            case .text, .timestamp: false
            }
        }
        return (named + others.map(\.name)).filter { !weights.contains($0) }
    }

    private static func step(_ step: PipelineDeclaration.Step, _ context: Context) -> SpecNode {
        guard let declaration = Catalogue.declaration(named: step.component.name) else {
            return .text(step.component.name)
        }
        let parameters = parameters(step.component, declaration, context)
        let roles = declaration.takes?.roles ?? []
        if roles.isEmpty, parameters.isEmpty { return .members([(declaration.name, .texts(step.features))]) }
        let features = roles.isEmpty ? [("features", .texts(step.features))] : Self.roles(roles, step.features)
        let body = features + parameters
        return body.isEmpty ? .text(declaration.name) : .members([(declaration.name, .members(body))])
    }

    /// Features by their keys: a key that takes one has the next, one that takes several the rest.
    private static func roles(
        _ roles: [TransformerInputs.Role], _ features: [String]
    ) -> [(String, SpecNode)] {
        var rest = features[...]
        return roles.compactMap { role in
            let names = Array(rest.prefix(role.count.upperBound))
            rest = rest.dropFirst(names.count)
            return names.isEmpty ? nil : (role.name, names.count == 1 ? .text(names[0]) : .texts(names))
        }
    }

    /// A component by its name, or by its name and the parameters that are not at their defaults.
    static func component(_ component: Component, _ context: Context) -> SpecNode {
        guard let declaration = Catalogue.declaration(named: component.name) else { return .text(component.name) }
        let parameters = parameters(component, declaration, context)
        return parameters.isEmpty ? .text(component.name) : .members([(component.name, .members(parameters))])
    }

    private static func parameters(
        _ component: Component, _ declaration: ComponentDeclaration, _ context: Context
    ) -> [(String, SpecNode)] {
        let arguments = declaration.allArguments(of: component)
        let isOptimizerGiven = zip(declaration.parameters, arguments).contains {
            $0.name == "optimizer" && $0.defaultValue != $1
        }
        return zip(declaration.parameters, arguments).filter { parameter, argument in
            parameter.omitted(
                of: declaration, showsAbsoluteError: context.showsAbsoluteError, isOptimizerGiven: isOptimizerGiven
            ) != argument
        }.map { parameter, argument in (parameter.name, node(argument, parameter.kind, context)) }
    }

    private static func node(
        _ argument: Argument, _ kind: ParameterDeclaration.Kind, _ context: Context
    ) -> SpecNode {
        switch argument {
        case .number(let value): return .number(value)
        case .integer(let value):
            return kind.isTimeSpan ? .plain(TimeSpan(microseconds: Int64(value)).description) : .plain("\(value)")
        case .boolean(let value): return .plain("\(value)")
        case .component(let part): return component(part, context)
        case .categories(let entries): return .members(entries.map { ($0.feature, .texts($0.names)) })
        case .choice(let word): return .text(word)
        case .components(let parts): return .list(parts.map { component($0, context) })
        case .names(let names): return .texts(names)
        case .numbers(let numbers):
            guard kind.isByClass, let classes = context.target.classes else {
                return .list(numbers.map { .number($0) })
            }
            return .members(zip(classes, numbers).map { ($0, .number($1)) })
        case .none: return .plain("null")
        }
    }
}

extension ParameterDeclaration.Kind {
    fileprivate var isTimeSpan: Bool {
        switch self {
        case .timeSpan: true
        case .optional(let kind): kind.isTimeSpan
        default: false
        }
    }

    fileprivate var isByClass: Bool {
        switch self {
        case .classNumbers: true
        case .optional(let kind): kind.isByClass
        default: false
        }
    }
}

extension ParameterDeclaration {
    /// What it is where it is left out: its default, but a linear model whose mean absolute error is shown first is to
    /// make that small, unless an optimizer is named.
    func omitted(of declaration: ComponentDeclaration, showsAbsoluteError: Bool, isOptimizerGiven: Bool) -> Argument {
        let isLoss = declaration.name == LinearRegression.declaration.name && name == "loss"
        return isLoss && showsAbsoluteError && !isOptimizerGiven
            ? .component(Component(named: "absolute")) : defaultValue
    }
}
