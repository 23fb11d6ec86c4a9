import OnlineLearning

/// Learners with members that fit where the declaration leaves them open.
public enum Members {
    /// The usual member for a task; first the linear one, then the tree.
    private static func candidates(_ task: Task) -> [Component] {
        let names =
            switch task {
            case .regression: ["linear_regression", "hoeffding_tree_regressor"]
            case .binary: ["logistic_regression", "hoeffding_tree_classifier"]
            case .multiclass: ["softmax_regression", "hoeffding_tree_classifier"]
            }
        return names.compactMap { Catalogue.declaration(named: $0)?.withDefaults }
    }

    /// A learner at its defaults for a task; one that wraps another with each usual member, its declared one first.
    public static func components(_ declaration: ComponentDeclaration, task: Task) -> [Component] {
        let isWrapper = Catalogue.wrappers.contains { $0.declaration.name == declaration.name }
        var variants: [[Argument]] = [[]]
        for parameter in declaration.parameters {
            let arguments = Self.arguments(parameter, task: task, isWrapper: isWrapper)
            variants = variants.flatMap { variant in arguments.map { variant + [$0] } }
        }
        return variants.map { Component(name: declaration.name, arguments: $0) }
    }

    private static func arguments(_ parameter: ParameterDeclaration, task: Task, isWrapper: Bool) -> [Argument] {
        switch (parameter.kind, parameter.defaultValue) {
        case (.learner(let own), let value):
            let memberTask = own ?? task
            guard case .component(let usual) = value, fits(usual, memberTask) else {
                return candidates(memberTask).map { .component($0) }
            }
            let others = isWrapper ? candidates(memberTask).filter { $0.name != usual.name } : []
            return ([usual] + others).map { .component($0) }
        case (.learners, let value):
            if case .components(let usual) = value, !usual.isEmpty, usual.allSatisfy({ fits($0, task) }) {
                return [value]
            }
            return [.components(candidates(task))]
        default: return [parameter.defaultValue]
        }
    }

    private static func fits(_ component: Component, _ task: Task) -> Bool {
        Catalogue.tasks(ofLearner: component.name).contains(task)
    }
}
