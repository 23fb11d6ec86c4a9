import BundledStreams
import Foundation
import OnlineLearning
import OnlineLearningChecks

/// How one learner did on one stream.
struct Measurement {
    let metrics: [(name: String, value: Double)]
    let eventsPerSecond: Double
    let byteCount: Int

    func metric(_ name: String) -> Double? { metrics.first { $0.name == name }?.value }

    /// The metrics of the table, the one that learners are compared by first.
    static func metrics(of task: OnlineLearning.Task) -> [String] {
        switch task {
        case .regression: ["mae", "rmse"]
        case .binary: ["log_loss", "accuracy", "roc_auc"]
        case .multiclass: ["log_loss", "accuracy"]
        }
    }

    /// A learner behind the preprocessing it needs: `one_hot` where it takes no categories, `standard_scaler` where
    /// scales matter to it.
    init(_ subject: LearnerSubject, on stream: BundledStream, _ rows: StreamRows) {
        let (numbers, categories) = (stream.features(of: .number), stream.features(of: .category))
        var steps: [PipelineDeclaration.Step] = []
        if !subject.takesCategories, !categories.isEmpty {
            steps.append(.init(Component(named: "one_hot"), features: categories))
        }
        if subject.needsScaling, !numbers.isEmpty {
            steps.append(.init(Component(named: "standard_scaler"), features: numbers))
        }
        let declaration = PipelineDeclaration(
            numbers: numbers, categories: subject.takesCategories ? categories : [], transformers: steps,
            learner: subject.component)
        self.init(rows) { Pipeline(declaration, task: rows.task, layout: rows.layout) }
    }

    /// The trivial model.
    init(baselineOn rows: StreamRows) {
        let empty = PipelineDeclaration(numbers: [], transformers: [], learner: Component(name: "", arguments: []))
        self.init(rows) {
            Pipeline(empty, task: rows.task, layout: rows.layout) { inputs in
                BaselineLearner(Arguments(empty.learner, declaration: BaselineLearner.declaration), inputs: inputs)
            }
        }
    }

    private init(_ rows: StreamRows, _ make: () -> Pipeline) {
        var model = make()
        var progressive = Progressive(Self.metrics(of: rows.task), task: rows.task)
        let started = clock()
        progressive.run(&model, over: rows)
        let seconds = Double(clock() - started) / Double(CLOCKS_PER_SEC)
        metrics = progressive.points.last?.metrics ?? []
        eventsPerSecond = Double(rows.count) / max(seconds, 1e-6)
        byteCount = model.byteCount
    }
}
