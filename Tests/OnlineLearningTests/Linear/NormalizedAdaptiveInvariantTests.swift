import Determinism
import Foundation
import OnlineLearning
import Testing

/// The answers of Vowpal Wabbit, see vw_reference.py.
@Suite struct NormalizedAdaptiveInvariantTests {
    static func optimizer(_ arguments: [String: Argument] = [:]) -> Argument {
        .component(component("normalized_adaptive_invariant", arguments))
    }

    static let models = [
        TestModel("squared", "linear_regression", ["optimizer": optimizer()]),
        TestModel(
            "squared_power", "linear_regression",
            ["optimizer": optimizer(["power_t": .number(0.3), "learning_rate": .number(0.2)])]),
        TestModel(
            "quantile", "linear_regression",
            ["optimizer": optimizer(), "loss": .component(component("quantile", ["alpha": .number(0.9)]))]),
        TestModel("logistic", "logistic_regression", ["optimizer": optimizer()]),
        TestModel(
            "logistic_power", "logistic_regression",
            ["optimizer": optimizer(["power_t": .number(0.4), "learning_rate": .number(2)])]),
        TestModel(
            "hinge", "logistic_regression", ["optimizer": optimizer(), "loss": .component(component("hinge"))]),
    ]

    static let reference: [String: [Double]] = {
        let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appendingPathComponent("vw_reference.txt")
        let lines = ((try? String(contentsOf: url, encoding: .utf8)) ?? "").split(separator: "\n")
        return Dictionary(
            uniqueKeysWithValues: lines.map {
                let words = $0.split(separator: " ")
                return (String(words[0]), words.dropFirst().compactMap { Double($0) })
            })
    }()

    @Test(arguments: models, [false, true])
    func answersAsVowpalWabbitDoes(_ model: TestModel, isWeighted: Bool) throws {
        let examples = try #require(LinearReferenceTests.reference).examples
        let expected = try #require(Self.reference[model.description + (isWeighted ? "_weighted" : "")])
        #expect(expected.count == examples.count)
        var pipeline = TestPipeline(model, isScaled: false)
        var (least, largest) = (0.0, 0.0)
        for (index, example) in examples.enumerated() {
            var answer = pipeline.predict(example)[0]
            if model.task == .regression {
                // Vowpal Wabbit answers within the true values up to and with the one to come.
                (least, largest) = (min(least, example.value), max(largest, example.value))
                answer = max(least, min(largest, answer))
            }
            // It computes in 32 bits and prints six decimals.
            #expect((answer - expected[index]).magnitude < 1e-5 * max(1, expected[index].magnitude), "row \(index)")
            let isLearned = pipeline.learn(example, weight: isWeighted ? Double(1 + index % 3) : 1)
            #expect(isLearned)
        }
    }

    @Test func answersAsDocumented() {
        var model = TestPipeline(Self.models[0], isScaled: false)
        model.learn(LinearDocumentationTests.one)
        let answer = model.predict(LinearDocumentationTests.one)[0]
        #expect(isClose(answer, 0.5956229973468807), "\(answer)")
    }

    @Test(arguments: models) func theScaleOfAFeatureDoesNotMatter(_ model: TestModel) {
        var (plain, scaled) = (TestPipeline(model, isScaled: false), TestPipeline(model, isScaled: false))
        for example in TrainedModels.stream {
            var larger = example
            for i in 0..<3 { larger.numbers[i] *= [0.125, 1024, 8][i] }
            let (a, b) = (plain.predict(example)[0], scaled.predict(larger)[0])
            #expect((a - b).magnitude <= 1e-9 * max(1, a.magnitude))
            plain.learn(example)
            scaled.learn(larger)
        }
    }

    @Test(arguments: models) func noStepOvershootsItsExample(_ model: TestModel) {
        var pipeline = TrainedModels.trained(model, isScaled: false)
        for example in TrainedModels.stream.prefix(50) {
            pipeline.learn(example, weight: 1e6)
            let answer = pipeline.predict(example)[0]
            if model.description == "squared" { #expect((answer - example.value).magnitude < 1e-6) }
            #expect(answer.isFinite)
        }
    }

    @Test(arguments: models) func obeysTheLaws(_ model: TestModel) throws {
        var pipeline = TrainedModels.trained(model, isScaled: false)
        var restored = TestPipeline(model, isScaled: false)
        try restored.restore(pipeline.bytes)
        for (index, var example) in TrainedModels.stream.enumerated() {
            if index % 3 == 0 { example.numbers[index % 2] = index % 2 == 0 ? 1e308 : -1e200 }
            let before = pipeline.bytes
            #expect(pipeline.predict(example).map(\.bitPattern) == restored.predict(example).map(\.bitPattern))
            let isLearned = pipeline.learn(example)
            #expect(restored.learn(example) == isLearned)
            if !isLearned { #expect(pipeline.bytes == before) }
        }
        #expect(pipeline.bytes == restored.bytes)
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            var damaged = pipeline.bytes
            damaged[generator.below(damaged.count)] = UInt8(truncatingIfNeeded: generator.next())
            guard (try? restored.restore(damaged)) != nil else { continue }
            for example in TrainedModels.stream.prefix(3) {
                _ = restored.predict(example)
                restored.learn(example)
            }
        }
    }
}

extension TestPipeline {
    @discardableResult
    mutating func learn(_ example: Example, weight: Double) -> Bool {
        var (row, workspace) = (FeatureRow(Self.layout), Pipeline.Workspace())
        for i in example.numbers.indices { row.setNumber(example.numbers[i], at: i) }
        if let category = example.category { row.setString(category, at: 0) }
        return pipeline.learn(row, example.target(pipeline.task), weight: weight, workspace: &workspace)
    }
}
