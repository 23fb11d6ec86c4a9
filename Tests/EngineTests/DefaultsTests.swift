import BundledStreams
import OnlineLearning
import OnlineLearningChecks
import Testing

/// No default diverges: on real streams every learner ends with a loss of at most twice the baseline's, the log loss of
/// classes and the mean absolute error of numbers. Hostile streams are a law (`LearnerLaw`).
@Suite struct DefaultsTests {
    @Test(arguments: BundledStream.all + BundledStream.derived)
    func noLearnerLosesTwiceWhatTheBaselineDoes(_ stream: BundledStream) throws {
        let rows = try stream.rows(limit: 2_500)
        let subjects = LearnerChecks.subjects.filter { $0.task == rows.task }
        let trivial = rows.task == .regression ? "statistic_regressor" : "prior_classifier"
        let baseline = try #require(subjects.first { $0.declaration.name == trivial })
        let limit = 2 * loss(baseline, stream, rows)
        #expect(limit > 0 && limit < .infinity)
        for subject in subjects where !Self.samplers.contains(subject.declaration.name) {
            let loss = loss(subject, stream, rows)
            #expect(loss <= limit, "\(subject) on \(stream): \(loss), twice the baseline's is \(limit)")
        }
    }

    /// These change how frequent the classes are, so that their probabilities are meant for another stream.
    private static let samplers = [
        "random_under_sampler", "random_over_sampler", "random_sampler", "class_weighted",
    ]

    /// Behind the preprocessing that the learner needs: one-hot columns where it takes no categories, a scaler where
    /// scales matter.
    private func loss(_ subject: LearnerSubject, _ stream: BundledStream, _ rows: StreamRows) -> Double {
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
        var pipeline = Pipeline(declaration, task: rows.task, layout: rows.layout)
        let name = Progressive.metrics(of: rows.task)[0]
        var progressive = Progressive([name], task: rows.task)
        progressive.run(&pipeline, over: rows)
        return progressive.points.last?.metric(name) ?? .nan
    }
}
