import BundledStreams
import Foundation
import ModelLifecycle
import OnlineLearning
import Testing

/// The same answers give River's metrics: those of `Tests/RiverNumbers/metrics.json`, at ten points of each stream,
/// over all answers, the last 200, and those of two minutes at a row a second.
@Suite struct RiverMetricTests {
    struct Run {
        let stream: BundledStream
        let model: JSONValue
        let metrics: JSONValue
        let rows: Int
        let points: [(events: Int, values: [Double])]
    }

    private static func runs() throws -> [Run] {
        let url = BundledStream.root.appending(path: "Tests/RiverNumbers/metrics.json")
        let json = try JSONValue(parsing: Array(try Data(contentsOf: url)))
        return try (json["scores"]?.array ?? []).map { run in
            let points = (run["points"]?.array ?? []).map { point in
                (point["events"]?.integer ?? 0, (point["values"]?.array ?? []).map { $0.number ?? .nan })
            }
            return Run(
                stream: try #require(BundledStream.named(run["stream"]?.string ?? "")),
                model: try #require(run["model"]), metrics: try #require(run["metrics"]),
                rows: try #require(run["rows"]?.integer), points: points)
        }
    }

    @Test func everyMetricIsRivers() throws {
        let runs = try Self.runs()
        #expect(runs.count == 8)
        for run in runs {
            let rows = try run.stream.rows(limit: run.rows)
            let settings = try run.stream.spec(model: run.model, metrics: run.metrics).settings
            var pipeline = Pipeline(settings.model.pipeline, task: rows.task, layout: rows.layout)
            var scores = Scorecard(settings.metrics, task: rows.task)
            var (workspace, answer, points) = (Pipeline.Workspace(), [Double](), run.points[...])
            #expect(points.count == 10 && rows.count == run.rows)
            for index in 0..<rows.count {
                answer.removeAll(keepingCapacity: true)
                pipeline.predict(rows.features[index], into: &answer, workspace: &workspace)
                // River scores nothing where there is no answer at all.
                if answer.contains(where: { !$0.isNaN }) {
                    scores.update(rows.targets[index], answer, at: Int64(index) * 1_000_000)
                }
                pipeline.learn(rows.features[index], rows.targets[index], workspace: &workspace)
                guard let point = points.first, point.events == index + 1 else { continue }
                points.removeFirst()
                let values = scores.values
                #expect(values.count == point.values.count)
                for ((name, value), river) in zip(values, point.values) {
                    let isClose = (value - river).magnitude <= 1e-9 * max(river.magnitude, 1e-3)
                    #expect(isClose, "\(run.stream): \(name) after \(index + 1) is \(value), River's \(river)")
                }
            }
            #expect(points.isEmpty)
        }
    }
}
