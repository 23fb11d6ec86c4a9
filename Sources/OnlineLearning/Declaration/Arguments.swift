/// The arguments of a component by the names of its parameters, for the initializers of learners and transformers.
///
/// Asking for a parameter that is not declared, or as another kind, is a mistake of the algorithm's author and traps.
public struct Arguments: Sendable {
    private let declaration: ComponentDeclaration
    private let values: [Argument]

    public init(_ component: Component, declaration: ComponentDeclaration) {
        (self.declaration, values) = (declaration, declaration.allArguments(of: component))
        precondition(values.count == declaration.parameters.count, "incomplete \(component.name)")
    }

    public subscript(name: String) -> Argument {
        guard let index = declaration.parameters.firstIndex(where: { $0.name == name }) else {
            preconditionFailure("\(declaration.name) declares no parameter \(name)")
        }
        return values[index]
    }

    public func number(_ name: String) -> Double {
        guard case .number(let value) = self[name] else { preconditionFailure("\(name) is no number") }
        return value
    }

    public func integer(_ name: String) -> Int {
        guard case .integer(let value) = self[name] else { preconditionFailure("\(name) is no integer") }
        return value
    }

    public func boolean(_ name: String) -> Bool {
        guard case .boolean(let value) = self[name] else { preconditionFailure("\(name) is no boolean") }
        return value
    }

    public func choice(_ name: String) -> String {
        guard case .choice(let value) = self[name] else { preconditionFailure("\(name) is no word") }
        return value
    }

    /// The words of a parameter that takes several.
    public func names(_ name: String) -> [String] {
        guard case .names(let values) = self[name] else { preconditionFailure("\(name) is no list of words") }
        return values
    }

    /// The numbers of a parameter that takes several; none where they were left out.
    public func numbers(_ name: String) -> [Double] {
        guard case .numbers(let values) = self[name] else { return [] }
        return values
    }

    /// The number of an optional parameter, or nil where it was left out.
    public func optionalNumber(_ name: String) -> Double? {
        guard case .number(let value) = self[name] else { return nil }
        return value
    }

    /// The whole number of an optional parameter, or nil where it was left out.
    public func optionalInteger(_ name: String) -> Int? {
        guard case .integer(let value) = self[name] else { return nil }
        return value
    }

    /// The components given for a parameter that takes several.
    public func components(_ name: String) -> [Component] {
        guard case .components(let values) = self[name] else { preconditionFailure("\(name) is no list") }
        return values
    }

    /// The component given for a parameter, or nil where it was left out.
    public func component(_ name: String) -> Component? {
        guard case .component(let value) = self[name] else { return nil }
        return value
    }
}
