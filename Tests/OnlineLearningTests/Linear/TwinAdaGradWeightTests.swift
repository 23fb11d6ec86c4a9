import OnlineLearning
import Testing

/// An example of weight *w* counts for *w* in the standard rule, and in the one before it.
@Suite struct TwinAdaGradWeightTests {
    static let models = TestModel.ladders + TestModel.all.filter { $0.description.contains("twin") }

    @Test(arguments: models) func noWeightIsNoExample(_ model: TestModel) {
        var pipeline = TrainedModels.trained(model)
        let before = pipeline.bytes
        for example in TrainedModels.stream.prefix(20) {
            let isLearned = pipeline.learn(example, weight: 0)
            #expect(isLearned)
        }
        #expect(pipeline.bytes == before)
    }

    @Test(arguments: models) func weightOneIsAsEver(_ model: TestModel) {
        var (plain, weighted) = (TestPipeline(model), TestPipeline(model))
        for example in TrainedModels.stream {
            plain.learn(example)
            weighted.learn(example, weight: 1)
        }
        #expect(plain.bytes == weighted.bytes)
    }

    // Not Huber: his steps are so short that the second of two is mostly damped by the first. Nor where a slow rung is
    // among three: the second of two finds less left to learn, so that less is added to the sums of squares.
    static let near = models.filter { model in
        !["huber", "ladder_absolute", "softmax_ladder"].contains { model.description.hasSuffix($0) }
    }

    @Test(arguments: near)
    func weightTwoComesCloseToTwoExamples(_ model: TestModel) {
        let untrained = TestPipeline(model, isScaled: false)
        var (twice, double, once) = (untrained, untrained, untrained)
        var (apart, moved) = (0.0, 0.0)
        for example in TrainedModels.stream {
            twice.learn(example)
            twice.learn(example)
            double.learn(example, weight: 2)
            once.learn(example)
            let (a, b, c) = (twice.predict(example), double.predict(example), once.predict(example))
            for i in a.indices where !a[i].isNaN {
                apart += (a[i] - b[i]).magnitude
                moved += (a[i] - c[i]).magnitude
            }
        }
        #expect(apart < moved, "\(apart) \(moved)")
    }

    @Test(arguments: models) func anyWeightIsLearnedOrRefused(_ model: TestModel) {
        var pipeline = TrainedModels.trained(model, isScaled: false)
        for (index, example) in TrainedModels.stream.enumerated() {
            let before = pipeline.bytes
            if !pipeline.learn(example, weight: [1e-300, 1e300, 1e-9, 1e9, 0.5][index % 5]) {
                #expect(pipeline.bytes == before)
            }
            #expect(pipeline.predict(example).allSatisfy { $0.isFinite || $0.isNaN && model.task == .multiclass })
        }
    }
}
