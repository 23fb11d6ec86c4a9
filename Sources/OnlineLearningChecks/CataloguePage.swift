import Determinism
import OnlineLearning

/// The reference of everything that can be declared, written from the declarations: the text of `docs/components.md`.
public enum CataloguePage {
    private static let families: [(family: ComponentDeclaration.Family, title: String, introduction: String)] = [
        (.transformer, "Transformers", "Steps before the learner."),
        (.regressor, "Regressors", "Learners of numbers."),
        (.classifier, "Classifiers", "Learners of classes."),
        (.ensemble, "Learners of either kind", "Made of other learners, or fit for both."),
        (.optimizer, "Optimizers", "How weights move; an argument of linear learners."),
        (.schedule, "Schedules", "How a step size changes with time."),
        (.regressionLoss, "Losses of regressions", "What is to be small."),
        (.binaryLoss, "Losses of two classes", "What is to be small."),
        (.driftDetector, "Drift detectors", "When the stream is no longer what it was."),
        (.metric, "Metrics", metricIntroduction),
        (.splitter, "Splitters", "How a tree looks for the best split of a number."),
        (.searchEngine, "Search engines", "Which examples neighbours are looked for among, and how."),
    ]

    private static let metricIntroduction = """
        How good the answers are: the list `metrics` of a spec. Each also takes `by`, a feature of type category or
        boolean of whose values each has a number of its own, and `max_slices`, a whole number from 1 to 10000 (default
        100): how many values of that feature are told apart, in the order in which they come; the others are `(other)`,
        none is `(missing)`.
        """

    public static var text: String {
        var page = """
            # Components

            Everything that a spec can name, with all parameters: written by `make learners` from the declarations in
            the code. Which learner to take is told in [Learners](learners.md), how models are written in
            [The spec](spec.md). Names and parameters are River's; a parameter that is left out has its default.

            """
        for (family, title, introduction) in families {
            let declarations = Catalogue.declarations(of: family)
            guard !declarations.isEmpty else { continue }
            page += "\n## \(title)\n\n\(introduction)\n"
            for declaration in declarations { page += section(declaration) }
        }
        return page
    }

    private static func section(_ declaration: ComponentDeclaration) -> String {
        var text = "\n### `\(declaration.name)`\n"
        if declaration.family == .metric { text += "\n\(metric(declaration.name))\n" }
        let tasks = Catalogue.tasks(ofLearner: declaration.name)
        if !tasks.isEmpty {
            text += "\nLearns \(tasks.map(\.name).joined(separator: ", ")).\(categories(declaration.name))\n"
        }
        if Catalogue.structure.contains(where: { $0.name == declaration.name }) {
            return text + "\nSays what becomes of features: see [The spec](spec.md#steps-that-name-features).\n"
        }
        if let inputs = declaration.takes { text += features(inputs) }
        let common = declaration.family == .metric ? ["by", "max_slices"] : []
        let parameters = declaration.parameters.filter { !common.contains($0.name) }
        guard !parameters.isEmpty else { return text + "\nNo parameters.\n" }
        text += "\n| parameter | what | default | |\n|---|---|---|---|\n"
        for parameter in parameters {
            let alternative = parameter.alternative.map { ", or a \($0.rawValue)" } ?? ""
            text += "| `\(parameter.name)` | \(parameter.kind.expectation)\(alternative) | \(defaultText(parameter)) | "
            text += "\(parameter.summary) |\n"
        }
        return text
    }

    private static func metric(_ name: String) -> String {
        guard let metric = Catalogue.metrics.first(where: { $0.declaration.name == name }) else {
            return "Puts a window around a metric."
        }
        let tasks = metric.tasks.map(\.name).joined(separator: ", ")
        return "Scores \(tasks); \(metric.biggerIsBetter ? "bigger" : "smaller") is better."
    }

    /// What a transformer works on.
    private static func features(_ inputs: TransformerInputs) -> String {
        func names(_ kinds: [FeatureKind]) -> String { kinds.map(\.name).joined(separator: ", ") }
        var text = "\n"
        if inputs.roles.isEmpty {
            text += "Works on features of type \(names(inputs.accepted))"
            text += inputs.usual.map { "; without a list on those of type \($0.name)." } ?? "."
        } else {
            let roles = inputs.roles.map { role in
                let most = role.count.upperBound
                return "`\(role.name)`, \(most > 1 ? "up to \(most) features" : "a feature") (\(names(role.accepted)))"
            }
            text += "Works on \(roles.joined(separator: ", and "))."
        }
        if inputs.tasks != Task.allCases {
            text += " For targets of type \(inputs.tasks.map(\.name).joined(separator: ", "))."
        }
        return text + "\n"
    }

    private static func categories(_ name: String) -> String {
        guard let learner = Catalogue.learners.first(where: { $0.declaration.name == name }) else { return "" }
        return learner.takesCategories ? " Takes categories as they are." : ""
    }

    private static func defaultText(_ parameter: ParameterDeclaration) -> String {
        switch parameter.defaultValue {
        case .none:
            switch parameter.kind {
            case .optional: return "null"
            case .categories: return "none"
            default: return "required"
            }
        case .components(let components) where components.isEmpty: return "required"
        case .integer(let microseconds):
            guard case .timeSpan = parameter.kind else { return "\(microseconds)" }
            return "\(TimeSpan(microseconds: Int64(microseconds)))"
        default: return defaultText(parameter.defaultValue)
        }
    }

    private static func defaultText(_ argument: Argument) -> String {
        switch argument {
        case .number(1e12): "1e12"
        case .number(let value): value == value.rounded() && value.magnitude < 1e6 ? "\(Int(value))" : "\(value)"
        case .integer(let value): "\(value)"
        case .boolean(let value): "`\(value)`"
        case .choice(let word): "`\(word)`"
        case .component(let component): "`\(written(component))`"
        case .components(let components): components.map { "`\(written($0))`" }.joined(separator: ", ")
        case .names(let names): names.isEmpty ? "none" : names.map { "`\($0)`" }.joined(separator: ", ")
        case .numbers(let numbers): "[\(numbers.map { defaultText(.number($0)) }.joined(separator: ", "))]"
        case .categories, .none: "none"
        }
    }

    /// A component as a spec has it: its name, and what is not at its own default.
    private static func written(_ component: Component) -> String {
        let parameters = Catalogue.declaration(named: component.name)?.parameters ?? []
        let given = zip(parameters, component.arguments).filter { $0.defaultValue != $1 }.map { parameter, argument in
            "\(parameter.name): \(defaultText(argument).replacing("`", with: ""))"
        }
        return given.isEmpty ? component.name : "\(component.name): {\(given.joined(separator: ", "))}"
    }
}
