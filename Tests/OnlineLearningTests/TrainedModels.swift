/// What the tests of single learners start from. The laws themselves are checked in `OnlineLearningChecksTests`.
enum TrainedModels {
    static let stream = Example.stream(300, seed: 1)

    static func trained(_ model: TestModel, _ count: Int = 150, isScaled: Bool = true) -> TestPipeline {
        var pipeline = TestPipeline(model, isScaled: isScaled)
        for example in stream.prefix(count) { pipeline.learn(example) }
        return pipeline
    }
}
