import Determinism

/// One linear model moved by an optimizer of River's: where that is gradient descent with constant step sizes by the
/// type made for it, else by one that looks its optimizer up once per example.
struct LinearDescent: Sendable {
    /// Which of the two below is at work; the other stays empty.
    private let isPlain: Bool
    private var plain: LinearPredictor
    private var other: OptimizedPredictor?

    init(_ optimizer: Component, _ settings: DescentSettings) {
        let rate = Optimizer.constantRate(optimizer)
        plain = LinearPredictor(rate: rate ?? 0, settings)
        isPlain = rate != nil && settings.interceptRate.constant != nil
        if !isPlain { other = OptimizedPredictor(optimizer, settings) }
    }

    /// A model that never learns, in the place of one that is not used.
    init() {
        (isPlain, plain) = (true, LinearPredictor(rate: 0, DescentSettings()))
    }

    @inline(__always)
    func dot(_ x: borrowing FeatureVector) -> Double {
        isPlain ? plain.dot(x) : otherDot(x)
    }

    @inline(never)
    private func otherDot(_ x: borrowing FeatureVector) -> Double {
        guard let other else { preconditionFailure("no other model") }
        return other.dot(x)
    }

    func terms(_ x: borrowing FeatureVector) -> LinearTerms { other?.terms(x) ?? plain.terms(x) }

    /// One step against the gradient that `gradient` gives for the linear predictor.
    /// - Returns: false where a number would stop being finite; then nothing has changed.
    @inline(__always)
    mutating func step(
        _ x: borrowing FeatureVector, journal: inout Journal, _ gradient: (Double) -> Double
    ) -> Bool {
        if isPlain { return plain.step(x, lossGradient: gradient(plain.dot(x)), journal: &journal) }
        let lossGradient = gradient(otherMargin(x))
        return otherStep(x, lossGradient, &journal)
    }

    // MARK: Numbers that are all the columns there are

    /// Whether it can do with them.
    var isDense: Bool { isPlain && !plain.isPenalized }

    /// - Precondition: ``isDense``, and so for the next.
    @inline(__always)
    func dot(_ x: some DenseNumbers) -> Double { plain.dot(x) }

    @inline(__always)
    mutating func step(_ x: some DenseNumbers, journal: inout Journal, _ gradient: (Double) -> Double) -> Bool {
        plain.step(x, lossGradient: gradient(plain.dot(x)), journal: &journal)
    }

    // MARK: Other optimizers

    @inline(never)
    private func otherMargin(_ x: borrowing FeatureVector) -> Double {
        guard let other else { preconditionFailure("no other model") }
        return other.margin(x)
    }

    @inline(never)
    private mutating func otherStep(
        _ x: borrowing FeatureVector, _ lossGradient: Double, _ journal: inout Journal
    ) -> Bool {
        other?.step(x, lossGradient: lossGradient, journal: &journal) ?? false
    }

    var byteCount: Int { other?.byteCount ?? plain.byteCount }

    func encode(to encoder: inout CanonicalEncoder) {
        if let other { other.encode(to: &encoder) } else { plain.encode(to: &encoder) }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        if isPlain { try plain.restore(from: &decoder) } else { try other?.restore(from: &decoder) }
    }
}
