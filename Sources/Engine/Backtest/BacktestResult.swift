import ModelLifecycle
import OnlineLearning

/// What a back-test found.
package struct BacktestResult: Sendable {
    /// How what really answered stood, by the metrics of the present spec and of all candidates.
    package struct Standing: Sendable {
        package let metrics: [(name: String, reading: Scorecard.Reading)]
        /// A baseline that began where the candidates did.
        package let baseline: [(name: String, reading: Scorecard.Reading)]
        package let curve: MetricCurves
    }

    package let application: String
    package let eventCount: Int
    /// Rows of a file that were left out.
    package let refusedCount: Int
    /// What candidates are compared by, example by example.
    package let loss: ProperLoss
    /// Nil over a file, where nothing has answered: candidates are compared with the first of them.
    package let champion: Standing?
    /// One a candidate, in their order.
    package let experiments: [Experiment]
    package let curves: [MetricCurves]
    package let elapsed: Duration
}
