/// The parameters that ensembles share.
enum EnsembleParameters {
    /// Members of an ensemble at most.
    static let memberCountMax = 1000

    /// The learner that every member is.
    /// - Parameters:
    ///   - declaration: of the default.
    ///   - arguments: in which the default differs from the learner's own.
    static func model(
        _ declaration: ComponentDeclaration, _ arguments: [(name: String, value: Argument)] = []
    ) -> ParameterDeclaration {
        let values = declaration.parameters.map { parameter in
            arguments.first { $0.name == parameter.name }?.value ?? parameter.defaultValue
        }
        return ParameterDeclaration(
            "model", .learner(nil), default: .component(Component(name: declaration.name, arguments: values)),
            "the learner that every member is")
    }

    static let classifier = model(HoeffdingTreeClassifier.declaration)
    static let regressor = model(HoeffdingTreeRegressor.declaration)

    /// A tree that splits early, as the members of streaming random patches do.
    static let patchClassifier = model(
        HoeffdingTreeClassifier.declaration, [("grace_period", .integer(50)), ("delta", .number(0.01))])
    static let patchRegressor = model(
        HoeffdingTreeRegressor.declaration, [("grace_period", .integer(50)), ("delta", .number(0.01))])

    /// A drift detector, ``ADWIN`` by default.
    static func detector(_ name: String, delta: Double, _ summary: String) -> ParameterDeclaration {
        let values = ADWIN.declaration.parameters.map { $0.name == "delta" ? .number(delta) : $0.defaultValue }
        return ParameterDeclaration(
            name, .component(.driftDetector), default: .component(Component(name: "adwin", arguments: values)), summary)
    }

    static let modelCount = ParameterDeclaration(
        "n_models", .integer(1...memberCountMax), default: .integer(10), "how many members there are")

    static let seed = ParameterDeclaration(
        "seed", .integer(0...Int.max), default: .integer(1), "the seed of all that is random")
}

extension Arguments {
    /// The component of the members.
    var member: Component {
        guard let component = component("model") else { preconditionFailure("an ensemble has a model") }
        return component
    }

    /// A drift detector that has seen nothing.
    func detector(_ name: String) -> AnyDriftDetector {
        guard let component = component(name) else { preconditionFailure("\(name) is no detector") }
        return AnyDriftDetector(component)
    }

    var seed: UInt64 { UInt64(integer("seed")) }
}
