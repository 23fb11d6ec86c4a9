import Determinism

extension NormalizedAdaptiveInvariant {
    /// The losses whose importance-weight-aware step has a closed form: *p* is the linear predictor, *y* the true value
    /// or ±1.
    ///
    /// Source: N. Karampatziakis and J. Langford, *Online importance weight aware updates*, UAI 2011, table 1.
    enum Loss: Sendable, Equatable {
        case log
        case hinge
        case squared
        case quantile(Double)

        /// The loss of a component, or nil where the optimizer has it not.
        init?(_ component: Component) {
            switch component.name {
            case "log" where component == BinaryLoss.standard: self = .log
            case "hinge" where component.arguments == [.number(1)]: self = .hinge
            case "squared": self = .squared
            case "absolute": self = .quantile(0.5)
            case "quantile":
                guard case .number(let alpha) = component.arguments[0] else { return nil }
                self = .quantile(alpha)
            default: return nil
            }
        }

        /// Whether there is anything to learn.
        @inline(__always)
        func isPositive(_ p: Double, _ y: Double) -> Bool {
            switch self {
            case .log: true
            case .hinge: y * p < 1
            case .squared, .quantile: p != y
            }
        }

        @inline(__always)
        func squaredGradient(_ p: Double, _ y: Double) -> Double {
            switch self {
            case .log:
                let slope = 1 / (1 + Elementary.exp(y * p))
                return slope * slope
            case .hinge: return y * p < 1 ? 1 : 0
            case .squared: return 4 * (p - y) * (p - y)
            case .quantile(let alpha):
                let slope = y > p ? alpha : 1 - alpha
                return slope * slope
            }
        }

        /// How far to go, in units of `sensitivity` in the linear predictor, with a step size times the example's
        /// weight of `rate`: where the flow against the gradient ends up.
        @inline(__always)
        func update(_ p: Double, _ y: Double, _ rate: Double, _ sensitivity: Double) -> Double {
            let reach = rate * sensitivity
            switch self {
            case .squared:
                // The exponential's own difference from 1 would be lost in rounding.
                if reach < 1e-6 { return 2 * (y - p) * rate }
                return (y - p) * (1 - Elementary.exp(-2 * reach)) / sensitivity
            case .hinge:
                let error = 1 - y * p
                return y * (reach < error ? rate : error / sensitivity)
            case .quantile(let alpha):
                let error = y - p
                let slope = error > 0 ? alpha : alpha - 1
                return (slope * reach).magnitude < error.magnitude ? slope * rate : error / sensitivity
            case .log:
                let power = Elementary.exp(y * p)
                if reach < 1e-6 { return y * rate / (1 + power) }
                return -(y * Self.lambert(reach + y * p + power) + p) / sensitivity
            }
        }

        /// W(eˣ) − x within 9·10⁻⁵, W being Lambert's function: one step of the fourth order from a guess, as Vowpal
        /// Wabbit takes it.
        @inline(__always)
        private static func lambert(_ x: Double) -> Double {
            let guess = x >= 1 ? 0.86 * x + 0.01 : Elementary.exp(0.8 * x - 0.65)
            let residual = x >= 1 ? x - Elementary.log(guess) - guess : 0.2 * x + 0.65 - guess
            let t = 1 + guess
            let u = 2 * t * (t + 2 * residual / 3)
            return guess * (1 + residual / t * (u - residual) / (u - 2 * residual)) - x
        }
    }
}
