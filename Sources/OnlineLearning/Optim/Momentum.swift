import Determinism

/// Gradient descent with inertia: each weight moves by a decaying sum of its past steps.
///
/// - `lr`: the step size, a number from 0 (default 0.1) or a schedule (``Schedule``); `rho`: how much of the last move
///   is repeated, 0 to 1 (default 0.9).
///
/// Time: O(features present) per example. Memory: 8 bytes a weight.
///
/// As a linear regression, after learning x = 1, y = 2 twice, the answer to x = 1 is 1.1432.
///
/// Source: B. T. Polyak, *Some methods of speeding up the convergence of iteration methods*, USSR Comp. Math. and
/// Math. Phys. 4(5), 1964; River's `optim.Momentum`.
struct Momentum: OptimizerRule {
    static let declaration = ComponentDeclaration(
        "momentum", .optimizer, parameters: [OptimizerParameters.lr(0.1), OptimizerParameters.rho])
    @inline(__always) static var slotCount: Int { 1 }

    private let schedule: Schedule
    private let rho: Double

    init(_ arguments: Arguments) {
        (schedule, rho) = (Schedule(arguments["lr"]), arguments.number("rho"))
    }

    func rate(_ count: Double) -> Double { schedule.rate(count) }

    @inline(__always)
    func begin(_ count: Double, _ carried: inout CarriedRates) -> StepRates { StepRates(rate: schedule.rate(count)) }

    @inline(__always)
    func move(_ weight: inout Double, _ slots: UnsafeMutablePointer<Double>, _ gradient: Double, _ step: StepRates) {
        slots[0] = rho * slots[0] + step.rate * gradient
        weight -= slots[0]
    }
}
