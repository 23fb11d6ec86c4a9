import Determinism

/// Gradient descent in which each weight's step is divided by the root of the decaying mean of its squared gradients.
///
/// - `lr`: the step size, a number from 0 (default 0.1) or a schedule (``Schedule``); `rho`: how much of the mean is
///   kept, 0 to 1 (default 0.9); `eps`: added to it, above 0 (default 1e-8).
///
/// Time: O(features present) per example, a square root and a division each. Memory: 8 bytes a weight.
///
/// As a linear regression, after learning x = 1, y = 2 twice, the answer to x = 1 is 0.5961663912326818.
///
/// Source: T. Tieleman and G. Hinton, *Lecture 6.5*, Neural Networks for Machine Learning, 2012; River's
/// `optim.RMSProp`.
struct RMSProp: OptimizerRule {
    static let declaration = ComponentDeclaration(
        "rms_prop", .optimizer,
        parameters: [OptimizerParameters.lr(0.1), OptimizerParameters.rho, OptimizerParameters.eps])
    @inline(__always) static var slotCount: Int { 1 }

    private let schedule: Schedule
    private let rho: Double
    private let eps: Double

    init(_ arguments: Arguments) {
        (schedule, rho, eps) = (Schedule(arguments["lr"]), arguments.number("rho"), arguments.number("eps"))
    }

    func rate(_ count: Double) -> Double { schedule.rate(count) }

    @inline(__always)
    func begin(_ count: Double, _ carried: inout CarriedRates) -> StepRates { StepRates(rate: schedule.rate(count)) }

    @inline(__always)
    func move(_ weight: inout Double, _ slots: UnsafeMutablePointer<Double>, _ gradient: Double, _ step: StepRates) {
        slots[0] = rho * slots[0] + (1 - rho) * (gradient * gradient)
        weight -= step.rate / (slots[0] + eps).squareRoot() * gradient
    }
}
