import Determinism

/// The losses that a classifier of two classes can minimize, with River's conventions (`optim.losses`): *p* is the
/// log-odds, *y* is 1 where the positive class is true and −1 where it is not, and z = y p.
///
/// | name | parameters | loss | gradient in *p* |
/// |---|---|---|---|
/// | `log` | `weight_pos`, `weight_neg`: w, from 0 (default 1) | w ln (1 + e⁻ᶻ) | −w y / (1 + eᶻ) |
/// | `hinge` | `threshold`, any number (default 1) | max(0, threshold − z) | −y where z ≤ threshold, else 0 |
/// | `binary_focal_loss` | `gamma`: γ, above 0 (default 2); `beta`: β (default 1) | −ln σ(γz + β) / γ | y (σ − 1) |
///
/// Source: D. R. Cox 1958; C. Gentile and M. Warmuth, *Linear hinge loss and average margin*, NIPS 1998; T.-Y. Lin et
/// al., *Focal loss for dense object detection*, ICCV 2017, appendix A.
enum BinaryLoss: Sendable, Equatable {
    case logarithmic(weightPos: Double, weightNeg: Double)
    case hinge(threshold: Double)
    case binaryFocalLoss(gamma: Double, beta: Double)

    static let declarations = [
        ComponentDeclaration(
            "binary_focal_loss", .binaryLoss,
            parameters: [
                ParameterDeclaration("gamma", .number(1e-6...1e6), default: .number(2), "how much errors stand out"),
                ParameterDeclaration("beta", .number(.finite), default: .number(1), "how far a margin counts as one"),
            ]),
        ComponentDeclaration(
            "hinge", .binaryLoss,
            parameters: [
                ParameterDeclaration("threshold", .number(.finite), default: .number(1), "the margin that is enough")
            ]),
        ComponentDeclaration(
            "log", .binaryLoss,
            parameters: [
                ParameterDeclaration(
                    "weight_pos", .number(.nonNegative), default: .number(1), "how much a positive example counts"),
                ParameterDeclaration(
                    "weight_neg", .number(.nonNegative), default: .number(1), "how much a negative example counts"),
            ]),
    ]

    static let standard = Component(name: "log", arguments: [.number(1), .number(1)])

    init(_ component: Component) {
        guard let declaration = Self.declarations.first(where: { $0.name == component.name }) else {
            preconditionFailure("no binary loss is named \(component.name)")
        }
        let arguments = Arguments(component, declaration: declaration)
        switch component.name {
        case "hinge": self = .hinge(threshold: arguments.number("threshold"))
        case "binary_focal_loss":
            self = .binaryFocalLoss(gamma: arguments.number("gamma"), beta: arguments.number("beta"))
        default:
            self = .logarithmic(
                weightPos: arguments.number("weight_pos"), weightNeg: arguments.number("weight_neg"))
        }
    }

    @inline(__always)
    func gradient(isPositive: Bool, _ p: Double) -> Double {
        switch self {
        case .logarithmic(let positive, let negative):
            return LogLossFunction.gradient(isPositive: isPositive, p, weight: isPositive ? positive : negative)
        case .hinge(let threshold):
            let y: Double = isPositive ? 1 : -1
            // A margin that is not a number stays so, and the step is refused.
            return y * p <= threshold ? -y : y * p > threshold ? 0 : .nan
        case .binaryFocalLoss(let gamma, let beta):
            let y: Double = isPositive ? 1 : -1
            return y * (LogLossFunction.mean(gamma * (y * p) + beta) - 1)
        }
    }
}
