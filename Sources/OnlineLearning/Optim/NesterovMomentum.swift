import Determinism

/// Momentum whose gradient is taken where inertia alone would carry the weights.
///
/// - `lr`: the step size, a number from 0 (default 0.1) or a schedule (``Schedule``); `rho`: how much of the last move
///   is repeated, 0 to 1 (default 0.9).
///
/// Time: O(features present) per example. Memory: 8 bytes a weight.
///
/// As a linear regression, after learning x = 1, y = 2 twice, the answer to x = 1 is 1.064.
///
/// Source: Y. Nesterov, *A method of solving a convex programming problem with convergence rate O(1/k²)*, Soviet Math.
/// Dokl. 27, 1983; River's `optim.NesterovMomentum`.
struct NesterovMomentum: OptimizerRule {
    static let declaration = ComponentDeclaration(
        "nesterov_momentum", .optimizer, parameters: [OptimizerParameters.lr(0.1), OptimizerParameters.rho])
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
    func lookAhead(_ weight: Double, _ slots: UnsafePointer<Double>) -> Double { weight - rho * slots[0] }

    @inline(__always)
    func move(_ weight: inout Double, _ slots: UnsafeMutablePointer<Double>, _ gradient: Double, _ step: StepRates) {
        // Back from where the gradient was taken, in River's order of operations.
        weight += rho * slots[0]
        slots[0] = rho * slots[0] + step.rate * gradient
        weight -= slots[0]
    }
}
