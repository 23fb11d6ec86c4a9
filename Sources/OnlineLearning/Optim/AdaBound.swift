import Determinism

/// ``Adam`` whose step size per weight is held between two bounds that close in on a constant: it begins as Adam and
/// ends as gradient descent.
///
/// - `lr`: as Adam's (default 1e-3); `beta_1`, `beta_2`, `eps`: as Adam's; `gamma`: how fast the bounds close in, above
///   0 (default 1e-3); `final_lr`: where they meet, from 0 (default 0.1).
///
/// Time: O(features present) per example, a square root and a division each. Memory: 16 bytes a weight.
///
/// As a linear regression, after learning x = 1, y = 2 twice, the answer to x = 1 is 0.08117940639117377.
///
/// Source: L. Luo et al., *Adaptive gradient methods with dynamic bound of learning rate*, ICLR 2019, algorithm 2;
/// River's `optim.AdaBound`. With a schedule River multiplies `final_lr` by the ratio of the present step size to the
/// first at every example anew, so that it compounds; so do we.
struct AdaBound: OptimizerRule {
    static let declaration = ComponentDeclaration(
        "ada_bound", .optimizer,
        parameters: [
            OptimizerParameters.lr(1e-3), OptimizerParameters.beta1, OptimizerParameters.beta2,
            OptimizerParameters.eps,
            ParameterDeclaration(
                "gamma", .number(1e-12...1e12), default: .number(1e-3), "how fast the bounds close in"),
            ParameterDeclaration("final_lr", .number(.nonNegative), default: .number(0.1), "where the bounds meet"),
        ])
    @inline(__always) static var slotCount: Int { 2 }

    private let schedule: Schedule
    private let firstRate: Double
    private let eps: Double
    private let gamma: Double
    private let moments: Moments
    private let finalRate: Double

    init(_ arguments: Arguments) {
        schedule = Schedule(arguments["lr"])
        firstRate = schedule.rate(0)
        (eps, gamma) = (arguments.number("eps"), arguments.number("gamma"))
        finalRate = arguments.number("final_lr")
        moments = Moments(arguments)
    }

    func rate(_ count: Double) -> Double { schedule.rate(count) }

    var start: CarriedRates { CarriedRates(finalRate: finalRate) }

    @inline(__always)
    func begin(_ count: Double, _ carried: inout CarriedRates) -> StepRates {
        var step = moments.begin(&carried)
        let present = schedule.rate(count)
        step.rate = present * step.bias2.squareRoot() / step.bias1
        if present != firstRate { carried.finalRate *= present / firstRate }
        step.lower = carried.finalRate * (1 - 1 / (gamma * (count + 1) + 1))
        step.upper = carried.finalRate * (1 + 1 / (gamma * (count + 1)))
        return step
    }

    @inline(__always)
    func move(_ weight: inout Double, _ slots: UnsafeMutablePointer<Double>, _ gradient: Double, _ step: StepRates) {
        moments.updateFirst(&slots[0], gradient)
        moments.updateSecond(&slots[1], gradient)
        let size = step.rate / (slots[1].squareRoot() + eps)
        weight -= max(step.lower, min(step.upper, size)) * slots[0]
    }
}
