/// How the weights of a linear model move.
///
/// | name | the step |
/// |---|---|
/// | `ladder` | none to set: three step sizes at once, guarded by the trivial model, judged as asked; ``RateLadder`` |
/// | `twin_ada_grad` | the same with two, judged when the label comes, as it was before `ladder`; see ``TwinAdaGrad`` |
/// | `normalized_adaptive_invariant` | Vowpal Wabbit's; see ``NormalizedAdaptiveInvariant`` |
/// | `sgd` | `lr` times the gradient; see ``ScheduledDescent`` |
/// | `averager` | another optimizer's, while the average of the weights answers; see ``Averager`` |
/// | `momentum`, `nesterov_momentum` | remembers the last ones |
/// | `ada_grad`, `rms_prop`, `ada_delta` | a size of its own for each weight |
/// | `adam`, `ams_grad`, `ada_max`, `nadam`, `ada_bound` | both |
/// | `ftrl_proximal` | to where the sum of the gradients so far would have it |
public enum Optimizer: Sendable, Equatable {
    case ladder
    case twinAdaGrad
    case normalizedAdaptiveInvariant
    /// River's, whatever it is.
    case descent

    /// River's optimizers but the averager, which wraps one of them.
    private static let rules: [any OptimizerRule.Type] = [
        ScheduledDescent.self, Momentum.self, NesterovMomentum.self, AdaGrad.self, RMSProp.self, Adam.self,
        AMSGrad.self, AdaMax.self, Nadam.self, AdaDelta.self, AdaBound.self, FTRLProximal.self,
    ]

    /// The names of ``rules``.
    static let ofRiver = rules.map { $0.declaration.name }

    static let declarations =
        rules.map { $0.declaration } + [
            Averager.declaration, NormalizedAdaptiveInvariant.declaration,
            ComponentDeclaration(standard.name, .optimizer), ComponentDeclaration(standardBefore.name, .optimizer),
        ]

    /// What moves the weights where nothing else is asked for.
    static let standard = Component(name: "ladder", arguments: [])
    /// What moved them before.
    static let standardBefore = Component(name: "twin_ada_grad", arguments: [])

    init(_ component: Component) {
        switch component.name {
        case Self.standard.name: self = .ladder
        case Self.standardBefore.name: self = .twinAdaGrad
        case NormalizedAdaptiveInvariant.declaration.name: self = .normalizedAdaptiveInvariant
        default: self = .descent
        }
    }

    /// The step size of a component that is `sgd` with a constant one, else nil.
    static func constantRate(_ component: Component) -> Double? {
        guard component.name == ScheduledDescent.declaration.name else { return nil }
        return Schedule(component.arguments[0]).constant
    }

    /// Whether an L1 penalty has a step size to follow.
    static func hasRate(_ component: Component) -> Bool {
        if component.name == Averager.declaration.name, case .component(let inner) = component.arguments[0] {
            return hasRate(inner)
        }
        return component.name != FTRLProximal.declaration.name
    }

    /// The optimizer that a component of River's names, and after how many examples its weights are averaged, if so.
    static func rule(_ component: Component) -> (rule: any OptimizerRule, averagedFrom: Int?) {
        if component.name == Averager.declaration.name {
            let arguments = Arguments(component, declaration: Averager.declaration)
            return (rule(arguments.required("optimizer")).rule, arguments.integer("start"))
        }
        guard let type = rules.first(where: { $0.declaration.name == component.name }) else {
            preconditionFailure("\(component.name) is no optimizer of River's")
        }
        return (type.init(Arguments(component, declaration: type.declaration)), nil)
    }
}

extension Component {
    /// The same with what moved linear models before there was a ``RateLadder``, wherever one is within it.
    package var beforeLadder: Component {
        name == Optimizer.standard.name
            ? Optimizer.standardBefore : Component(name: name, arguments: arguments.map(\.beforeLadder))
    }
}

extension Argument {
    package var beforeLadder: Argument {
        switch self {
        case .component(let part): .component(part.beforeLadder)
        case .components(let parts): .components(parts.map(\.beforeLadder))
        default: self
        }
    }
}
