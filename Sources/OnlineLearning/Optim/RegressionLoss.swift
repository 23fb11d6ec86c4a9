/// The losses that a regression can minimize, with River's conventions (`optim.losses`): *p* is the prediction, *y* the
/// true value.
///
/// | name | loss | gradient in *p* |
/// |---|---|---|
/// | `squared` | (p − y)² | 2 (p − y) |
/// | `absolute` | \|p − y\| | 1 where p > y, else −1 |
/// | `huber` | ½ r² within ±ε, else ε \|r\| − ½ ε² | r within ±ε, else ±ε |
public enum RegressionLoss: Sendable, Equatable {
    case squared
    case absolute
    /// P. J. Huber, *Robust estimation of a location parameter*, Ann. Math. Statist. 35(1), 1964.
    case huber(epsilon: Double)

    static let declarations = [
        ComponentDeclaration("absolute", .regressionLoss),
        ComponentDeclaration(
            "huber", .regressionLoss,
            parameters: [
                ParameterDeclaration(
                    "epsilon", .number(1e-12...1e12), default: .number(0.1), "where a square loss turns linear")
            ]),
        ComponentDeclaration("squared", .regressionLoss),
    ]

    init(_ component: Component) {
        switch component.name {
        case "absolute": self = .absolute
        case "huber":
            guard case .number(let epsilon) = component.arguments[0] else { preconditionFailure("huber's epsilon") }
            self = .huber(epsilon: epsilon)
        default: self = .squared
        }
    }

    @inline(__always)
    func gradient(_ y: Double, _ p: Double) -> Double {
        switch self {
        case .squared: return 2 * (p - y)
        case .absolute: return p > y ? 1 : -1
        case .huber(let epsilon):
            let residual = p - y
            if residual.magnitude <= epsilon { return residual }
            return residual > 0 ? epsilon : -epsilon
        }
    }

    /// The loss of a residual *r* = p − y, squared without the factor 2 of River's gradient: ½ r², as ``TwinAdaGrad``
    /// takes it.
    @inline(__always)
    func callAsFunction(_ residual: Double) -> Double {
        let size = residual.magnitude
        switch self {
        case .squared: return 0.5 * size * size
        case .absolute: return size
        case .huber(let epsilon): return size <= epsilon ? 0.5 * size * size : epsilon * (size - 0.5 * epsilon)
        }
    }
}
