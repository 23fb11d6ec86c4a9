import Determinism

/// Drift detection by McDiarmid's inequality, over exponentially weighted averages: holds the average since the moment
/// when it was surely lowest against the average up to then, and detects a drift when it has risen by more than chance
/// allows. The weights make it quicker than ``HDDMA`` on slow drifts.
///
/// - `drift_confidence`, `warning_confidence`: probabilities of a false detection and warning, above 0 up to 1 (default
///   0.001 and 0.005).
/// - `lambda_val`: the weight of the latest value, 0 to 1 (default 0.05).
/// - `two_sided_test`: whether an average that falls is a drift too (default false).
///
/// Values, such as 1 for an error and 0 for none, are drawn into 0...1. Time and memory: O(1).
///
/// After 1,000 values that alternate between 0 and 1, ones are detected with the 30th.
///
/// Source: I. Frías-Blanco et al., *Online and non-parametric drift detection methods based on Hoeffding's bounds*,
/// IEEE Trans. Knowl. Data Eng. 27(3), 2015, section 3.2; River's `drift.binary.HDDM_W`.
public struct HDDMW: DriftDetector {
    public static let declaration = ComponentDeclaration(
        "hddm_w", .driftDetector,
        parameters: [
            ParameterDeclaration(
                "drift_confidence", .number(1e-300...1), default: .number(0.001), "probability of a false detection"),
            ParameterDeclaration(
                "warning_confidence", .number(1e-300...1), default: .number(0.005), "probability of a false warning"),
            ParameterDeclaration(
                "lambda_val", .number(0...1), default: .number(0.05), "the weight of the latest value"),
            ParameterDeclaration(
                "two_sided_test", .boolean, default: .boolean(false), "whether an average that falls is a drift too"),
        ])

    /// An average and the sum of the squares of its weights, by which it is bounded.
    private struct Average: Sendable {
        var value = 0.0
        var squares = 1.0
        var isEmpty = true

        @inline(__always)
        mutating func update(_ x: Double, _ lambda: Double) {
            value = isEmpty ? x : lambda * x + (1 - lambda) * value
            isEmpty = false
            squares = lambda * lambda + (1 - lambda) * (1 - lambda) * squares
        }

        func encode(to encoder: inout CanonicalEncoder) {
            encoder.bool(isEmpty)
            encoder.double(value)
            encoder.double(squares)
        }

        mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
            isEmpty = try decoder.bool()
            value = try decoder.double()
            squares = try decoder.double()
        }
    }

    private let lambda: Double
    private let driftLogarithm: Double
    private let warningLogarithm: Double
    private let isTwoSided: Bool
    private var all = Average()
    // What was before and what came after the cut where the average was lowest, and where it was highest.
    private var beforeLowest = Average()
    private var sinceLowest = Average()
    private var beforeHighest = Average()
    private var sinceHighest = Average()
    private var lowest = Double.infinity
    private var highest = -Double.infinity
    public private(set) var isDrift = false
    public private(set) var isWarning = false

    public init(_ arguments: Arguments) {
        lambda = arguments.number("lambda_val")
        driftLogarithm = Elementary.log(1 / arguments.number("drift_confidence"))
        warningLogarithm = Elementary.log(1 / arguments.number("warning_confidence"))
        isTwoSided = arguments.boolean("two_sided_test")
    }

    public mutating func reset() {
        (all, beforeLowest, sinceLowest) = (Average(), Average(), Average())
        (beforeHighest, sinceHighest) = (Average(), Average())
        (lowest, highest, isDrift, isWarning) = (.infinity, -.infinity, false, false)
    }

    @discardableResult
    public mutating func update(_ value: Double) -> Bool {
        guard Self.isTaken(value) else { return false }
        if isDrift { reset() }
        let x = min(max(value, 0), 1)
        all.update(x, lambda)
        let margin = (all.squares * driftLogarithm / 2).squareRoot()
        if all.value + margin < lowest {
            (lowest, beforeLowest, sinceLowest) = (all.value + margin, all, Average())
        } else {
            sinceLowest.update(x, lambda)
        }
        isDrift = hasRisen(beforeLowest, sinceLowest, driftLogarithm)
        isWarning = !isDrift && hasRisen(beforeLowest, sinceLowest, warningLogarithm)
        guard isTwoSided else { return isDrift }
        if all.value - margin > highest {
            (highest, beforeHighest, sinceHighest) = (all.value - margin, all, Average())
        } else {
            sinceHighest.update(x, lambda)
        }
        if hasRisen(sinceHighest, beforeHighest, driftLogarithm) {
            isDrift = true
        } else if hasRisen(sinceHighest, beforeHighest, warningLogarithm) {
            isWarning = true
        }
        return isDrift
    }

    @inline(__always)
    private func hasRisen(_ first: Average, _ second: Average, _ logarithm: Double) -> Bool {
        guard !first.isEmpty, !second.isEmpty else { return false }
        return second.value - first.value > ((first.squares + second.squares) * logarithm / 2).squareRoot()
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        for average in [all, beforeLowest, sinceLowest, beforeHighest, sinceHighest] { average.encode(to: &encoder) }
        encoder.double(lowest)
        encoder.double(highest)
        encoder.bool(isDrift)
        encoder.bool(isWarning)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try all.restore(from: &decoder)
        try beforeLowest.restore(from: &decoder)
        try sinceLowest.restore(from: &decoder)
        try beforeHighest.restore(from: &decoder)
        try sinceHighest.restore(from: &decoder)
        lowest = try decoder.double()
        highest = try decoder.double()
        isDrift = try decoder.bool()
        isWarning = try decoder.bool()
    }
}
