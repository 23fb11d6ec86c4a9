import Determinism

/// An optimizer that moves each weight by the gradient in it and a few doubles of its own, beside the weight.
///
/// Only the features present move, and only their doubles change, as in River; ``OptimizedPredictor`` does the rest. A
/// rule is looked up once an example, so its loops over the features are requirements: each rule has its own.
protocol OptimizerRule: Sendable {
    static var declaration: ComponentDeclaration { get }
    /// Doubles beside each weight; 0 before anything is learned.
    static var slotCount: Int { get }
    /// Whether a present feature that is 0, whose gradient is 0, may still move.
    static var movesWithoutGradient: Bool { get }

    init(_ arguments: Arguments)

    /// The step size after `count` examples, as the L1 penalty takes it.
    func rate(_ count: Double) -> Double

    /// What is carried from step to step, before the first.
    var start: CarriedRates { get }

    /// What the step of the example after `count` others has in common for all weights.
    func begin(_ count: Double, _ carried: inout CarriedRates) -> StepRates

    /// Where the gradient is to be taken: at the weight, unless the optimizer looks ahead.
    func lookAhead(_ weight: Double, _ slots: UnsafePointer<Double>) -> Double

    /// Moves a weight, which is where ``lookAhead(_:_:)`` put it.
    func move(
        _ weight: inout Double, _ slots: UnsafeMutablePointer<Double>, _ gradient: Double, _ step: StepRates)

    /// The weighted sum of the features present, where the gradient is to be taken.
    func sum(_ x: borrowing FeatureVector, _ parameters: UnsafeBufferPointer<Double>, stride: Int) -> Double

    /// Writes what the features' parameters become. - Returns: 0 where all are finite.
    func plan(
        _ x: borrowing FeatureVector, _ parameters: UnsafePointer<Double>, _ terms: OptimizedPredictor.Terms,
        _ step: StepRates, _ scratch: UnsafeMutablePointer<Double>
    ) -> Double
}

/// What a step has in common for all weights.
struct StepRates: Sendable {
    var rate: Double
    /// By how much the decaying means of Adam's kin are too small.
    var bias1 = 1.0
    var bias2 = 1.0
    /// AdaBound's.
    var lower = 0.0
    var upper = 0.0
}

/// What some optimizers carry from step to step.
struct CarriedRates: Sendable {
    /// Adam's betas to the power of the number of examples.
    var (power1, power2) = (1.0, 1.0)
    /// AdaBound's.
    var finalRate = 0.0

    init(finalRate: Double = 0) {
        self.finalRate = finalRate
    }
}

extension OptimizerRule {
    @inline(__always) static var movesWithoutGradient: Bool { true }

    var start: CarriedRates { CarriedRates() }

    @inline(__always)
    func lookAhead(_ weight: Double, _ slots: UnsafePointer<Double>) -> Double { weight }

    func sum(_ x: borrowing FeatureVector, _ parameters: UnsafeBufferPointer<Double>, stride: Int) -> Double {
        OptimizedPredictor.sum(x, parameters, stride) { lookAhead($0[0], $0 + 1) }
    }

    func plan(
        _ x: borrowing FeatureVector, _ parameters: UnsafePointer<Double>, _ terms: OptimizedPredictor.Terms,
        _ step: StepRates, _ scratch: UnsafeMutablePointer<Double>
    ) -> Double {
        let (stride, slotCount) = (terms.stride, Self.slotCount)
        var check = 0.0
        OptimizedPredictor.visit(x, zeros: terms.visitsZeros) { position, column, value in
            let (old, new) = (parameters + column * stride, scratch + position * stride)
            for i in 0..<stride { new[i] = old[i] }
            var weight = lookAhead(old[0], old + 1)
            move(&weight, new + 1, value * terms.gradient + terms.l2 * weight, step)
            if terms.hasPenalty { OptimizedPredictor.penalize(&weight, &new[stride - 1], terms.penaltyDue) }
            if terms.averages { new[1 + slotCount] += terms.averaged * (weight - old[0]) }
            new[0] = weight
            for i in 0..<stride { check += new[i] * 0 }
        }
        return check
    }
}

/// What the optimizers' parameters share.
enum OptimizerParameters {
    /// - Parameter rate: River's default.
    static func lr(_ rate: Double) -> ParameterDeclaration {
        ParameterDeclaration(
            "lr", .number(.nonNegative), or: .schedule, default: .number(rate), "the step size, or a schedule of it")
    }

    static let eps = ParameterDeclaration(
        "eps", .number(1e-300...1e12), default: .number(1e-8), "keeps a division from being by zero")
    static let rho = ParameterDeclaration("rho", .number(0...1), default: .number(0.9), "how much of the past is kept")
    static let beta1 = ParameterDeclaration(
        "beta_1", .number(0...0.9999999), default: .number(0.9), "how much of the mean gradient is kept")
    static let beta2 = ParameterDeclaration(
        "beta_2", .number(0...0.9999999), default: .number(0.999), "how much of the mean squared gradient is kept")
}

/// The two decaying means of Adam and its kin.
struct Moments: Sendable {
    let beta1: Double
    let beta2: Double

    init(_ arguments: Arguments) {
        (beta1, beta2) = (arguments.number("beta_1"), arguments.number("beta_2"))
    }

    /// The step's rates but for the rate itself: the corrections for the means' start at 0.
    @inline(__always)
    func begin(_ carried: inout CarriedRates) -> StepRates {
        carried.power1 *= beta1
        carried.power2 *= beta2
        var step = StepRates(rate: 0)
        (step.bias1, step.bias2) = (1 - carried.power1, 1 - carried.power2)
        return step
    }

    @inline(__always)
    func updateFirst(_ mean: inout Double, _ gradient: Double) {
        mean = beta1 * mean + (1 - beta1) * gradient
    }

    @inline(__always)
    func updateSecond(_ mean: inout Double, _ gradient: Double) {
        mean = beta2 * mean + (1 - beta2) * (gradient * gradient)
    }
}
