import Determinism

/// Mean absolute error: the mean of |y − p|. River's `metrics.MAE`.
///
/// Truths 3, −0.5, 2, 7 answered 2.5, 0, 2, 8 give 0.5.
public struct MAE: Metric {
    public static let name = "mae"
    public static let tasks = [Task.regression]
    public static let biggerIsBetter = false
    private var mean = Mean()

    public init() {}

    @inline(__always)
    public mutating func update(_ truth: Target, _ answer: UnsafeBufferPointer<Double>) {
        guard case .value(let y) = truth else { return }
        mean.update((y - answer[0]).magnitude)
    }

    public var value: Double { mean.value }

    public func encode(to encoder: inout CanonicalEncoder) { mean.encode(to: &encoder) }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        mean = try Mean(from: &decoder)
    }
}

/// Root mean squared error: the root of the mean of (y − p)². River's `metrics.RMSE`.
///
/// Truths 3, −0.5, 2, 7 answered 2.5, 0, 2, 8 give √0.375 = 0.6123724356957945.
public struct RMSE: Metric {
    public static let name = "rmse"
    public static let tasks = [Task.regression]
    public static let biggerIsBetter = false
    private var mean = Mean()

    public init() {}

    @inline(__always)
    public mutating func update(_ truth: Target, _ answer: UnsafeBufferPointer<Double>) {
        guard case .value(let y) = truth else { return }
        mean.update((y - answer[0]) * (y - answer[0]))
    }

    public var value: Double { mean.value.squareRoot() }

    public func encode(to encoder: inout CanonicalEncoder) { mean.encode(to: &encoder) }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        mean = try Mean(from: &decoder)
    }
}

/// Coefficient of determination: 1 − Σ(y − p)² / Σ(y − ȳ)², at most 1, below 0 where the mean would have been the
/// better answer; 0 before there are two answers and where the truths do not vary. River's `metrics.R2`.
///
/// Truths 3, −0.5, 2, 7 answered 2.5, 0, 2, 8 give 0.9486081370449679.
public struct R2: Metric {
    public static let name = "r2"
    public static let tasks = [Task.regression]
    public static let biggerIsBetter = true
    private var truths = Variance()
    private var residuals = 0.0

    public init() {}

    @inline(__always)
    public mutating func update(_ truth: Target, _ answer: UnsafeBufferPointer<Double>) {
        guard case .value(let y) = truth else { return }
        truths.update(y)
        residuals += (y - answer[0]) * (y - answer[0])
    }

    public var value: Double {
        guard truths.mean.count > 1 else { return 0 }
        let total = (truths.mean.count - 1) * truths.value
        return total == 0 ? 0 : 1 - residuals / total
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        truths.encode(to: &encoder)
        encoder.double(residuals)
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        truths = try Variance(from: &decoder)
        residuals = try decoder.double()
    }
}
