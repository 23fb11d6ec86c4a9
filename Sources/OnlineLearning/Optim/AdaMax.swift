import Determinism

/// ``Adam`` with the decaying largest gradient in place of the root of the mean square.
///
/// - `lr`, `beta_1`, `beta_2`, `eps`: as Adam's.
///
/// Time: O(features present) per example, a division each. Memory: 16 bytes a weight.
///
/// As a linear regression, after learning x = 1, y = 2 twice, the answer to x = 1 is 0.2736122011956733.
///
/// Source: D. P. Kingma and J. Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 2; River's
/// `optim.AdaMax`.
struct AdaMax: OptimizerRule {
    static let declaration = ComponentDeclaration("ada_max", .optimizer, parameters: Adam.parameters)
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
        step.rate = schedule.rate(count) / step.bias1
        return step
    }

    @inline(__always)
    func move(_ weight: inout Double, _ slots: UnsafeMutablePointer<Double>, _ gradient: Double, _ step: StepRates) {
        moments.updateFirst(&slots[0], gradient)
        slots[1] = max(moments.beta2 * slots[1], gradient.magnitude)
        weight -= step.rate * slots[0] / (slots[1] + eps)
    }
}
