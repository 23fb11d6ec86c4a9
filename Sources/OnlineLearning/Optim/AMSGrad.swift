import Determinism

/// ``Adam`` whose mean of squared gradients may only grow, so that a step size never rises again.
///
/// - `lr`, `beta_1`, `beta_2`, `eps`: as Adam's; `correct_bias`: correct both means for having started at 0 (default
///   true).
///
/// Time: O(features present) per example, a square root and a division each. Memory: 24 bytes a weight.
///
/// As a linear regression, after learning x = 1, y = 2 twice, the answer to x = 1 is 0.2769453188311536.
///
/// Source: S. Reddi, S. Kale and S. Kumar, *On the convergence of Adam and beyond*, ICLR 2018, algorithm 2, which
/// corrects nothing; River's `optim.AMSGrad`.
struct AMSGrad: OptimizerRule {
    static let declaration = ComponentDeclaration(
        "ams_grad", .optimizer,
        parameters: Adam.parameters + [
            ParameterDeclaration(
                "correct_bias", .boolean, default: .boolean(true), "correct the means for their start at 0")
        ])
    @inline(__always) static var slotCount: Int { 3 }

    private let schedule: Schedule
    private let eps: Double
    private let correctBias: Bool
    private let moments: Moments

    init(_ arguments: Arguments) {
        (schedule, eps) = (Schedule(arguments["lr"]), arguments.number("eps"))
        correctBias = arguments.boolean("correct_bias")
        moments = Moments(arguments)
    }

    func rate(_ count: Double) -> Double { schedule.rate(count) }

    @inline(__always)
    func begin(_ count: Double, _ carried: inout CarriedRates) -> StepRates {
        var step = moments.begin(&carried)
        step.rate = schedule.rate(count)
        if correctBias { step.rate = step.rate * step.bias2.squareRoot() / step.bias1 }
        return step
    }

    @inline(__always)
    func move(_ weight: inout Double, _ slots: UnsafeMutablePointer<Double>, _ gradient: Double, _ step: StepRates) {
        moments.updateFirst(&slots[0], gradient)
        moments.updateSecond(&slots[1], gradient)
        slots[2] = max(slots[2], slots[1])
        weight -= step.rate * slots[0] / (slots[2].squareRoot() + eps)
    }
}
