/// How the weights of a linear model move.
///
/// | name | the step |
/// |---|---|
/// | `twin_ada_grad` | none to set: two step sizes at once, guarded by the trivial model; see ``TwinAdaGrad`` |
/// | `sgd` | `lr` times the gradient, always: River's `optim.SGD` |
public enum Optimizer: Sendable, Equatable {
    case twinAdaGrad
    /// H. Robbins and S. Monro, *A stochastic approximation method*, Ann. Math. Statist. 22(3), 1951.
    case sgd(rate: Double)

    static let declarations = [
        ComponentDeclaration(
            "sgd", .optimizer,
            parameters: [ParameterDeclaration("lr", .number(.nonNegative), default: .number(0.01), "the step size")]),
        ComponentDeclaration("twin_ada_grad", .optimizer),
    ]

    /// What moves the weights where nothing else is asked for.
    static let standard = Component(name: "twin_ada_grad", arguments: [])

    init(_ component: Component) {
        guard component.name == "sgd" else {
            self = .twinAdaGrad
            return
        }
        guard case .number(let rate) = component.arguments[0] else { preconditionFailure("sgd's lr") }
        self = .sgd(rate: rate)
    }

    /// The step size, 0 where there is none to set.
    var rate: Double {
        switch self {
        case .twinAdaGrad: 0
        case .sgd(let rate): rate
        }
    }
}
