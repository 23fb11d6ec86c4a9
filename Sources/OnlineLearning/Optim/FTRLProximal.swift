import Determinism

/// Follow the regularized leader: each weight is what would have been best for the linearized losses so far, with a
/// step size per weight and penalties that make weights exactly 0.
///
/// - `alpha`: the step size's numerator, above 0 (default 0.05); `beta`: what its denominator begins with, from 0
///   (default 1); `l1`, `l2`: the penalties, from 0 (defaults 0 and 1).
///
/// Time: O(features present) per example, three square roots and two divisions each. Memory: 16 bytes a weight.
///
/// As a linear regression, after learning x = 1, y = 2 twice, the answer to x = 1 is 0.1188039603960396.
///
/// Source: H. B. McMahan et al., *Ad click prediction: a view from the trenches*, KDD 2013, algorithm 1; River's
/// `optim.FTRLProximal`. The paper computes a weight before it predicts, and makes it 0 where the sum of its gradients
/// is within `l1`; River does so after, so that an example shows only once its feature is learned again, and leaves
/// such a weight as it was. This follows River.
struct FTRLProximal: OptimizerRule {
    static let declaration = ComponentDeclaration(
        "ftrl_proximal", .optimizer,
        parameters: [
            ParameterDeclaration("alpha", .number(1e-12...1e12), default: .number(0.05), "the step size's numerator"),
            ParameterDeclaration(
                "beta", .number(.nonNegative), default: .number(1), "what its denominator begins with"),
            ParameterDeclaration("l1", .number(.nonNegative), default: .number(0), "draws weights to exactly 0"),
            ParameterDeclaration("l2", .number(.nonNegative), default: .number(1), "draws weights to 0"),
        ])
    @inline(__always) static var slotCount: Int { 2 }

    private let alpha: Double
    private let beta: Double
    private let l1: Double
    private let l2: Double

    init(_ arguments: Arguments) {
        (alpha, beta) = (arguments.number("alpha"), arguments.number("beta"))
        (l1, l2) = (arguments.number("l1"), arguments.number("l2"))
    }

    func rate(_ count: Double) -> Double { 0 }

    @inline(__always)
    func begin(_ count: Double, _ carried: inout CarriedRates) -> StepRates { StepRates(rate: 0) }

    @inline(__always)
    func move(_ weight: inout Double, _ slots: UnsafeMutablePointer<Double>, _ gradient: Double, _ step: StepRates) {
        let (sum, root) = (slots[0], slots[1].squareRoot())
        if sum.magnitude > l1 {
            weight = -(1 / ((beta + root) / alpha + l2)) * (sum - (sum < 0 ? -l1 : l1))
        }
        let square = gradient * gradient
        let sigma = ((slots[1] + square).squareRoot() - root) / alpha
        slots[0] += gradient - sigma * weight
        slots[1] += square
    }
}
