import OnlineLearning

/// No divergence: hostile streams end with a loss of at most twice the baseline's.
extension LearnerLaw {
    static func hostileStreamsAreSurvived(_ subject: LearnerSubject) -> [Violation] {
        HostileStream.allCases.filter { $0.concerns(subject.task) }.compactMap { stream in
            let (own, baseline) = losses(of: subject, on: stream)
            // Where the baseline is never wrong, a wrong choice in fifty is no divergence.
            guard !(own <= 2 * baseline + (subject.task == .regression ? 0 : 0.02)) else { return nil }
            return subject.violation(
                .hostileStreamsAreSurvived, "on \(stream) at most twice the baseline's \(baseline)", own)
        }
    }

    /// The progressive loss over the last third of a hostile stream, ours and the baseline's: absolute error of a
    /// regression, of classes the log loss, or the share of wrong choices where probabilities are not meant. What was
    /// answered to an outlier is not counted, what became of the learner is.
    static func losses(of subject: LearnerSubject, on stream: HostileStream) -> (own: Double, baseline: Double) {
        var (model, baseline) = (subject.model(isScaled: subject.needsScaling), Baseline(subject.task))
        var (own, trivial) = (Loss(subject), Loss(subject))
        for (index, example) in stream.examples(1_500).enumerated() {
            let target = example.target(subject.task)
            var answer: [Double] = []
            baseline.predict(into: &answer)
            if index >= 1_000 {
                trivial.update(target, answer)
                own.update(target, model.predict(example))
            }
            baseline.learn(target)
            model.learn(example)
        }
        return (own.value, trivial.value)
    }

    private struct Loss {
        private var scores: Scorecard
        private let name: String

        init(_ subject: LearnerSubject) {
            name = subject.task == .regression ? "mae" : subject.isCalibrated ? "log_loss" : "accuracy"
            scores = Scorecard([Component(named: name)], task: subject.task)
        }

        mutating func update(_ target: Target, _ answer: [Double]) { scores.update(target, answer) }

        var value: Double {
            let value = scores[name] ?? .nan
            return name == "accuracy" ? 1 - value : value
        }
    }
}
