import OnlineLearning

/// A metric that is checked: its component and what it scores.
public struct MetricSubject: Sendable, CustomStringConvertible {
    public let component: Component
    public let task: Task

    public init(_ component: Component, task: Task) {
        (self.component, self.task) = (component, task)
    }

    public var description: String { "\(ScoredMetric(component).name) (\(task.name))" }

    var declaration: ComponentDeclaration { Catalogue.declaration(named: component.name) ?? Rolling.declaration }

    /// Whether it goes over a window, of its own or around it.
    var isWindowed: Bool {
        [Rolling.declaration.name, TimeRolling.declaration.name, "rolling_roc_auc", "rolling_pr_auc"]
            .contains(component.name)
    }

    func scorecard(_ components: [Component]? = nil) -> Scorecard {
        Scorecard(components ?? [component], task: task, classesMax: 6, layout: ScoredExample.layout)
    }

    /// The same metric with another argument.
    func with(_ parameter: String, _ argument: Argument) -> Component {
        var arguments = component.arguments
        guard let index = declaration.parameters.firstIndex(where: { $0.name == parameter }) else { return component }
        arguments[index] = argument
        return Component(name: component.name, arguments: arguments)
    }

    /// The same metric over so many answers.
    func rolling(_ size: Int) -> Component {
        isWindowed
            ? with("window_size", .integer(size))
            : Component(named: "rolling", ["metric": .component(component), "window_size": .integer(size)])
    }

    func scored(_ examples: some Sequence<ScoredExample>, by components: [Component]? = nil) -> Scorecard {
        var scorecard = scorecard(components)
        for example in examples { scorecard.update(example) }
        return scorecard
    }

    func violation(_ law: MetricLaw, _ expected: String, _ found: Any) -> Violation {
        Violation(law: law.rawValue, component: "\(self)", expected: expected, found: "\(found)")
    }

    func violation(_ law: MetricLaw, _ example: Int, _ expected: String, _ found: Any) -> Violation {
        Violation(law: law.rawValue, component: "\(self)", example: example, expected: expected, found: "\(found)")
    }
}
