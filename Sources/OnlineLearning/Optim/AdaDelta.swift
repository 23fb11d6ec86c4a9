import Determinism

/// Gradient descent without a step size: each weight's gradient is scaled by the ratio of the roots of two decaying
/// means, of its squared steps and of its squared gradients.
///
/// - `rho`: how much of the means is kept, 0 to 1 (default 0.95); `eps`: added to both, above 0 (default 1e-8).
///
/// Time: O(features present) per example, two square roots and a division each. Memory: 16 bytes a weight.
///
/// As a linear regression, after learning x = 1, y = 2 twice, the answer to x = 1 is 0.08008664766187182.
///
/// Source: M. D. Zeiler, *ADADELTA: an adaptive learning rate method*, 2012, algorithm 1; River's `optim.AdaDelta`.
struct AdaDelta: OptimizerRule {
    static let declaration = ComponentDeclaration(
        "ada_delta", .optimizer,
        parameters: [
            ParameterDeclaration("rho", .number(0...1), default: .number(0.95), "how much of the past is kept"),
            OptimizerParameters.eps,
        ])
    @inline(__always) static var slotCount: Int { 2 }

    private let rho: Double
    private let eps: Double

    init(_ arguments: Arguments) {
        (rho, eps) = (arguments.number("rho"), arguments.number("eps"))
    }

    func rate(_ count: Double) -> Double { 0 }

    @inline(__always)
    func begin(_ count: Double, _ carried: inout CarriedRates) -> StepRates { StepRates(rate: 0) }

    @inline(__always)
    func move(_ weight: inout Double, _ slots: UnsafeMutablePointer<Double>, _ gradient: Double, _ step: StepRates) {
        slots[0] = rho * slots[0] + (1 - rho) * (gradient * gradient)
        let change = -(slots[1] + eps).squareRoot() / (slots[0] + eps).squareRoot() * gradient
        slots[1] = rho * slots[1] + (1 - rho) * (change * change)
        weight += change
    }
}
