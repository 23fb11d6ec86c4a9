import OnlineLearning

/// How a candidate is compared, example by example, with what was really answered.
extension ApplicationState {
    /// A state that follows the label protocol of a spec and asks none of its models: its champion is a baseline.
    ///
    /// - Parameter classes: of an open target, classes that count as learned, in the order of the slots of answers.
    public init(labelProtocolOf spec: Spec, classes: [String], from offset: Int) {
        let isRegression = spec.contract.target.task == .regression
        let learner = Component(named: isRegression ? "statistic_regressor" : "prior_classifier")
        let settings = Settings(
            model: PipelineDeclaration(numbers: [], transformers: [], learner: learner), metrics: [])
        let plain = Spec(
            application: spec.application, contract: spec.contract, data: spec.data, durability: spec.durability,
            limits: spec.limits, settings: settings, recovery: spec.recovery)
        self.init(candidate: plain, from: offset)
        for name in classes { _ = learned.classes.append(name) }
        ledger = Ledger(answerWidth: learned.answerWidth(spec.contract))
        contractChanged()
    }

    /// How many numbers an answer of one model takes.
    public var voiceWidth: Int { ledger.answerWidth / (learned.models.count + 1) }

    /// Whether folding the same events tells the same of which question each label came to.
    public func followsProtocol(of other: ApplicationState) -> Bool {
        // The bytes of the ids known are bounded, and answers count among them.
        let isOpen = contract.target.hasOpenClasses
        return contract.target == other.contract.target && spec.limits == other.spec.limits
            && ledger.answerWidth == other.ledger.answerWidth && !isOpen
    }

}

extension Decision {
    /// Whether a label met its question.
    public var hasLearned: Bool {
        switch self {
        case .learned, .predictedAndLearned: true
        default: false
        }
    }
}
