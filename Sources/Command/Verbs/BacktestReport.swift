import Engine
import EventLog
import ModelLifecycle
import OnlineLearning

/// What a back-test found, for people.
struct BacktestReport {
    private let result: BacktestResult
    private let kept: [StoredExperiment]

    init(_ result: BacktestResult, _ kept: [StoredExperiment]) {
        (self.result, self.kept) = (result, kept)
    }

    /// The metric that the curves show: the first of the champion, or of the first candidate.
    private var metric: String {
        let metrics = result.champion?.metrics ?? result.experiments[0].metrics
        return Experiment.plainNames(metrics).first ?? ""
    }

    var plotTitle: String { "\(metric) of \(result.application), progressively" }

    /// What was really answered, the candidates that have its first metric, and the baseline.
    var curves: [MetricCurve] {
        var curves: [MetricCurve] = []
        if let champion = result.champion {
            curves.append(curve("champion", champion.curve, Experiment.plainNames(champion.metrics), role: 0))
        }
        for (experiment, points) in zip(result.experiments, result.curves)
        where experiment.plainNames.contains(metric) {
            curves.append(curve(experiment.name, points, experiment.plainNames, role: 0))
        }
        if let champion = result.champion {
            curves.append(curve("baseline", champion.curve, Experiment.plainNames(champion.metrics), role: 1))
        }
        return curves
    }

    private func curve(_ name: String, _ curve: MetricCurves, _ names: [String], role: Int) -> MetricCurve {
        let index = names.firstIndex(of: metric) ?? 0
        return MetricCurve(name: name, points: curve.points.map { (Double($0.labels), $0.values[role][index]) })
    }

    var text: String {
        let first = result.experiments[0]
        let seconds = result.elapsed / .seconds(1)
        let rate = seconds > 0 ? Int(Double(result.eventCount) / seconds).grouped : "–"
        let range = result.champion == nil ? "" : ", @\(first.from) to @\(first.to)"
        let amendments = first.amendmentCount == 0 ? "" : ", \(first.amendmentCount.grouped) amendments in force"
        let refused = result.refusedCount == 0 ? "" : ", \(result.refusedCount.grouped) rows refused"
        return """
            \(table)
            \(result.eventCount.grouped) events\(range)\(amendments)\(refused), in \(Status.short(seconds)) s: \
            \(rate) a second
            \(digests)
            """
    }

    /// A row for each: metrics, the difference that can be told, time and size.
    private var table: String {
        var names = Experiment.plainNames(result.champion?.metrics ?? [])
        for name in result.experiments.flatMap(\.plainNames) where !names.contains(name) { names.append(name) }
        let reference = result.champion == nil ? result.experiments[0].name : "champion"
        var table = TextTable(
            [.init("")] + names.map { .init($0, .right) }
                + [.init("\(result.loss.name) − \(reference)'s", .right), .init("", .left), .init("ns/event", .right),
                    .init("bytes", .right)])
        func cells(_ metrics: Experiment.Metrics) -> [String] {
            names.map { name in
                guard case .value(let value)? = metrics.first(where: { $0.name == name })?.reading else { return "–" }
                return Status.short(value)
            }
        }
        if let champion = result.champion {
            table.add(["champion"] + cells(champion.metrics) + ["", "", "", ""])
            table.add(["baseline"] + cells(champion.baseline) + ["", "", "", ""])
        } else {
            table.add(["baseline"] + cells(result.experiments[0].baseline) + ["", "", "", ""])
        }
        for experiment in result.experiments {
            table.add(
                [experiment.name] + cells(experiment.metrics)
                    + [Self.text(experiment.difference), Self.verdict(experiment.difference),
                        Int(experiment.nanosecondsPerEvent).grouped, experiment.stateBytes.grouped])
        }
        return table.render()
    }

    /// The mean, and how far the true one may be from it with 95 % confidence.
    static func text(_ difference: Experiment.Difference?) -> String {
        guard let difference else { return "" }
        let mean = Status.short(difference.mean)
        return difference.halfWidth.map { "\(mean) ± \(Status.short($0))" } ?? "\(mean) ± ?"
    }

    static func verdict(_ difference: Experiment.Difference?) -> String {
        guard let difference, let halfWidth = difference.halfWidth else { return "" }
        if difference.mean + halfWidth < 0 { return "better" }
        return difference.mean - halfWidth > 0 ? "worse" : "no telling"
    }

    private var digests: String {
        result.experiments.enumerated().map { index, experiment in
            let number = index < kept.count ? "experiment \(kept[index].number), " : ""
            return "\(number)\(experiment.name): state_digest \(experiment.stateDigest)\n"
        }.joined()
    }
}
