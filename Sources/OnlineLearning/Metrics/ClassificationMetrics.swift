import Determinism

/// The share of answers whose most probable class was the true one; binary, where the probability of the positive class
/// is above one half exactly if that class came. An answer without any class counts as wrong. River's
/// `metrics.Accuracy`.
public struct Accuracy: Metric {
    public static let name = "accuracy"
    public static let tasks = [Task.binary, .multiclass]
    public static let biggerIsBetter = true
    private var correct = 0.0
    private var total = 0.0

    public init() {}

    @inline(__always)
    public mutating func update(_ truth: Target, _ answer: UnsafeBufferPointer<Double>) {
        guard case .label(let slot) = truth else { return }
        let choice = answer.count == 1 ? (answer[0] > 0.5 ? 1 : 0) : answer.choice
        total += 1
        if choice == slot { correct += 1 }
    }

    public var value: Double { total == 0 ? 0 : correct / total }

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.double(correct)
        encoder.double(total)
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        correct = try decoder.double()
        total = try decoder.double()
    }
}

/// The mean of −ln of the probability that the true class had, in nats; a probability is taken as at least 1e−15 and at
/// most 1 − 1e−15, and a class without one as 1e−15. Binary it is River's `metrics.LogLoss`; for several classes River
/// skips a class without probability, which makes surprise free: see ``CrossEntropy``.
///
/// Truths true, false, false, true answered 0.9, 0.1, 0.2, 0.65 give 0.21616187468057912.
public struct LogLoss: Metric {
    public static let name = "log_loss"
    public static let tasks = [Task.binary, .multiclass]
    public static let biggerIsBetter = false
    private var mean = Mean()

    public init() {}

    @inline(__always)
    public mutating func update(_ truth: Target, _ answer: UnsafeBufferPointer<Double>) {
        guard case .label(let slot) = truth else { return }
        var p: Double
        if answer.count == 1 {
            p = Self.clamp(answer[0])
            if slot == 0 { p = 1 - p }
        } else {
            p = slot < answer.count && answer[slot] == answer[slot] ? Self.clamp(answer[slot]) : 1e-15
        }
        mean.update(-Elementary.log(p))
    }

    @inline(__always)
    static func clamp(_ p: Double) -> Double {
        max(1e-15, min(1 - 1e-15, p))
    }

    public var value: Double { mean.value }

    public func encode(to encoder: inout CanonicalEncoder) { mean.encode(to: &encoder) }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        mean = try Mean(from: &decoder)
    }
}

/// As ``LogLoss`` for several classes, but a true class without a probability adds 0: River's `metrics.CrossEntropy`.
public struct CrossEntropy: Metric {
    public static let name = "cross_entropy"
    public static let tasks = [Task.multiclass]
    public static let biggerIsBetter = false
    private var mean = Mean()

    public init() {}

    public mutating func update(_ truth: Target, _ answer: UnsafeBufferPointer<Double>) {
        guard case .label(let slot) = truth else { return }
        let isKnown = slot < answer.count && answer[slot] == answer[slot]
        mean.update(isKnown ? -Elementary.log(LogLoss.clamp(answer[slot])) : 0)
    }

    public var value: Double { mean.value }

    public func encode(to encoder: inout CanonicalEncoder) { mean.encode(to: &encoder) }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        mean = try Mean(from: &decoder)
    }
}
