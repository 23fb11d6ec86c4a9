import BundledStreams
import ModelLifecycle
import OnlineLearning
import Testing

/// The same pipeline over the same stream gives River's numbers: those of `Tests/RiverNumbers/*.json`, each file
/// written by the module beside it.
@Suite struct RiverRunTests {
    /// Two streams at a time.
    @Test(arguments: [0, 1]) func everyRunHoldsToRiver(_ half: Int) throws {
        var rows: [String: StreamRows] = [:]
        for stream in BundledStream.all.enumerated().filter({ $0.offset % 2 == half }).map(\.element) {
            for run in RiverRun.all where run.stream.description == stream.description {
                let all = try rows[stream.description] ?? stream.rows()
                rows = [stream.description: all]
                let limited = run.rows.map { all.prefix($0) } ?? all
                do {
                    try run.seeds.isEmpty ? holdsExactly(run, limited) : holdsOnAverage(run, limited)
                } catch {
                    Issue.record("\(run): \(error)")
                }
            }
        }
    }

    @Test func theRunsAreThere() {
        #expect(BundledStream.all.count == 11)
        for run in RiverRun.all { #expect(run.seeds.count >= 10 || run.checkpoints.count == 10, "\(run)") }
    }

    private func points(_ run: RiverRun, _ model: JSONValue, _ rows: StreamRows) throws -> [Progressive.Point] {
        let declaration = try run.stream.spec(model: model).settings.champion
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

    /// The mean of five seeds of ours is no worse than River's mean of ten by more than three standard errors of the
    /// difference of such means: with two, every tenth metric of an exact copy would fail one of these tests by chance.
    private func holdsOnAverage(_ run: RiverRun, _ rows: StreamRows) throws {
        let seeds = 5
        let ours = try (1...seeds).map { seed in try points(run, run.model(seed: seed), rows).last }
        for name in Progressive.metrics(of: rows.task) {
            let river = run.seeds.compactMap { $0[name]?.number }
            let found = ours.compactMap { $0?.metric(name) }
            guard river.count > 1, found.count == seeds else {
                Issue.record("\(run): \(name) is missing")
                continue
            }
            let (mean, own) = (river.reduce(0, +) / Double(river.count), found.reduce(0, +) / Double(seeds))
            let variance = river.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(river.count - 1)
            let error = (variance * (1 / Double(river.count) + 1 / Double(seeds))).squareRoot()
            let worse = ScoredMetric(Component(named: name)).biggerIsBetter ? mean - own : own - mean
            #expect(worse <= 3 * error, "\(run): \(name) is \(own), River's mean \(mean), standard error \(error)")
        }
    }
}
