import Determinism
import OnlineLearning

/// What has happened on the stream of an application since its log began; facts of the present, never restored.
public struct StreamCounts: Sendable, Equatable {
    public var predictions: UInt64 = 0
    /// Labels that found their prediction in time, examples not included.
    public var labels: UInt64 = 0
    public var examples: UInt64 = 0
    /// Labels after the horizon: recorded, not learned.
    public var lateLabels: UInt64 = 0
    /// Labels whose prediction never came.
    public var unmatchedLabels: UInt64 = 0
    /// Predictions whose label never came.
    public var expiredPredictions: UInt64 = 0
    /// Corrections logged.
    public var corrections: UInt64 = 0
    /// Ids forgotten early because the budget was full.
    public var droppedIDs: UInt64 = 0
    /// Answers that were not finite and gave way to the baseline's, of any model.
    public var replacedAnswers: UInt64 = 0
    /// Time from prediction to label, in microseconds.
    public var labelLag = Mean()
    public var labelLagMaxMicroseconds: Int64 = 0

    /// Counts a label that found its prediction in time.
    mutating func count(labelAfter microseconds: Int64) {
        let lag = max(0, microseconds)
        labels += 1
        labelLag.update(Double(lag))
        labelLagMaxMicroseconds = max(labelLagMaxMicroseconds, lag)
    }

    /// The share of predictions, among those whose fate is known, that were never labelled; from 0 to 1.
    public var unlabelledShare: Double {
        let settled = labels + expiredPredictions
        return settled == 0 ? 0 : Double(expiredPredictions) / Double(settled)
    }
}

extension StreamCounts: CanonicallyCodable {
    public func encode(to encoder: inout CanonicalEncoder) {
        for count in [
            predictions, labels, examples, lateLabels, unmatchedLabels, expiredPredictions, corrections, droppedIDs,
            replacedAnswers,
        ] { encoder.uint(count) }
        labelLag.encode(to: &encoder)
        encoder.int(labelLagMaxMicroseconds)
    }

    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        self.init()
        predictions = try decoder.uint()
        labels = try decoder.uint()
        examples = try decoder.uint()
        lateLabels = try decoder.uint()
        unmatchedLabels = try decoder.uint()
        expiredPredictions = try decoder.uint()
        corrections = try decoder.uint()
        droppedIDs = try decoder.uint()
        replacedAnswers = try decoder.uint()
        labelLag = try Mean(from: &decoder)
        labelLagMaxMicroseconds = try decoder.int()
    }
}
