import Engine
import ModelLifecycle
import OnlineLearning
import Testing

/// The same pipeline over the same stream, its labels as late as they were: the same numbers as River's.
@Suite struct RiverParityTests {
    private typealias Point = (labels: UInt64, roles: [[(name: String, value: Double)]])

    @Test func theNumbersAreThere() {
        #expect(RiverNumbers.streams.count >= 6)
        for stream in RiverNumbers.streams {
            #expect(stream.baseline.count == 10)
            for run in stream.models { #expect(run.checkpoints.count == 10) }
        }
    }

    @Test(arguments: RiverNumbers.streams) func progressiveMetricsAreRivers(_ stream: RiverNumbers.Stream) throws {
        let points = try run(stream)
        #expect(points.count == 10)
        for (index, run) in stream.models.enumerated() {
            compare(run.checkpoints, points.map { ($0.labels, $0.roles[index]) }, "\(stream): \(run.model)")
        }
        let baseline = points.map { ($0.labels, $0.roles[stream.models.count]) }
        if stream.isRegression {
            compare(stream.baseline, baseline, "\(stream): the baseline")
        } else {
            compareNeverCertain(stream.baseline, baseline)
        }
    }

    /// All pipelines of a stream in one fold; the metrics of each, and last the baseline's, at River's checkpoints.
    private func run(_ stream: RiverNumbers.Stream) throws -> [Point] {
        let spec = try stream.spec()
        let source = try RowSource(path: stream.path, contract: spec.contract, data: spec.data)
        var evaluation = Evaluation(spec, EventSchedule(source, data: spec.data))
        var marks = stream.baseline.map { UInt64($0.labels) }[...]
        var points: [Point] = []
        while try evaluation.run(events: 1, refused: { Issue.record("row \($0): \($2)") }) {
            guard let mark = marks.first, evaluation.state.ledger.counts.labels == mark else { continue }
            marks.removeFirst()
            let learned = evaluation.state.learned
            points.append(
                (mark, learned.models.map { $0.metrics.values } + [learned.baselineMetrics.values]))
        }
        #expect(evaluation.rowCount == stream.json["rows"]?.integer)
        #expect(evaluation.state.ledger.counts.labels == UInt64(stream.json["labels"]?.integer ?? -1))
        return points
    }

    /// Our frequencies of classes count half an example more than River's, so that no answer is certain: another
    /// baseline, which is as good in all and better in what wrong certainty costs.
    private func compareNeverCertain(
        _ expected: [RiverNumbers.Checkpoint], _ found: [(labels: UInt64, metrics: [(name: String, value: Double)])]
    ) {
        for (expected, found) in zip(expected, found) {
            for (name, value) in expected.metrics {
                let ours = found.metrics.first { $0.name == name }?.value ?? .nan
                if name == "log_loss" { #expect(ours < value) } else { #expect(abs(ours - value) < 0.03) }
            }
        }
    }

    private func compare(
        _ expected: [RiverNumbers.Checkpoint], _ found: [(labels: UInt64, metrics: [(name: String, value: Double)])],
        _ what: String
    ) {
        for (expected, found) in zip(expected, found) {
            #expect(expected.metrics.count == 3)
            for (name, value) in expected.metrics {
                let ours = found.metrics.first { $0.name == name }?.value ?? .nan
                // R2 may be near 0, where only an absolute difference means anything.
                let tolerance = 1e-9 * (name == "r2" ? max(1, abs(value)) : abs(value))
                let place = "\(what): \(name) after \(found.labels)"
                #expect(abs(ours - value) <= tolerance, "\(place): \(ours), River \(value)")
            }
        }
    }
}
