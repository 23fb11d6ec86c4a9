extension Component {
    /// A component by its name, the parameters not given at their defaults: for programs that use the library without
    /// specs.
    ///
    ///     Component(named: "linear_regression", ["loss": .component(Component(named: "huber"))])
    ///
    /// - Precondition: the catalogue has it, with these parameters, and each argument is in its range.
    public init(named name: String, _ arguments: KeyValuePairs<String, Argument> = [:]) {
        guard let declaration = Catalogue.declaration(named: name) else { preconditionFailure("no \(name)") }
        var complete = declaration.parameters.map(\.defaultValue)
        for (parameter, argument) in arguments {
            guard let index = declaration.parameters.firstIndex(where: { $0.name == parameter }) else {
                preconditionFailure("\(name) has no parameter \(parameter)")
            }
            let declared = declaration.parameters[index]
            precondition(declared.accepts(argument), "\(name): \(parameter) is \(declared.kind.expectation)")
            complete[index] = argument
        }
        if let conflict = declaration.conflict(complete) { preconditionFailure("\(name): \(conflict)") }
        self = declaration.component(complete)
    }
}

extension ParameterDeclaration {
    /// Whether an argument is of the declared kind and in its range, or stands in its place.
    public func accepts(_ argument: Argument) -> Bool {
        if kind.accepts(argument) { return true }
        guard let alternative else { return false }
        return Kind.component(alternative).accepts(argument)
    }
}

extension ParameterDeclaration.Kind {
    /// Whether an argument is of this kind and in its range. Components are looked at by their family alone.
    public func accepts(_ argument: Argument) -> Bool {
        switch (self, argument) {
        case (.number(let range), .number(let number)): range.contains(number)
        case (.integer(let range), .integer(let number)): range.contains(number)
        case (.boolean, .boolean), (.categories, .categories): true
        case (.choice(let words), .choice(let word)): words.contains(word)
        case (.feature, .choice): true
        case (.timeSpan(let range), .integer(let microseconds)): range.contains(microseconds)
        case (.names, .names): true
        case (.choices(let words), .names(let names)): !names.isEmpty && names.allSatisfy { words.contains($0) }
        case (.span(let range), .numbers(let ends)):
            ends.count == 2 && ends[0] <= ends[1]
                && ends.allSatisfy { Int(exactly: $0).map { range.contains($0) } ?? false }
        case (.classNumbers(let range), .numbers(let numbers)):
            numbers.count >= 2 && numbers.allSatisfy { range.contains($0) }
        case (.optional, .none): true
        case (.optional(let kind), _): kind.accepts(argument)
        case (.component(let family), .component(let component)):
            Catalogue.declaration(named: component.name)?.family == family
        case (.learner, .component(let component)): Self.isLearner(component)
        case (.learners, .components(let components)): !components.isEmpty && components.allSatisfy(Self.isLearner)
        default: false
        }
    }

    private static func isLearner(_ component: Component) -> Bool {
        Catalogue.learnerDeclarations.contains { $0.name == component.name }
    }
}
