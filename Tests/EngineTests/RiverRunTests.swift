import BundledStreams
import Foundation
import ModelLifecycle
import OnlineLearning
import Testing

/// The same pipeline over the same stream gives River's numbers: those of `Tests/RiverNumbers/*.json`, each file
/// written by the module beside it.
@Suite struct RiverRunTests {
    /// Two streams at a time.
    @Test(arguments: [0, 1]) func everyRunHoldsToRiver(_ half: Int) throws {
        var rows: [String: StreamRows] = [:]
        var held = 0
        let streams = Self.streams.enumerated().filter { $0.offset % 2 == half }.map(\.element)
        for stream in streams {
            for run in RiverRun.all where run.stream.description == stream.description {
                let all = try rows[stream.description] ?? stream.rows()
                rows = [stream.description: all]
                let limited = run.rows.map { all.prefix($0) } ?? all
                do {
                    try run.seeds.isEmpty ? holdsExactly(run, limited) : holdsOnAverage(run, limited)
                    held += 1
                } catch {
                    Issue.record("\(run): \(error)")
                }
            }
        }
        #expect(held == Self.runs(on: streams) && held > 400)
    }

    private static let streams = BundledStream.all + BundledStream.derived

    private static func runs(on streams: [BundledStream]) -> Int {
        RiverRun.all.count { run in streams.contains { $0.description == run.stream.description } }
    }

    @Test func theRunsAreThere() throws {
        #expect(BundledStream.all.count == 11)
        #expect(BundledStream.derived.count == 4)
        let folder = BundledStream.root.appending(path: "Tests/RiverNumbers").path
        let files = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }
        #expect(Set(files) == Set(RiverRun.counts.keys).union(["river_numbers.json"]))
        for (file, count) in RiverRun.counts { #expect(RiverRun.all.count { $0.file == file } == count, "\(file)") }
        #expect(Self.runs(on: Self.streams) == RiverRun.all.count)
        for run in RiverRun.all { #expect(run.seeds.count >= 10 || run.checkpoints.count == 10, "\(run)") }
    }

    private func points(_ run: RiverRun, _ model: JSONValue, _ rows: StreamRows) throws -> [Progressive.Point] {
        let declaration = try run.stream.spec(model: model).settings.model.pipeline
        var pipeline = Pipeline(declaration, task: rows.task, layout: rows.layout)
        var progressive = Progressive(Progressive.metrics(of: rows.task), task: rows.task)
        progressive.run(&pipeline, over: rows)
        return progressive.points
    }

    /// Ten points of metrics and answers, to a relative 1e-9.
    private func holdsExactly(_ run: RiverRun, _ rows: StreamRows) throws {
        let points = try points(run, run.model, rows)
        #expect(points.count == run.checkpoints.count, "\(run)")
        for (expected, found) in zip(run.checkpoints, points) {
            #expect(expected["events"]?.integer == found.events, "\(run)")
            for (name, value) in expected.members {
                guard let value = value.number, name != "events" else { continue }
                let ours = name == "answer" ? found.answer : found.metric(name) ?? .nan
                // Of equally probable classes River chooses the one first in a dictionary.
                let ties = name == "accuracy" ? Double(found.ties) / Double(found.events) : 0
                let isClose = ours == value || (ours - value).magnitude <= 1e-9 * value.magnitude + ties
                #expect(isClose, "\(run): \(name) after \(found.events) is \(ours), River's \(value)")
            }
        }
    }

    /// The mean of our seeds is no worse than River's mean by more than two standard errors: those of the difference of
    /// the two means, each with the variance of its own seeds. Being better is no fault. Of ours there are as many
    /// seeds as of River's, 1, 2, 3 …: ten, and forty or a hundred in runs where ten did not decide.
    private func holdsOnAverage(_ run: RiverRun, _ rows: StreamRows) throws {
        let ours = try (1...run.seeds.count).map { seed in try points(run, run.model(seed: seed), rows).last }
        for name in Progressive.metrics(of: rows.task) {
            let river = Sample(run.seeds.compactMap { $0[name]?.number })
            let found = Sample(ours.compactMap { $0?.metric(name) })
            guard river.count >= 10, found.count == river.count else {
                Issue.record("\(run): \(name) is missing")
                continue
            }
            let error = (river.squaredError + found.squaredError).squareRoot()
            let difference = found.mean - river.mean
            let worse = ScoredMetric(Component(named: name)).biggerIsBetter ? -difference : difference
            #expect(
                worse <= 2 * error,
                "\(run): \(name) is \(found.mean), River's mean \(river.mean), standard error \(error)")
        }
    }

    private struct Sample {
        let count: Int
        let mean: Double
        /// The variance of the mean.
        let squaredError: Double

        init(_ values: [Double]) {
            let (count, mean) = (Double(values.count), values.reduce(0, +) / Double(values.count))
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            (self.count, self.mean, squaredError) = (values.count, mean, squares / (count - 1) / count)
        }
    }
}
