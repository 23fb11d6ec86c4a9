import Determinism
import OnlineLearning

/// What a role answered.
public struct RoleAnswer: Sendable {
    /// `champion`, the name of another model, or `baseline`.
    public let role: String
    /// As ``Outcome/answer``; empty where a model came after the question.
    public let values: [Double]
}

/// What an audit asks of a state: nothing here changes what is learned.
extension ApplicationState {
    /// The name of the baseline among the roles.
    public static let baselineRole = "baseline"

    private var roles: [String] {
        learned.models.indices.map { learned.label(ofPlace: $0) } + [Self.baselineRole]
    }

    /// What the ledger keeps of a question: every role's answer, as it was given. Nil where the id is not known.
    package func answersGiven(to id: EventID) -> [RoleAnswer]? {
        guard let index = ledger.index(of: id.fingerprint) else { return nil }
        let answers = ledger.withAnswers(of: index) { Array($0) }
        return roleAnswers(answers[...], width: answers.count / roles.count)
    }

    /// The answers to the question that was labelled in the last step: those of the models by their names, then the
    /// baseline's, as wide as the widest.
    package func answersScored(in outcome: borrowing Outcome) -> [(model: String, values: [Double])] {
        answersScored(outcome.scored, width: outcome.scoredWidth)
    }

    /// The same of a label that was set aside before.
    package func answersScored(_ late: Outcome.LearnedLate) -> [(model: String, values: [Double])] {
        answersScored(late.answers, width: late.width)
    }

    private func answersScored(_ scored: [Double], width: Int) -> [(model: String, values: [Double])] {
        let names = learned.models.map(\.name) + [Self.baselineRole]
        return names.enumerated().map { ($1, Array(scored[$0 * width..<($0 + 1) * width])) }
    }

    /// What every role would answer to a question now, whose features lie as in ``contract``.
    /// - Parameter time: the log time of the question, for windows.
    package func answers(to row: FeatureRow, at time: Timestamp) -> [RoleAnswer] {
        // Predicting is pure; a copy is taken because a model is asked where it lies.
        var models = learned
        var workspace = Pipeline.Workspace()
        workspace.time = time.microseconds
        let width = models.answerWidth(contract) / roles.count
        var (answers, voices) = ([Double](), [Double]())
        models.predict(row, width: width, into: &answers, voices: &voices, .none, workspace: &workspace)
        return roleAnswers(answers[...], width: width)
    }

    private func roleAnswers(_ answers: ArraySlice<Double>, width: Int) -> [RoleAnswer] {
        roles.enumerated().map { index, role in
            let own = Array(answers[answers.startIndex + index * width..<answers.startIndex + (index + 1) * width])
            return RoleAnswer(role: role, values: trimmed(own))
        }
    }

    /// A role's share of an entry's answers without what only makes it as wide as the widest.
    private func trimmed(_ values: [Double]) -> [Double] {
        switch contract.target.task {
        case .multiclass:
            let known = Array(values.prefix(classCount))
            return known.saysAnything ? known : []
        case .regression where values.count == 3 && !values[1].isNaN && !values[2].isNaN: return values
        case .regression, .binary: return values[0].isNaN ? [] : [values[0]]
        }
    }

    /// Lets log time pass as an event at this time would: what expires may teach, where the spec gives unlabelled
    /// questions a label, and only then is the event applied.
    package mutating func letTimePass(
        to time: Timestamp, _ past: inout some PastEvents
    ) throws(PastEventMissing) {
        var outcome = Outcome()
        try pass(to: max(time, ledger.time), &past, &outcome)
    }

    /// What each feature contributed to the champion's answer.
    package func explanation(of row: FeatureRow, at time: Timestamp) throws(Unexplained) -> Explanation {
        var workspace = Pipeline.Workspace()
        workspace.time = time.microseconds
        let declaration = learned.settings.models[learned.roles.champion].pipeline
        return try learned.champion.pipeline.explain(
            row, declaration: declaration, layout: contract.layout, workspace: &workspace)
    }

    /// A label in words: the name of a class, or nothing for a number.
    package func className(of label: Label) -> String? {
        switch label {
        case .number: nil
        case .listed(let slot): contract.target.classes.flatMap { slot < $0.count ? $0[slot] : nil }
        case .named(let bytes): String(decoding: bytes, as: UTF8.self)
        }
    }
}
