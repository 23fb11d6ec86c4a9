import Determinism

/// Gradient descent in which each weight's step is divided by the root of the sum of its squared gradients so far:
/// rare features move far, frequent ones less and less.
///
/// - `lr`: the step size, a number from 0 (default 0.1) or a schedule (``Schedule``); `eps`: added to the sum, above 0
///   (default 1e-8).
///
/// Time: O(features present) per example, a square root and a division each. Memory: 8 bytes a weight.
///
/// As a linear regression, after learning x = 1, y = 2 twice, the answer to x = 1 is 0.2453012641664638.
///
/// Source: J. Duchi, E. Hazan and Y. Singer, *Adaptive subgradient methods for online learning and stochastic
/// optimization*, JMLR 12, 2011, figure 1; River's `optim.AdaGrad`.
struct AdaGrad: OptimizerRule {
    static let declaration = ComponentDeclaration(
        "ada_grad", .optimizer, parameters: [OptimizerParameters.lr(0.1), OptimizerParameters.eps])
    @inline(__always) static var slotCount: Int { 1 }
    @inline(__always) static var movesWithoutGradient: Bool { false }

    private let schedule: Schedule
    private let eps: Double

    init(_ arguments: Arguments) {
        (schedule, eps) = (Schedule(arguments["lr"]), arguments.number("eps"))
    }

    func rate(_ count: Double) -> Double { schedule.rate(count) }

    @inline(__always)
    func begin(_ count: Double, _ carried: inout CarriedRates) -> StepRates { StepRates(rate: schedule.rate(count)) }

    @inline(__always)
    func move(_ weight: inout Double, _ slots: UnsafeMutablePointer<Double>, _ gradient: Double, _ step: StepRates) {
        slots[0] += gradient * gradient
        weight -= step.rate / (slots[0] + eps).squareRoot() * gradient
    }
}
