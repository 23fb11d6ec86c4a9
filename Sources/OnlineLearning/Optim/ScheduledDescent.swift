import Determinism

/// Stochastic gradient descent: each weight moves against its gradient by the step size. Here where the step size
/// follows a schedule; ``LinearPredictor`` is the faster form for a constant one.
///
/// - `lr`: the step size, a number from 0 (default 0.01) or a schedule (``Schedule``).
///
/// Time: O(features present) per example. Memory: none beside the weights.
///
/// As a linear regression with `inverse_scaling` of 0.1, after learning x = 1, y = 2 twice, the answer to x = 1 is
/// 0.6918173157302029.
///
/// Source: H. Robbins and S. Monro, *A stochastic approximation method*, Ann. Math. Statist. 22(3), 1951; River's
/// `optim.SGD`.
struct ScheduledDescent: OptimizerRule {
    static let declaration = ComponentDeclaration("sgd", .optimizer, parameters: [OptimizerParameters.lr(0.01)])
    @inline(__always) static var slotCount: Int { 0 }
    @inline(__always) static var movesWithoutGradient: Bool { false }

    private let schedule: Schedule

    init(_ arguments: Arguments) {
        schedule = Schedule(arguments["lr"])
    }

    func rate(_ count: Double) -> Double { schedule.rate(count) }

    @inline(__always)
    func begin(_ count: Double, _ carried: inout CarriedRates) -> StepRates { StepRates(rate: schedule.rate(count)) }

    @inline(__always)
    func move(_ weight: inout Double, _ slots: UnsafeMutablePointer<Double>, _ gradient: Double, _ step: StepRates) {
        weight -= step.rate * gradient
    }
}
