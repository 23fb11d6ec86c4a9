import OnlineLearning

/// How a candidate is compared, example by example, with what was really answered.
extension ApplicationState {
    /// A state that asks no model of its own: it keeps the answers that a log holds until their labels come, and scores
    /// them as those of a champion are scored. Its baseline is one that began where the witness did.
    ///
    /// - Parameters:
    ///   - spec: of the present; its target and its features are those of the log.
    ///   - metrics: what the answers are judged by.
    ///   - classes: of an open target, every class that an answer may speak of, in the order of the slots of answers.
    public init(witness spec: Spec, metrics: [Component], classes: [String], from offset: Int) {
        let isRegression = spec.contract.target.task == .regression
        let learner = Component(named: isRegression ? "statistic_regressor" : "prior_classifier")
        let settings = Settings(
            champion: PipelineDeclaration(numbers: [], transformers: [], learner: learner), metrics: metrics)
        let plain = Spec(
            application: spec.application, contract: spec.contract, data: spec.data, durability: spec.durability,
            limits: spec.limits, settings: settings)
        self.init(candidate: plain, from: offset)
        for name in classes { _ = learned.classes.append(name) }
        // Room for a value and the bounds of its interval, whether or not the champion gave one.
        let width = learned.answerWidth(spec.contract)
        ledger = Ledger(answerWidth: isRegression ? 3 * width : width)
        given = []
    }

    /// Applies the next event of the log to a witness.
    /// - Parameter values: with a question, what was answered then, by the slots of this state.
    public mutating func bear(
        _ event: borrowing Event, answered values: [Double], under index: inout AmendmentIndex,
        past: inout some PastEvents
    ) throws(PastEventMissing) -> Decision {
        given?.removeAll(keepingCapacity: true)
        given?.append(contentsOf: values)
        return try rerun(event, under: &index, past: &past)
    }

    /// Puts what was really answered in the place of the champion's answer.
    mutating func giveAnswer(_ width: Int) {
        guard let given else { return }
        for place in 0..<width { answers[place] = place < given.count ? given[place] : .nan }
    }

    /// The loss of the champion's answer to the question that has just been labelled; nil where there was no answer, or
    /// it does not score.
    public func loss(_ loss: ProperLoss) -> Double? {
        guard let scoredTarget else { return nil }
        let width = scored.count / (learned.models.count + 1)
        return scored.withUnsafeBufferPointer { answers in
            loss.of(UnsafeBufferPointer(rebasing: answers[0..<width]), scoredTarget, task: contract.target.task)
        }
    }
}

extension Decision {
    /// Whether a label met its question.
    public var hasLearned: Bool { self == .learned || self == .predictedAndLearned }
}
