import Determinism

/// How a step size changes with the number *t* of examples learned before: River's `optim.schedulers`.
///
/// | name | parameters | step size |
/// |---|---|---|
/// | `constant` | `learning_rate`: η, from 0 (default 0.01) | η |
/// | `inverse_scaling` | `learning_rate`: η; `power`: p, 0 to 10 (default 0.5) | η / (t + 1)ᵖ |
/// | `optimal` | `alpha`: α, above 0 (default 1e-4); `loss` (default `log`) | 1 / (α (t₀ + t)), t₀ = α^−¾ |
///
/// A number in a schedule's place is that constant. Time: O(1).
///
/// After three examples, `inverse_scaling` of 0.1 with power 0.5 gives 0.1 / √4 = 0.05.
///
/// Source: L. Bottou, *Stochastic gradient descent tricks*, 2012, section 5. Its `optimal` begins from the loss's slope
/// at a bad guess; River takes the larger of that slope and 1 at a positive example, where no loss slopes upwards, so
/// that the loss has no effect.
enum Schedule: Sendable, Equatable {
    case constant(Double)
    case inverseScaling(rate: Double, power: Double)
    case optimal(alpha: Double, start: Double)

    private static let learningRate = ParameterDeclaration(
        "learning_rate", .number(.nonNegative), default: .number(0.01), "the first step size")

    static let declarations = [
        ComponentDeclaration("constant", .schedule, parameters: [learningRate]),
        ComponentDeclaration(
            "inverse_scaling", .schedule,
            parameters: [
                learningRate,
                ParameterDeclaration("power", .number(0...10), default: .number(0.5), "how fast it shrinks"),
            ]),
        ComponentDeclaration(
            "optimal", .schedule,
            parameters: [
                ParameterDeclaration(
                    "loss", .component(.binaryLoss), default: .component(BinaryLoss.standard),
                    "without effect, as in River"),
                ParameterDeclaration(
                    "alpha", .number(1e-12...1e12), default: .number(1e-4), "the strength of an implied penalty"),
            ]),
    ]

    /// The schedule of a parameter that is a number or a schedule.
    init(_ argument: Argument) {
        switch argument {
        case .number(let rate): self = .constant(rate)
        case .component(let component): self.init(component)
        default: preconditionFailure("a step size is a number or a schedule")
        }
    }

    private init(_ component: Component) {
        guard let declaration = Self.declarations.first(where: { $0.name == component.name }) else {
            preconditionFailure("no schedule is named \(component.name)")
        }
        let arguments = Arguments(component, declaration: declaration)
        switch component.name {
        case "constant": self = .constant(arguments.number("learning_rate"))
        case "inverse_scaling":
            self = .inverseScaling(rate: arguments.number("learning_rate"), power: arguments.number("power"))
        default:
            let alpha = arguments.number("alpha")
            let typical = (1 / alpha.squareRoot()).squareRoot()
            self = .optimal(alpha: alpha, start: 1 / (typical * alpha))
        }
    }

    /// The step size after `count` examples.
    @inline(__always)
    func rate(_ count: Double) -> Double {
        switch self {
        case .constant(let rate): rate
        case .inverseScaling(let rate, let power): rate / Power.of(count + 1, power)
        case .optimal(let alpha, let start): 1 / (alpha * (start + count))
        }
    }

    /// The step size that never changes, or nil.
    var constant: Double? {
        if case .constant(let rate) = self { rate } else { nil }
    }
}
