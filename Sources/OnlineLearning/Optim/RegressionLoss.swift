import Determinism

/// The losses that a regression can minimize, with River's conventions (`optim.losses`): *p* is the prediction, *y* the
/// true value, r = p − y.
///
/// | name | parameters | loss | gradient in *p* |
/// |---|---|---|---|
/// | `squared` | | r² | 2 r |
/// | `absolute` | | \|r\| | 1 where p > y, else −1 |
/// | `huber` | `epsilon`, above 0 (default 0.1) | ½ r² within ±ε, else ε \|r\| − ½ ε² | r within ±ε, else ±ε |
/// | `quantile` | `alpha`, 0 to 1 (default 0.5) | α \|r\| below y, (1 − α) \|r\| above | 1 − α where p > y, else −α |
/// | `epsilon_insensitive_hinge` | `eps`, from 0 (default 0.1) | max(0, \|r\| − ε) | 0 within ±ε, else ±1 |
/// | `poisson` | | eᵖ − y p; the answer is eᵖ | eᵖ − y |
/// | `cauchy` | `C`, above 0 (default 80) | ½ C² ln (1 + (r/C)²) | r / ((r/C)² + 1) |
///
/// The sign of River's `Quantile` in `alpha` is the literature's: 0.9 learns what nine in ten true values are below.
/// River's `EpsilonInsensitiveHinge` first maps the true value to 2 y − 1, as if it were a class, and so learns another
/// quantity; this is the loss of the paper: V. Vapnik, *The nature of statistical learning theory*, 1995, section 6.1.
public enum RegressionLoss: Sendable, Equatable {
    case squared
    case absolute
    /// P. J. Huber, *Robust estimation of a location parameter*, Ann. Math. Statist. 35(1), 1964.
    case huber(epsilon: Double)
    /// R. Koenker and G. Bassett, *Regression quantiles*, Econometrica 46(1), 1978.
    case quantile(alpha: Double)
    case epsilonInsensitiveHinge(eps: Double)
    case poisson
    case cauchy(c: Double)

    static let declarations = [
        ComponentDeclaration("absolute", .regressionLoss),
        one("cauchy", "C", 1e-12...1e12, 80, "how far an example still counts"),
        one("epsilon_insensitive_hinge", "eps", .nonNegative, 0.1, "an error that does not count"),
        one("huber", "epsilon", 1e-12...1e12, 0.1, "where a square loss turns linear"),
        ComponentDeclaration("poisson", .regressionLoss),
        one("quantile", "alpha", 0...1, 0.5, "the share of true values to be below the answer"),
        ComponentDeclaration("squared", .regressionLoss),
    ]

    /// A loss of one parameter.
    private static func one(
        _ name: String, _ parameter: String, _ range: ClosedRange<Double>, _ value: Double, _ summary: String
    ) -> ComponentDeclaration {
        ComponentDeclaration(
            name, .regressionLoss,
            parameters: [ParameterDeclaration(parameter, .number(range), default: .number(value), summary)])
    }

    /// Those that ``RateLadder`` and ``TwinAdaGrad`` can minimize.
    static let ofTwins = ["squared", "absolute", "huber"]

    init(_ component: Component) {
        func parameter() -> Double {
            guard case .number(let value) = component.arguments[0] else { preconditionFailure("no loss: \(component)") }
            return value
        }
        switch component.name {
        case "absolute": self = .absolute
        case "huber": self = .huber(epsilon: parameter())
        case "quantile": self = .quantile(alpha: parameter())
        case "epsilon_insensitive_hinge": self = .epsilonInsensitiveHinge(eps: parameter())
        case "poisson": self = .poisson
        case "cauchy": self = .cauchy(c: parameter())
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
        case .quantile(let alpha): return (y < p ? 1 : 0) - alpha
        case .epsilonInsensitiveHinge(let eps): return p > y + eps ? 1 : p + eps < y ? -1 : 0
        case .poisson: return Elementary.exp(p) - y
        case .cauchy(let c):
            let residual = p - y
            return residual / ((residual / c) * (residual / c) + 1)
        }
    }

    /// The answer of a linear predictor *p*.
    @inline(__always)
    func mean(_ p: Double) -> Double {
        if case .poisson = self { return Elementary.exp(p) }
        return p
    }

    /// The loss of a residual *r* = p − y, squared without the factor 2 of River's gradient: ½ r², as ``TwinAdaGrad``
    /// takes it. - Precondition: it is one of ``ofTwins``.
    @inline(__always)
    func callAsFunction(_ residual: Double) -> Double {
        let size = residual.magnitude
        switch self {
        case .squared: return 0.5 * size * size
        case .absolute: return size
        case .huber(let epsilon): return size <= epsilon ? 0.5 * size * size : epsilon * (size - 0.5 * epsilon)
        default: preconditionFailure("a loss that the standard rule does not minimize")
        }
    }
}
