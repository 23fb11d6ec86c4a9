import Determinism

/// Drift detection method: watches the rate of a classifier's errors and detects a drift when it rises well above the
/// lowest it has been. Errors are Bernoulli trials: of *n* with rate *p* the standard deviation is √(*p*(1 − *p*)/*n*).
///
/// - `warm_start`: values before the first check, from 0 (default 30).
/// - `warning_threshold`, `drift_threshold`: standard deviations above the lowest rate, from 0 (default 2 and 3).
///
/// A value is 1 for an error and 0 for none; others are drawn into 0...1. Time and memory: O(1).
///
/// After 1,000 values that alternate between 0 and 1, ones are detected with the 68th.
///
/// Source: J. Gama, P. Medas, G. Castillo and P. Rodrigues, *Learning with drift detection*, SBIA 2004, section 3;
/// River's `drift.binary.DDM`. The paper compares with ≥, River with >.
public struct DDM: DriftDetector {
    public static let declaration = ComponentDeclaration(
        "ddm", .driftDetector,
        parameters: [
            ParameterDeclaration(
                "warm_start", .integer(0...1_000_000), default: .integer(30), "values before the first check"),
            ParameterDeclaration(
                "warning_threshold", .number(0...1e6), default: .number(2),
                "standard deviations above the lowest rate that warn"),
            ParameterDeclaration(
                "drift_threshold", .number(0...1e6), default: .number(3),
                "standard deviations above the lowest rate that are a drift"),
        ])

    private let warmStart: Double
    private let warningThreshold: Double
    private let driftThreshold: Double
    private var rate = Mean()
    private var lowestRate = 0.0
    private var lowestDeviation = Double.infinity
    public private(set) var isDrift = false
    public private(set) var isWarning = false

    public init(_ arguments: Arguments) {
        warmStart = Double(arguments.integer("warm_start"))
        warningThreshold = arguments.number("warning_threshold")
        driftThreshold = arguments.number("drift_threshold")
    }

    public mutating func reset() {
        rate = Mean()
        (lowestRate, lowestDeviation, isDrift, isWarning) = (0, .infinity, false, false)
    }

    @discardableResult
    public mutating func update(_ value: Double) -> Bool {
        guard Self.isTaken(value) else { return false }
        if isDrift { reset() }
        rate.update(min(max(value, 0), 1))
        guard rate.count > warmStart else { return false }
        let deviation = (rate.value * (1 - rate.value) / rate.count).squareRoot()
        let level = rate.value + deviation
        if level <= lowestRate + lowestDeviation { (lowestRate, lowestDeviation) = (rate.value, deviation) }
        isDrift = level > lowestRate + driftThreshold * lowestDeviation
        isWarning = !isDrift && level > lowestRate + warningThreshold * lowestDeviation
        return isDrift
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        rate.encode(to: &encoder)
        encoder.double(lowestRate)
        encoder.double(lowestDeviation)
        encoder.bool(isDrift)
        encoder.bool(isWarning)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        rate = try Mean(from: &decoder)
        lowestRate = try decoder.double()
        lowestDeviation = try decoder.double()
        isDrift = try decoder.bool()
        isWarning = try decoder.bool()
    }
}
