import Determinism

/// Page-Hinkley test: sums up, with some forgetting, how far the values lie from their running mean, and detects a
/// drift when that sum has moved by more than a threshold from its extreme.
///
/// - `min_instances`: values before the first check, from 1 (default 30).
/// - `delta`: the change of a value that is no drift, in the values' unit, from 0 (default 0.005).
/// - `threshold`: the change of the sum that is one, in the values' unit, from 0 (default 50).
/// - `alpha`: how much of the sum is kept at each value, 0 to 1 (default 0.9999).
/// - `mode`: `up`, `down` or `both` (default): which changes of the mean are detected.
///
/// Time and memory: O(1).
///
/// After 1,000 zeros, fives are detected with the 11th.
///
/// Source: E. S. Page, *Continuous inspection schemes*, Biometrika 41, 1954; R. Sebastião and J. Fernandes, *Supporting
/// the Page-Hinkley test with empirical mode decomposition for change detection*, ISMIS 2017; River's
/// `drift.PageHinkley`. There the largest sum starts at −1, not −∞: a sum that stays below −1 from the start counts as
/// fallen from there. So it does here.
public struct PageHinkley: DriftDetector {
    public static let declaration = ComponentDeclaration(
        "page_hinkley", .driftDetector,
        parameters: [
            ParameterDeclaration(
                "min_instances", .integer(1...1_000_000), default: .integer(30), "values before the first check"),
            ParameterDeclaration(
                "delta", .number(0...1e75), default: .number(0.005), "the change of a value that is no drift"),
            ParameterDeclaration(
                "threshold", .number(0...1e100), default: .number(50), "the change of the sum that is a drift"),
            ParameterDeclaration(
                "alpha", .number(0...1), default: .number(1 - 0.0001), "how much of the sum is kept at each value"),
            ParameterDeclaration(
                "mode", .choice(["up", "down", "both"]), default: .choice("both"), "which changes are detected"),
        ])

    private let minInstances: Double
    private let delta: Double
    private let threshold: Double
    private let alpha: Double
    private let detectsRise: Bool
    private let detectsFall: Bool
    private var mean = Mean()
    private var riseSum = 0.0
    private var fallSum = 0.0
    private var lowestRise = Double.infinity
    private var highestFall = -1.0
    public private(set) var isDrift = false

    public init(_ arguments: Arguments) {
        minInstances = Double(arguments.integer("min_instances"))
        delta = arguments.number("delta")
        threshold = arguments.number("threshold")
        alpha = arguments.number("alpha")
        detectsRise = arguments.choice("mode") != "down"
        detectsFall = arguments.choice("mode") != "up"
    }

    public mutating func reset() {
        mean = Mean()
        (riseSum, fallSum, lowestRise, highestFall, isDrift) = (0, 0, .infinity, -1, false)
    }

    @discardableResult
    public mutating func update(_ value: Double) -> Bool {
        guard Self.isTaken(value) else { return false }
        if isDrift { reset() }
        mean.update(value)
        let deviation = value - mean.value
        riseSum = alpha * riseSum + deviation - delta
        fallSum = alpha * fallSum + deviation + delta
        lowestRise = min(lowestRise, riseSum)
        highestFall = max(highestFall, fallSum)
        guard mean.count >= minInstances else { return false }
        isDrift =
            detectsRise && riseSum - lowestRise > threshold || detectsFall && highestFall - fallSum > threshold
        return isDrift
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        mean.encode(to: &encoder)
        encoder.double(riseSum)
        encoder.double(fallSum)
        encoder.double(lowestRise)
        encoder.double(highestFall)
        encoder.bool(isDrift)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        mean = try Mean(from: &decoder)
        riseSum = try decoder.double()
        fallSum = try decoder.double()
        lowestRise = try decoder.double()
        highestFall = try decoder.double()
        isDrift = try decoder.bool()
    }
}
