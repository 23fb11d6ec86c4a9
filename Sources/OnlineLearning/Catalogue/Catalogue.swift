/// Everything that can be declared by name. Adding an algorithm is writing its file and adding one line here.
public enum Catalogue {
    public static let transformers: [any Transformer.Type] = [OneHotEncoder.self, StandardScaler.self]
    public static let learners: [any Learner.Type] = [
        LinearRegression.self, LogisticRegression.self, SoftmaxRegression.self,
    ]

    /// All declarations, transformers first, in alphabetical order within their family.
    public static let declarations: [ComponentDeclaration] =
        transformers.map { $0.declaration } + learners.map { $0.declaration } + Optimizer.declarations
        + RegressionLoss.declarations

    public static func declaration(named name: String) -> ComponentDeclaration? {
        declarations.first { $0.name == name }
    }

    public static func declarations(of family: ComponentDeclaration.Family) -> [ComponentDeclaration] {
        declarations.filter { $0.family == family }
    }

    /// Builds a transformer from its checked component.
    static func makeTransformer(_ component: Component, inputs: [Input]) -> any Transformer {
        guard let type = transformers.first(where: { $0.declaration.name == component.name }) else {
            preconditionFailure("no transformer is named \(component.name)")
        }
        return type.init(Arguments(component, declaration: type.declaration), inputs: inputs)
    }

    /// Builds a learner from its checked component.
    static func makeLearner(_ component: Component) -> any Learner {
        guard let type = learners.first(where: { $0.declaration.name == component.name }) else {
            preconditionFailure("no learner is named \(component.name)")
        }
        return type.init(Arguments(component, declaration: type.declaration))
    }

    static func article(_ family: ComponentDeclaration.Family) -> String {
        family == .optimizer ? "an" : "a"
    }
}
