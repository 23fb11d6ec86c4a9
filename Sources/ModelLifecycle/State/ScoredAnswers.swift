import Determinism
import OnlineLearning

/// An answer says something where it has a number. A model that came after the question has none, and neither has one
/// of open classes that has met none yet: that is no answer, so there is no prediction to show and nothing to score.
extension Sequence<Double> {
    @inline(__always)
    public var saysAnything: Bool {
        for number in self where !number.isNaN { return true }
        return false
    }
}

extension Scorecard {
    /// Scores an answer, if it is one.
    /// - Parameter time: when the label came.
    @inline(__always)
    public mutating func score(
        _ answer: UnsafeBufferPointer<Double>, _ target: Target, _ row: borrowing FeatureRow, at time: Timestamp
    ) {
        if answer.saysAnything { update(target, answer, row, at: time.microseconds) } else { passOver() }
    }
}

extension ProperLoss {
    /// The loss of an answer; nil where it says nothing.
    @inline(__always)
    public func ofAnswer(_ answer: UnsafeBufferPointer<Double>, _ target: Target, task: Task) -> Double? {
        answer.saysAnything ? of(answer, target, task: task) : nil
    }
}
