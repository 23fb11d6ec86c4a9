import Determinism

/// The trivial model of a task, against which every other is held: the mean of a regression, the frequencies of
/// classes.
public struct Baseline: Sendable, Equatable {
    private let task: Task
    // The one that the task wants; the other learns nothing.
    private var regressor = StatisticRegressor()
    private var classifier: PriorClassifier

    public init(_ task: Task) {
        self.task = task
        classifier = PriorClassifier(classCount: task == .binary ? 2 : 0)
    }

    /// Appends the answer, in the form of ``Learner/predict(_:into:)``.
    public func predict(into answer: inout [Double]) {
        switch task {
        case .regression: answer.append(regressor.answer)
        case .binary: answer.append(classifier.probability(of: 1))
        case .multiclass:
            for slot in 0..<classifier.classCount { answer.append(classifier.probability(of: slot)) }
        }
    }

    /// - Precondition: the target is one of the task's.
    public mutating func learn(_ target: Target) {
        switch target {
        case .value(let value):
            precondition(task == .regression, "a target of another task")
            regressor.learn(value)
        case .label(let slot):
            precondition(task != .regression, "a target of another task")
            classifier.learn(slot)
        }
    }

    /// Learns that an example was of another class than it was learned with before: the counts are then those of the
    /// truth.
    /// - Precondition: the targets are classes.
    public mutating func learn(_ target: Target, insteadOf wrong: Target) {
        guard case .label(let slot) = target, case .label(let wrongSlot) = wrong else {
            preconditionFailure("only an example of a class is learned anew")
        }
        classifier.learn(slot, insteadOf: wrongSlot)
    }

    public func encode(to encoder: inout CanonicalEncoder) {
        if task == .regression { regressor.encode(to: &encoder) } else { classifier.encode(to: &encoder) }
    }

    /// Takes over an encoded state. - Throws: where the bytes are none of this task's.
    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        guard task != .regression else {
            regressor = try StatisticRegressor(from: &decoder)
            return
        }
        let decoded = try PriorClassifier(from: &decoder)
        guard task == .multiclass || decoded.classCount == 2 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a binary baseline of other than two classes")
        }
        classifier = decoded
    }
}
