import Determinism

/// Weights and an intercept that move against the gradient of a loss, whatever moves them.
///
/// Learning is planned first and taken then, so that several models can step together or not at all.
protocol DescentModel: Sendable {
    init(_ optimizer: Component, _ settings: DescentSettings)

    /// Columns that have a weight.
    var columnCount: Int { get }

    /// The linear predictor, as it answers.
    func dot(_ x: borrowing FeatureVector) -> Double

    /// The intercept and each column's share of the linear predictor, as it answers.
    func terms(_ x: borrowing FeatureVector) -> LinearTerms

    /// The linear predictor where the gradient is to be taken.
    func margin(_ x: borrowing FeatureVector) -> Double

    /// Gives every column a weight.
    mutating func grow(to columnCount: Int)
    /// Takes back the newest weights.
    mutating func shrink(to columnCount: Int)

    /// How many doubles a plan takes.
    func scratchCount(_ x: borrowing FeatureVector) -> Int

    /// Writes what a step would make of the weights. - Returns: whether every number would be finite.
    /// - Precondition: every column has a weight.
    func plan(_ x: borrowing FeatureVector, _ lossGradient: Double, _ scratch: UnsafeMutablePointer<Double>) -> Bool

    /// Takes a step that was planned.
    mutating func take(_ x: borrowing FeatureVector, _ lossGradient: Double, _ scratch: UnsafeMutablePointer<Double>)

    var byteCount: Int { get }
    func encode(to encoder: inout CanonicalEncoder)
    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError)
}

extension DescentModel {
    /// One step against the gradient of the loss in the margin.
    /// - Returns: false where a number would stop being finite; then nothing has changed.
    mutating func step(_ x: borrowing FeatureVector, lossGradient: Double, journal: inout Journal) -> Bool {
        let countBefore = columnCount
        grow(to: x.columnCount)
        let isStepped = journal.withScratch(max(1, scratchCount(x))) { scratch in
            guard plan(x, lossGradient, scratch) else { return false }
            take(x, lossGradient, scratch)
            return true
        }
        if !isStepped { shrink(to: countBefore) }
        return isStepped
    }
}

/// What a linear model is told besides its optimizer.
struct DescentSettings: Sendable {
    var l1 = 0.0
    var l2 = 0.0
    var intercept = 0.0
    var interceptRate = Schedule.constant(0)
    /// The bound of the loss's gradient.
    var clip = 1.0
}

extension DescentSettings {
    /// - Precondition: the arguments include all of ``LinearParameters/descent``.
    init(_ arguments: Arguments) {
        (l1, l2) = (arguments.number("l1"), arguments.number("l2"))
        (intercept, clip) = (arguments.number("intercept_init"), arguments.number("clip_gradient"))
        interceptRate = Schedule(arguments["intercept_lr"])
    }
}
