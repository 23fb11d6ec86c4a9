/// Everything that can be declared by name. Adding an algorithm is writing its file and adding one line in the
/// `Catalogue+….swift` of its family.
public enum Catalogue {
    public static let learners: [any Learner.Type] =
        linearLearners + otherLearners + treeClassifiers + regressionTreeLearners + mondrianLearners
        + ensembleLearners + [Auto.self]
    /// Learners made of others.
    public static let wrappers: [any LearnerWrapper.Type] =
        ensembleWrappers + otherWrappers + imbalanceWrappers + conformalWrappers

    /// All declarations, transformers first, then learners, then their parts.
    public static let declarations: [ComponentDeclaration] =
        transformers.map { $0.declaration } + structure + learnerDeclarations + linearDeclarations + otherDeclarations
        + treeClassifierDeclarations + regressionTreeDeclarations + driftDeclarations + metricDeclarations

    /// What can stand at the end of a pipeline.
    public static var learnerDeclarations: [ComponentDeclaration] {
        learners.map { $0.declaration } + wrappers.map { $0.declaration }
    }

    public static func declaration(named name: String) -> ComponentDeclaration? {
        declarations.first { $0.name == name }
    }

    public static func declarations(of family: ComponentDeclaration.Family) -> [ComponentDeclaration] {
        declarations.filter { $0.family == family }
    }

    /// What a learner can predict; empty where no learner has that name.
    public static func tasks(ofLearner name: String) -> [Task] {
        learners.first { $0.declaration.name == name }?.tasks
            ?? wrappers.first { $0.declaration.name == name }?.tasks ?? []
    }

    /// Whether a learner, or one that it wraps, works on categories as they are.
    public static func takesCategories(_ learner: Component) -> Bool {
        learnerType(learner).takesCategories
    }

    /// Builds a transformer from its checked component.
    package static func makeTransformer(
        _ component: Component, inputs: [Input], outputs: [Int]
    ) -> any Transformer {
        guard let type = transformers.first(where: { $0.declaration.name == component.name }) else {
            preconditionFailure("no transformer is named \(component.name)")
        }
        return type.init(Arguments(component, declaration: type.declaration), inputs: inputs, outputs: outputs)
    }

    /// The names of the numbers that a transformer adds.
    public static func outputs(of component: Component, inputs: [String]) -> [String] {
        guard let type = transformers.first(where: { $0.declaration.name == component.name }) else { return [] }
        return type.outputs(Arguments(component, declaration: type.declaration), inputs: inputs)
    }

    /// Of each number that a transformer adds, the positions of the inputs that it is made of.
    static func origins(of component: Component, inputs: [String]) -> [[Int]] {
        guard let type = transformers.first(where: { $0.declaration.name == component.name }) else { return [] }
        return type.origins(Arguments(component, declaration: type.declaration), inputs: inputs)
    }

    /// Builds a learner from its checked component.
    package static func makeLearner(_ component: Component, inputs: LearnerInputs) -> any Learner {
        learnerType(component).init(component, inputs: inputs)
    }

    /// The type that a checked component names, with what it wraps.
    static func learnerType(_ component: Component) -> any Learner.Type {
        if let type = learners.first(where: { $0.declaration.name == component.name }) { return type }
        guard let wrapper = wrappers.first(where: { $0.declaration.name == component.name }),
            let index = wrapper.declaration.parameters.firstIndex(where: \.isLearner),
            case .component(let member) = component.arguments[index]
        else { preconditionFailure("no learner is named \(component.name)") }
        return wrapper.wrapping(learnerType(member))
    }

    static func article(_ family: ComponentDeclaration.Family) -> String {
        family == .optimizer ? "an" : "a"
    }
}
