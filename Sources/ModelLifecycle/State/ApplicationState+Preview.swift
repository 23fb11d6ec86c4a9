import Determinism
import OnlineLearning

/// Answers that are given and not kept.
extension ApplicationState {
    /// What would be answered to a question now, as ``Outcome/answer`` has it, and whether by the baseline. Nothing of
    /// the state that asks changes: no time passes, so nothing expires for it.
    ///
    /// - Parameter time: of the question; before the log's own time it counts as that.
    public func preview(_ row: borrowing FeatureRow, at time: Timestamp) -> (values: [Double], isBaseline: Bool) {
        var (copy, outcome) = (self, Outcome())
        outcome.begin(answering: learned.roles.champion)
        copy.answerAll(row, at: max(time, ledger.time), &outcome)
        return (Array(outcome.answer), outcome.answerIsBaseline)
    }

    /// The spec whose models serve: after a restore or an adoption its settings are theirs.
    /// - Parameter name: of the application, which may have another than in the log since it was imported.
    public func specInForce(named name: String) -> Spec {
        spec.with(application: name, settings: learned.settings)
    }
}

extension Spec {
    func with(application: String, settings: Settings) -> Spec {
        Spec(
            application: application, contract: contract, data: data, durability: durability, limits: limits,
            settings: settings, recovery: recovery, retention: retention)
    }
}
