import Determinism

/// Drift detection by Hoeffding's inequality, over averages: holds the mean of all values against the mean at the
/// moment when it was surely lowest, and detects a drift when it has risen by more than chance allows. Nothing is
/// assumed of the values but that they lie in 0...1.
///
/// - `drift_confidence`, `warning_confidence`: probabilities of a false detection and warning, above 0 up to 1 (default
///   0.001 and 0.005).
/// - `two_sided_test`: whether a mean that falls is a drift too (default false).
///
/// Values, such as 1 for an error and 0 for none, are drawn into 0...1. Time and memory: O(1).
///
/// After 1,000 values that alternate between 0 and 1, ones are detected with the 15th.
///
/// Source: I. Frías-Blanco et al., *Online and non-parametric drift detection methods based on Hoeffding's bounds*,
/// IEEE Trans. Knowl. Data Eng. 27(3), 2015, section 3.1; River's `drift.binary.HDDM_A`, where both cut points are
/// taken at `drift_confidence`.
public struct HDDMA: DriftDetector {
    public static let declaration = ComponentDeclaration(
        "hddm_a", .driftDetector,
        parameters: [
            ParameterDeclaration(
                "drift_confidence", .number(1e-300...1), default: .number(0.001), "probability of a false detection"),
            ParameterDeclaration(
                "warning_confidence", .number(1e-300...1), default: .number(0.005), "probability of a false warning"),
            ParameterDeclaration(
                "two_sided_test", .boolean, default: .boolean(false), "whether a mean that falls is a drift too"),
        ])

    /// ln(1 / `drift_confidence`), ln(2 / `drift_confidence`) and ln(2 / `warning_confidence`).
    private let cutLogarithm: Double
    private let driftLogarithm: Double
    private let warningLogarithm: Double
    private let isTwoSided: Bool
    private var all = Mean()
    private var lowest = Mean()
    private var highest = Mean()
    public private(set) var isDrift = false
    public private(set) var isWarning = false

    public init(_ arguments: Arguments) {
        cutLogarithm = Elementary.log(1 / arguments.number("drift_confidence"))
        driftLogarithm = Elementary.log(2 / arguments.number("drift_confidence"))
        warningLogarithm = Elementary.log(2 / arguments.number("warning_confidence"))
        isTwoSided = arguments.boolean("two_sided_test")
    }

    public mutating func reset() {
        (all, lowest, highest, isDrift, isWarning) = (Mean(), Mean(), Mean(), false, false)
    }

    @discardableResult
    public mutating func update(_ value: Double) -> Bool {
        guard Self.isTaken(value) else { return false }
        if isDrift { reset() }
        all.update(min(max(value, 0), 1))
        if lowest.count == 0 { lowest = all }
        if highest.count == 0 { highest = all }
        let margin = cutMargin(all.count)
        if lowest.value + cutMargin(lowest.count) >= all.value + margin { lowest = all }
        if highest.value - cutMargin(highest.count) <= all.value - margin { highest = all }
        isDrift = hasMoved(from: lowest, by: all.value - lowest.value, driftLogarithm)
        isWarning = !isDrift && hasMoved(from: lowest, by: all.value - lowest.value, warningLogarithm)
        if isTwoSided {
            if hasMoved(from: highest, by: highest.value - all.value, driftLogarithm) {
                isDrift = true
            } else if hasMoved(from: highest, by: highest.value - all.value, warningLogarithm) {
                isWarning = true
            }
        }
        return isDrift
    }

    @inline(__always)
    private func cutMargin(_ count: Double) -> Double { (1 / (2 * count) * cutLogarithm).squareRoot() }

    @inline(__always)
    private func hasMoved(from cut: Mean, by difference: Double, _ logarithm: Double) -> Bool {
        guard cut.count != all.count else { return false }
        let share = (all.count - cut.count) / cut.count * (1 / all.count)
        return difference >= (share / 2 * logarithm).squareRoot()
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        all.encode(to: &encoder)
        lowest.encode(to: &encoder)
        highest.encode(to: &encoder)
        encoder.bool(isDrift)
        encoder.bool(isWarning)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        all = try Mean(from: &decoder)
        lowest = try Mean(from: &decoder)
        highest = try Mean(from: &decoder)
        isDrift = try decoder.bool()
        isWarning = try decoder.bool()
    }
}
