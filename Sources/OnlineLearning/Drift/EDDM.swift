import Determinism

/// Early drift detection method: watches how many values lie between two errors of a classifier, and detects a drift
/// when that distance falls well below the largest it has been. Slow drifts show earlier so than in the rate of errors.
///
/// - `warm_start`: values, and errors, before the first check, from 0 (default 30).
/// - `alpha`, `beta`: parts of the largest distance below which it warns and detects, 0 to 1 (default 0.95 and 0.9);
///   `alpha` is at least `beta`.
///
/// A value is 1 for an error; all others are none. Time and memory: O(1).
///
/// After 1,000 values of which every tenth is an error, errors only are detected with the 122nd.
///
/// Source: M. Baena-García et al., *Early drift detection method*, Int. Workshop on Knowledge Discovery from Data
/// Streams, 2006, section 3; River's `drift.binary.EDDM`.
public struct EDDM: DriftDetector {
    public static let declaration = ComponentDeclaration(
        "eddm", .driftDetector,
        parameters: [
            ParameterDeclaration(
                "warm_start", .integer(0...1_000_000), default: .integer(30),
                "values, and errors, before the first check"),
            ParameterDeclaration(
                "alpha", .number(0...1), default: .number(0.95), "part of the largest distance below which it warns"),
            ParameterDeclaration(
                "beta", .number(0...1), default: .number(0.9), "part of the largest distance below which it detects"),
        ],
        conflict: { arguments in
            guard case .number(let alpha) = arguments[1], case .number(let beta) = arguments[2] else { return nil }
            return alpha < beta ? "alpha must be at least beta" : nil
        })

    private let warmStart: Int
    private let alpha: Double
    private let beta: Double
    private var distances = Variance()
    private var count: Int64 = 0
    private var errorCount: Int64 = 0
    /// The number of the last error, from 1.
    private var lastError: Int64 = 0
    private var largest = -1.0
    public private(set) var isDrift = false
    public private(set) var isWarning = false

    public init(_ arguments: Arguments) {
        warmStart = arguments.integer("warm_start")
        alpha = arguments.number("alpha")
        beta = arguments.number("beta")
    }

    public mutating func reset() {
        distances = Variance()
        (count, errorCount, lastError, largest, isDrift, isWarning) = (0, 0, 0, -1, false, false)
    }

    @discardableResult
    public mutating func update(_ value: Double) -> Bool {
        guard Self.isTaken(value) else { return false }
        if isDrift { reset() }
        count &+= 1
        guard value == 1 else { return false }
        errorCount &+= 1
        distances.update(Double(count &- lastError))
        lastError = count
        guard count > warmStart else { return false }
        let distance = distances.mean.value + 2 * distances.value.squareRoot()
        if distance > largest {
            largest = distance
        } else if errorCount > warmStart {
            let level = distance / largest
            isDrift = level < beta
            // A drift leaves the warning before it standing, as in River.
            if !isDrift { isWarning = level < alpha }
        }
        return isDrift
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        distances.encode(to: &encoder)
        encoder.int(count)
        encoder.int(errorCount)
        encoder.int(lastError)
        encoder.double(largest)
        encoder.bool(isDrift)
        encoder.bool(isWarning)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        distances = try Variance(from: &decoder)
        count = try decoder.int()
        errorCount = try decoder.int()
        lastError = try decoder.int()
        largest = try decoder.double()
        isDrift = try decoder.bool()
        isWarning = try decoder.bool()
    }
}
