import Determinism

/// ``Adam`` with Nesterov's momentum: the mean of the gradients is taken one example further.
///
/// - `lr`, `beta_1`, `beta_2`, `eps`: as Adam's.
///
/// Time: O(features present) per example, a square root and divisions each. Memory: 16 bytes a weight.
///
/// As a linear regression, after learning x = 1, y = 2 twice, the answer to x = 1 is 0.4042776692817235.
///
/// Source: T. Dozat, *Incorporating Nesterov momentum into Adam*, ICLR workshop 2016; River's `optim.Nadam`, which
/// corrects both terms of the step by the same power where the paper corrects the mean by the next one.
struct Nadam: OptimizerRule {
    static let declaration = ComponentDeclaration("nadam", .optimizer, parameters: Adam.parameters)
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
        step.rate = schedule.rate(count)
        return step
    }

    @inline(__always)
    func move(_ weight: inout Double, _ slots: UnsafeMutablePointer<Double>, _ gradient: Double, _ step: StepRates) {
        moments.updateFirst(&slots[0], gradient)
        moments.updateSecond(&slots[1], gradient)
        let (first, second) = (slots[0] / step.bias1, slots[1] / step.bias2)
        let ahead = moments.beta1 * first + (1 - moments.beta1) * gradient / step.bias1
        weight -= step.rate * ahead / (second.squareRoot() + eps)
    }
}
