import BundledStreams
import Foundation
import OnlineLearning
import OnlineLearningChecks
import Testing

/// The worked example of `docs/writing-a-learner.md`.
@Suite struct ALMAClassifierTests {
    @Test func keepsEveryLaw() {
        var subject = LearnerSubject(ALMAClassifier.self, task: .binary)
        // Numbers of several scales want `standard_scaler` before it.
        subject.needsScaling = true
        #expect(LearnerChecks.violations(of: subject) == [])
    }

    @Test func theDocumentedNumber() {
        let layout = FeatureLayout([("x", .number)])
        var model = Self.model(["x"], scaled: [], layout)
        var (row, workspace, answer) = (FeatureRow(layout), Pipeline.Workspace(), [Double]())
        row.setNumber(1, at: 0)
        model.learn(row, .label(1), workspace: &workspace)
        model.predict(row, into: &answer, workspace: &workspace)
        #expect(answer == [0.7310585786300049])
    }

    @Test func itIsAsGoodOnPhishingAsRiver() throws {
        let stream = try #require(BundledStream.named("phishing"))
        let (rows, numbers) = (try stream.rows(), stream.features(of: .number))
        var model = Self.model(numbers, scaled: numbers, rows.layout)
        var progressive = Progressive(["log_loss", "accuracy"], task: .binary)
        progressive.run(&model, over: rows)
        let last = try #require(progressive.points.last)
        #expect(last.metric("accuracy") == 0.8256)
        #expect(abs((last.metric("log_loss") ?? 0) / 0.4449252412102892 - 1) < 1e-9)
    }

    @Test func theGuideShowsThisCode() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let code = try String(contentsOf: folder.appending(path: "ALMAClassifier.swift"), encoding: .utf8)
        let guide = try String(contentsOf: folder.appending(path: "../../docs/writing-a-learner.md"), encoding: .utf8)
        #expect(guide.contains(code))
    }

    private static func model(_ numbers: [String], scaled: [String], _ layout: FeatureLayout) -> Pipeline {
        let scaler = PipelineDeclaration.Step(Component(named: "standard_scaler"), features: scaled)
        let steps = scaled.isEmpty ? [] : [scaler]
        let component = ALMAClassifier.declaration.withDefaults
        let declaration = PipelineDeclaration(numbers: numbers, transformers: steps, learner: component)
        return Pipeline(declaration, task: .binary, layout: layout) { ALMAClassifier(component, inputs: $0) }
    }
}
