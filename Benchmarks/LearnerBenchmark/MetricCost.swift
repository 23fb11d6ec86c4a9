import Determinism
import OnlineLearning

/// What metrics cost beside the learner that they judge: nanoseconds an event, the least of several passes, a line of
/// JSON each. The rows are sliced by a category of ten values.
enum MetricCost {
    private static let passes = 7
    private static let names = [
        "log_loss", "roc_auc", "accuracy", "brier", "calibration_error", "balanced_accuracy", "precision", "recall",
        "f1", "fbeta", "mcc", "cohen_kappa", "geometric_mean", "jaccard", "macro_f1", "micro_f1", "weighted_f1",
        "macro_precision", "macro_recall", "weighted_precision",
    ]
    private static let layout = FeatureLayout([("slice", .category)])

    static func run(_ path: String) throws {
        var reader = try Rows.Reader(path)
        var row = FeatureRow(reader.layout)
        var (values, targets, answers) = ([Double](), [Target](), [Double]())
        while let isPositive = try reader.next(into: &row) {
            values.append(contentsOf: row.numbers)
            targets.append(.label(isPositive ? 1 : 0))
        }
        let (names, width) = (reader.names, reader.names.count)
        let fresh = LearnerBenchmark.pipeline("logistic", numbers: names, layout: reader.layout)
        let learner = nanoseconds(targets.count) {
            var (model, workspace) = (fresh, Pipeline.Workspace())
            answers.removeAll(keepingCapacity: true)
            for index in targets.indices {
                for column in 0..<width { row.setNumber(values[index * width + column], at: column) }
                model.predict(row, into: &answers, workspace: &workspace)
                model.learn(row, targets[index], workspace: &workspace)
            }
        }
        print("{\"learner\": \(learner)}")
        for (title, metrics) in sets {
            var bytes = 0
            let cost = nanoseconds(targets.count) { bytes = score(metrics, targets, answers).byteCount }
            print(
                """
                {"metrics": "\(title)", "nanoseconds": \(cost), "of_learner": \(cost / learner), "bytes": \(bytes)}
                """)
        }
    }

    private static var sets: [(title: String, metrics: [Component])] {
        let by: Argument = .choice("slice")
        func rolling(_ name: String) -> KeyValuePairs<String, Argument> {
            ["metric": .component(Component(named: name)), "window_size": .integer(1_000)]
        }
        let plain = names.map { Component(named: $0) }
        let sliced = names.map { Component(named: $0, ["by": by]) }
        return [
            ("the usual", Catalogue.defaultMetrics(for: .binary)), ("twenty", plain),
            ("twenty by ten slices", sliced), ("twenty and twenty by ten slices", plain + sliced),
            ("twenty rolling", names.map { Component(named: "rolling", rolling($0)) }),
        ] + plain.map { ($0.name, [$0]) }
    }

    private static func score(_ metrics: [Component], _ targets: [Target], _ answers: [Double]) -> Scorecard {
        var scores = Scorecard(metrics, task: .binary, layout: layout)
        var row = FeatureRow(layout)
        answers.withUnsafeBufferPointer { answers in
            // A slice after the other, so that no row is copied.
            for slice in 0..<10 {
                row.setString("value \(slice)", at: 0)
                for index in stride(from: slice, to: targets.count, by: 10) {
                    let answer = UnsafeBufferPointer(rebasing: answers[index...index])
                    scores.update(targets[index], answer, row, at: Int64(index) * 1_000_000)
                }
            }
        }
        return scores
    }

    private static func nanoseconds(_ count: Int, _ body: () -> Void) -> Double {
        var least = Double.infinity
        for _ in 0..<passes {
            let start = LearnerBenchmark.cpuSeconds()
            body()
            least = min(least, LearnerBenchmark.cpuSeconds() - start)
        }
        return least / Double(max(1, count)) * 1e9
    }
}
