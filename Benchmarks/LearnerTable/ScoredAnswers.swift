import BundledStreams
import OnlineLearning

/// The answers of a linear model over a stream, to be scored: what metrics cost is measured on them.
struct ScoredAnswers {
    let task: OnlineLearning.Task
    let targets: [Target]
    /// All answers, one after another, and where each ends.
    private let answers: [Double]
    private let ends: [Int]
    /// What asking and learning took, in nanoseconds an event.
    let learnerNanoseconds: Double

    /// The rows are sliced by a category of ten values.
    static let sliceCount = 10
    static let layout = FeatureLayout([("slice", .category)])

    /// - Parameter learner: behind a scaler of the numbers, which are all features that it gets.
    init(_ stream: String, _ learner: Component) throws {
        guard let stream = BundledStream.named(stream) else { throw Program.Failure("no stream \(stream)") }
        let (rows, numbers) = (try stream.rows(), stream.features(of: .number))
        let declaration = PipelineDeclaration(
            numbers: numbers, transformers: [.init(Component(named: "standard_scaler"), features: numbers)],
            learner: learner)
        var (answers, ends) = ([Double](), [Int]())
        learnerNanoseconds = nanoseconds(rows.count) {
            var model = Pipeline(declaration, task: rows.task, layout: rows.layout)
            var workspace = Pipeline.Workspace()
            answers.removeAll(keepingCapacity: true)
            ends.removeAll(keepingCapacity: true)
            for index in 0..<rows.count {
                model.predict(rows.features[index], into: &answers, workspace: &workspace)
                ends.append(answers.count)
                model.learn(rows.features[index], rows.targets[index], workspace: &workspace)
            }
        }
        (task, targets, self.answers, self.ends) = (rows.task, rows.targets, answers, ends)
    }

    var count: Int { targets.count }

    /// What scoring all answers costs, in nanoseconds an answer, and the scores then.
    func cost(_ metrics: [Component]) -> (nanoseconds: Double, scores: Scorecard) {
        var scores = Scorecard(metrics, task: task, classesMax: 16, layout: Self.layout)
        let least = nanoseconds(count, runs: 7) {
            scores = Scorecard(metrics, task: task, classesMax: 16, layout: Self.layout)
            score(&scores)
        }
        return (least, scores)
    }

    /// A slice after the other, so that no row is written in between; a second lies between two answers.
    private func score(_ scores: inout Scorecard) {
        var (row, time) = (FeatureRow(Self.layout), Int64(0))
        answers.withUnsafeBufferPointer { answers in
            for slice in 0..<Self.sliceCount {
                row.setString("value \(slice)", at: 0)
                for index in stride(from: slice, to: count, by: Self.sliceCount) {
                    time += 1_000_000
                    let answer = answers[(index == 0 ? 0 : ends[index - 1])..<ends[index]]
                    scores.update(targets[index], UnsafeBufferPointer(rebasing: answer), row, at: time)
                }
            }
        }
    }
}
