import BundledStreams
import Determinism
import OnlineLearning
import OnlineLearningChecks
import Testing

/// Contributions add up to the answer, on real streams and for every learner that takes its answers apart.
@Suite struct ExplanationStreamTests {
    @Test(arguments: BundledStream.all)
    func contributionsAddUpToTheAnswer(_ stream: BundledStream) throws {
        let rows = try stream.rows(limit: 2_000)
        for subject in LearnerChecks.subjects where subject.task == rows.task {
            try check(subject, stream, rows)
        }
    }

    /// What says that it cannot; everything else must.
    private static let unexplained = [
        "adaptive_fm_classifier", "adaptive_fm_regressor",
        "ada_boost_classifier", "bole_classifier", "ffm_classifier", "ffm_regressor", "fm_classifier", "fm_regressor",
        "hofm_classifier", "hofm_regressor", "knn_classifier", "knn_regressor", "one_vs_one_classifier",
        "one_vs_rest_classifier", "output_code_classifier", "srp_classifier", "srp_regressor", "voting_classifier",
    ]

    private func check(_ subject: LearnerSubject, _ stream: BundledStream, _ rows: StreamRows) throws {
        let declaration = declaration(subject, stream)
        var pipeline = Pipeline(declaration, task: rows.task, layout: rows.layout)
        var workspace = Pipeline.Workspace()
        var (explained, failed) = (0, 0)
        for index in 0..<rows.count {
            if index >= 200, index % 9 == 0 {
                do {
                    let explanation = try pipeline.explain(
                        rows.features[index], declaration: declaration, layout: rows.layout, workspace: &workspace)
                    #expect(isSum(explanation), "\(subject) on \(stream), row \(index): \(explanation)")
                    explained += 1
                } catch {
                    failed += 1
                }
            }
            pipeline.learn(rows.features[index], rows.targets[index], workspace: &workspace)
        }
        if Self.unexplained.contains(subject.declaration.name) {
            #expect(explained == 0, "\(subject) is explained after all")
        } else {
            // Of several classes a naive Bayes may be certain beyond all doubles.
            #expect(explained * 10 > failed * 90, "\(subject) on \(stream): \(explained) explained, \(failed) not")
        }
    }

    /// Within 10⁻⁹ of what is added up; log-odds by the probability that they mean, because a probability next to 1 has
    /// lost the digits of its odds.
    private func isSum(_ explanation: Explanation) -> Bool {
        var (sum, answer) = (explanation.total, explanation.answer)
        guard sum.isFinite else { return false }
        var size = max(explanation.magnitude, 1e-300)
        if explanation.scale == .logOdds {
            (sum, answer, size) = (Elementary.sigmoid(sum), Elementary.sigmoid(answer), 1)
        }
        return (sum - answer).magnitude <= 1e-9 * size
    }

    /// The preprocessing that the learner needs.
    private func declaration(_ subject: LearnerSubject, _ stream: BundledStream) -> PipelineDeclaration {
        let (numbers, categories) = (stream.features(of: .number), stream.features(of: .category))
        var steps: [PipelineDeclaration.Step] = []
        if !subject.takesCategories, !categories.isEmpty {
            steps.append(.init(Component(named: "one_hot"), features: categories))
        }
        if subject.needsScaling, !numbers.isEmpty {
            steps.append(.init(Component(named: "standard_scaler"), features: numbers))
        }
        return PipelineDeclaration(
            numbers: numbers, categories: subject.takesCategories ? categories : [], transformers: steps,
            learner: subject.component)
    }
}
