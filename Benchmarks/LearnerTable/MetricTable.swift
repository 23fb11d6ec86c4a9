import OnlineLearning

/// What each metric costs at its defaults, beside what the answers cost that it judges: of two classes over elec, of
/// several over the image segments, of numbers, with intervals, over the flights.
struct MetricTable {
    private let answers: [ScoredAnswers]
    private static let window = 1_000

    init() throws {
        let sgd = Component(named: "sgd")
        let linear = Component(named: "linear_regression")
        answers = [
            try ScoredAnswers("elec", Component(named: "logistic_regression", ["optimizer": .component(sgd)])),
            try ScoredAnswers("image_segments", Component(named: "softmax_regression")),
            try ScoredAnswers(
                "flights_delay", Component(named: "adaptive_conformal", ["regressor": .component(linear)])),
        ]
    }

    /// Two tables in Markdown: each metric alone, then many together.
    var text: String { "\(each)\n\(together)" }

    private var each: String {
        var text = "| metric | answers | ns an answer | rolling | time rolling | by ten slices "
        text += "| bytes | rolling | time rolling | by ten slices | reading it, rolling, µs |\n"
        text += "|---|---|\(String(repeating: "---:|", count: 9))\n"
        for metric in Catalogue.metrics {
            guard let answers = answers.first(where: { metric.tasks.contains($0.task) }) else { continue }
            let plain = metric.declaration.withDefaults
            let hasWindow = ["rolling_roc_auc", "rolling_pr_auc"].contains(plain.name)
            let rolling = hasWindow ? nil : Self.rolling(plain)
            let forms = [plain, rolling, hasWindow ? nil : Self.timed(plain), Self.sliced(plain)]
            let costs = forms.map { form in form.map { answers.cost([$0]) } }
            let cells = costs.map { $0.map { short($0.nanoseconds) } ?? "—" }
                + costs.map { $0.map { "\($0.scores.byteCount)" } ?? "—" }
            let read = (costs[1] ?? costs[0]).map { reading($0.scores) } ?? 0
            text += "| `\(plain.name)` | \(answers.task.name) | \(cells.joined(separator: " | ")) | \(short(read)) |\n"
        }
        return text
    }

    private func short(_ value: Double) -> String { fixed(value, digits: value < 10 ? 1 : 0) }

    /// Microseconds to ask for the values.
    private func reading(_ scores: Scorecard) -> Double {
        var sum = 0.0
        let count = 20
        let cost = nanoseconds(count) { for _ in 0..<count { sum += scores.values.first?.value ?? 0 } }
        return sum.isFinite ? cost / 1e3 : 0
    }

    private static func rolling(_ metric: Component) -> Component {
        Component(named: "rolling", ["metric": .component(metric), "window_size": .integer(window)])
    }

    private static func timed(_ metric: Component) -> Component {
        Component(named: "time_rolling", ["metric": .component(metric), "period": .integer(window * 1_000_000)])
    }

    private static func sliced(_ metric: Component) -> Component {
        Component(named: metric.name, ["by": .choice("slice")])
    }

    // MARK: Many metrics

    private static let twenty = [
        "log_loss", "roc_auc", "accuracy", "brier", "calibration_error", "balanced_accuracy", "precision", "recall",
        "f1", "fbeta", "mcc", "cohen_kappa", "geometric_mean", "jaccard", "macro_f1", "micro_f1", "weighted_f1",
        "macro_precision", "macro_recall", "weighted_precision",
    ].map { Component(named: $0) }

    private var together: String {
        let answers = answers[0]
        let sets = [
            ("the usual three", Catalogue.defaultMetrics(for: .binary)), ("twenty", Self.twenty),
            ("twenty, by ten slices", Self.twenty.map(Self.sliced)),
            ("twenty, and the same by ten slices", Self.twenty + Self.twenty.map(Self.sliced)),
            ("twenty, rolling", Self.twenty.map(Self.rolling)),
        ]
        var text = "| metrics over elec | ns an answer | of the learner's \(Int(answers.learnerNanoseconds.rounded())) "
        text += "| bytes |\n|---|---:|---:|---:|\n"
        for (title, metrics) in sets {
            let cost = answers.cost(metrics)
            text += "| \(title) | \(Int(cost.nanoseconds.rounded())) "
            text += "| \(fixed(cost.nanoseconds / answers.learnerNanoseconds, digits: 2)) "
            text += "| \(cost.scores.byteCount) |\n"
        }
        return text
    }
}
