import Engine
import ModelLifecycle
import OnlineLearning

/// What an evaluation found.
struct EvaluationReport {
    let state: ApplicationState
    let refusedCount: Int
    let seconds: Double

    init(_ evaluation: borrowing Evaluation, seconds: Double) {
        (state, refusedCount, self.seconds) = (evaluation.state, evaluation.refusedCount, seconds)
    }

    /// Events that came from the file: the first of the log is the spec.
    private var eventCount: Int { state.offset - 1 }
    private var eventsPerSecond: Double { seconds > 0 ? Double(eventCount) / seconds : 0 }

    /// Of the metrics that are not sliced.
    private var metricNames: [String] { state.learned.plainMetrics[0].map(\.name) }
    var plotTitle: String { "\(metricNames.first ?? "") of \(state.spec.application), progressively" }

    func write(to json: inout JSONWriter, curve: MetricCurves) {
        json.object { json in
            json.member("events", eventCount)
            json.member("refused", refusedCount)
            state.writeSummary(to: &json)
            writeCurve(curve, to: &json)
            json.member("elapsed_seconds", seconds)
            json.member("events_per_second", eventsPerSecond)
        }
    }

    private func writeCurve(_ curve: MetricCurves, to json: inout JSONWriter) {
        let names = metricNames
        func write(_ values: [Double], _ json: inout JSONWriter) {
            json.object { json in for (name, value) in zip(names, values) { json.member(name, value) } }
        }
        json.member("curve", array: { json in
            for point in curve.points {
                json.object { json in
                    json.member("labels", point.labels)
                    json.key("metrics")
                    write(point.values[0], &json)
                    json.key("baseline")
                    write(point.values[1], &json)
                    json.member("challengers", object: { json in
                        for (name, values) in zip(state.learned.plainLabels, point.values).dropFirst(2) {
                            json.key(name)
                            write(values, &json)
                        }
                    })
                }
            }
        })
    }

    func curves(_ curve: MetricCurves) -> [MetricCurve] {
        let names = state.learned.plainLabels
        return names.indices.map { role in
            MetricCurve(name: names[role], points: curve.points.map { (Double($0.labels), $0.values[role][0]) })
        }
    }

    /// What it has in common with a status.
    var summary: JSONValue {
        var json = JSONWriter()
        json.object { state.writeSummary(to: &$0) }
        return (try? JSONValue(parsing: json.bytes)) ?? .null
    }

    var text: String {
        let (summary, counts) = (summary, state.ledger.counts)
        var lateness = LatenessText.text(summary)
        if !lateness.isEmpty { lateness += "\n" }
        return """
            \(lateness)\(Status.metrics(summary))
            \(counts.predictions.grouped) predictions, \(counts.labels.grouped) labels, \
            \(counts.expiredPredictions.grouped) never labelled, \(refusedCount.grouped) rows refused
            \(eventCount.grouped) events in \(Status.short(seconds)) s: \(Int(eventsPerSecond).grouped) a second
            state_digest  \(state.stateDigest)
            ledger_digest \(state.ledgerDigest)

            """
    }
}

extension UInt64 {
    var grouped: String { Int(self).grouped }
}
