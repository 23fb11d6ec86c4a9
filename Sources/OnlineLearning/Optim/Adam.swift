import Determinism

/// Momentum and RMSProp together: each weight moves by the decaying mean of its gradients over the root of the
/// decaying mean of their squares, both corrected for having started at 0.
///
/// - `lr`: the step size, a number from 0 (default 0.1) or a schedule (``Schedule``); `beta_1`, `beta_2`: how much of
///   the two means is kept, from 0 to below 1 (defaults 0.9 and 0.999); `eps`: added to the root, above 0 (default
///   1e-8).
///
/// A weight's means change only with its own feature, the corrections with every example, as in River.
///
/// Time: O(features present) per example, a square root and a division each. Memory: 16 bytes a weight.
///
/// As a linear regression, after learning x = 1, y = 2 twice, the answer to x = 1 is 0.2769453188311536.
///
/// Source: D. P. Kingma and J. Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 1, in the order
/// of its section 2; River's `optim.Adam`.
struct Adam: OptimizerRule {
    static let declaration = ComponentDeclaration("adam", .optimizer, parameters: parameters)
    static let parameters = [
        OptimizerParameters.lr(0.1), OptimizerParameters.beta1, OptimizerParameters.beta2, OptimizerParameters.eps,
    ]
    @inline(__always) static var slotCount: Int { 2 }

    private let schedule: Schedule
    private let eps: Double
    private let moments: Moments

    init(_ arguments: Arguments) {
        (schedule, eps) = (Schedule(arguments["lr"]), arguments.number("eps"))
        moments = Moments(arguments)
    }

    func rate(_ count: Double) -> Double { schedule.rate(count) }

    @inline(__always)
    func begin(_ count: Double, _ carried: inout CarriedRates) -> StepRates {
        var step = moments.begin(&carried)
        step.rate = schedule.rate(count) * step.bias2.squareRoot() / step.bias1
        return step
    }

    @inline(__always)
    func move(_ weight: inout Double, _ slots: UnsafeMutablePointer<Double>, _ gradient: Double, _ step: StepRates) {
        moments.updateFirst(&slots[0], gradient)
        moments.updateSecond(&slots[1], gradient)
        weight -= step.rate * slots[0] / (slots[1].squareRoot() + eps)
    }
}
