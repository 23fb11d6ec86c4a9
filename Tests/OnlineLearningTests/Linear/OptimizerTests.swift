import Determinism
import OnlineLearning
import Testing

/// What River's optimizers, schedules and losses promise, and the numbers of their documentation.
@Suite struct OptimizerTests {
    static func optimizer(_ name: String, _ arguments: [String: Argument] = [:]) -> Argument {
        .component(component(name, arguments))
    }

    static let inverse = optimizer("inverse_scaling", ["learning_rate": .number(0.1)])

    /// The answer to x = 1 after learning x = 1, y = 2 twice.
    static let answers: [(name: String, optimizer: Argument, answer: Double)] = [
        ("sgd", optimizer("sgd", ["lr": inverse]), 0.6918173157302029),
        ("momentum", optimizer("momentum"), 1.1432),
        ("nesterov_momentum", optimizer("nesterov_momentum"), 1.064),
        ("ada_grad", optimizer("ada_grad"), 0.2453012641664638),
        ("rms_prop", optimizer("rms_prop"), 0.5961663912326818),
        ("adam", optimizer("adam"), 0.2769453188311536),
        ("ams_grad", optimizer("ams_grad"), 0.2769453188311536),
        ("ada_max", optimizer("ada_max"), 0.2736122011956733),
        ("nadam", optimizer("nadam"), 0.4042776692817235),
        ("ada_delta", optimizer("ada_delta"), 0.08008664766187182),
        ("ada_bound", optimizer("ada_bound"), 0.08117940639117377),
        ("ftrl_proximal", optimizer("ftrl_proximal"), 0.1188039603960396),
        ("averager", optimizer("averager", ["optimizer": optimizer("sgd", ["lr": .number(0.1)])]), 0.6272),
        (
            "averaged_nesterov",
            optimizer("averager", ["optimizer": optimizer("nesterov_momentum"), "start": .integer(5)]), 1.064
        ),
    ]

    static let models = answers.flatMap { entry in
        [("linear", "linear_regression"), ("logistic", "logistic_regression"), ("softmax", "softmax_regression")]
            .map { TestModel("\($0.0)_\(entry.name)", $0.1, ["optimizer": entry.optimizer]) }
    } + ["linear_regression", "logistic_regression"].map { learner in
        TestModel("\(learner)_l1", learner, ["optimizer": optimizer("adam"), "l1": .number(0.01)])
    } + ["hinge", "binary_focal_loss"].map { loss in
        TestModel("logistic_\(loss)", "logistic_regression", ["optimizer": optimizer("sgd"), "loss": optimizer(loss)])
    } + ["quantile", "epsilon_insensitive_hinge", "cauchy"].map { loss in
        TestModel("linear_\(loss)", "linear_regression", ["optimizer": optimizer("sgd"), "loss": optimizer(loss)])
    }

    @Test func answersAsDocumented() {
        for entry in Self.answers {
            var model = TestPipeline(
                TestModel(entry.name, "linear_regression", ["optimizer": entry.optimizer]), isScaled: false)
            model.learn(LinearDocumentationTests.one)
            model.learn(LinearDocumentationTests.one)
            let answer = model.predict(LinearDocumentationTests.one)[0]
            #expect(isClose(answer, entry.answer), "\(entry.name) \(answer)")
        }
    }

    @Test(arguments: models) func goesOnFromItsEncoding(_ model: TestModel) throws {
        let stream = TrainedModels.stream
        var (straight, restored) = (TrainedModels.trained(model), TestPipeline(model))
        try restored.restore(straight.bytes)
        for example in stream[150...] {
            #expect(restored.predict(example).map(\.bitPattern) == straight.predict(example).map(\.bitPattern))
            #expect(straight.learn(example) && restored.learn(example))
        }
        #expect(straight.bytes == restored.bytes)
    }

    @Test(arguments: models) func anUpdateThatFailsChangesNotOneBit(_ model: TestModel) {
        var generator = SeededGenerator(seed: 7)
        var pipeline = TrainedModels.trained(model, isScaled: false)
        for (index, var example) in TrainedModels.stream.enumerated() {
            example.category = "new \(index)"
            for i in 0..<3 where generator.below(2) == 0 { example.numbers[i] = 1e308 }
            if generator.below(10) == 0 { example.value *= 1e300 }
            let (before, answer) = (pipeline.bytes, pipeline.predict(example))
            guard !pipeline.learn(example) else { continue }
            #expect(pipeline.bytes == before)
            #expect(pipeline.predict(example).map(\.bitPattern) == answer.map(\.bitPattern))
        }
    }

    @Test(arguments: models) func damagedBytesAreRefusedOrHarmless(_ model: TestModel) {
        let damage = DamagedBytes<TestPipeline>(
            restore: { bytes in
                var pipeline = TestPipeline(model)
                try pipeline.restore(bytes)
                return pipeline
            },
            encode: { $0.bytes },
            step: { pipeline, index in
                let example = TrainedModels.stream[index]
                return (pipeline.predict(example), pipeline.learn(example))
            },
            fault: { answer in
                switch model.task {
                case .regression: answer.count == 1 ? nil : "one number"
                case .binary: probabilityFault(answer)
                case .multiclass: answer.allSatisfy { $0.isNaN || ($0 >= 0 && $0 <= 1) } ? nil : "probabilities"
                }
            })
        damage.areRefusedOrHarmless(TrainedModels.trained(model, 40).bytes, rounds: 100, steps: 6)
    }

    /// The last number taken away, and the count of numbers with it.
    @Test(arguments: ["linear_momentum", "linear_adam", "linear_ada_delta", "linear_averager"])
    func numbersThatAreNoWholeColumnsAreRefused(_ name: String) throws {
        let model = try #require(Self.models.first { $0.description == name })
        let bytes = TrainedModels.trained(model, 40).bytes
        // Where the count may be: as many numbers follow as it says.
        let counts = (2..<min(128, bytes.count / 8)).filter { bytes[bytes.count - 8 * $0 - 1] == UInt8($0) }
        #expect(!counts.isEmpty)
        for count in counts {
            var damaged = Array(bytes.dropLast(8))
            damaged[bytes.count - 8 * count - 1] = UInt8(count - 1)
            #expect(throws: (any Error).self) {
                var pipeline = TestPipeline(model)
                try pipeline.restore(damaged)
            }
        }
    }

    @Test(arguments: models) func doubleWeightIsDoubleGradient(_ model: TestModel) {
        guard model.description.hasSuffix("_sgd") else { return }
        let (one, layout) = (LinearDocumentationTests.one, TestPipeline.layout)
        var (row, workspace) = (FeatureRow(layout), Pipeline.Workspace())
        row.setNumber(1, at: 0)
        func answer(_ weight: Double) -> Double {
            var pipeline = TestPipeline(model, isScaled: false).pipeline
            if model.task == .multiclass { pipeline.learn(row, .label(0), workspace: &workspace) }
            pipeline.learn(row, one.target(model.task), weight: weight, workspace: &workspace)
            var answer: [Double] = []
            pipeline.predict(row, into: &answer, workspace: &workspace)
            return answer[0]
        }
        // By the first step the answer moves in proportion, but for the curve of the logistic function.
        // An example without weight makes no class known.
        let (none, single, double) = (answer(model.task == .multiclass ? 1e-12 : 0), answer(1), answer(2))
        #expect(((double - none) / (single - none) - 2).magnitude < 0.02)
    }

    @Test func ftrlProximalHasAPenaltyOfItsOwn() throws {
        let declaration = try #require(Catalogue.declaration(named: "linear_regression"))
        let arguments = component(
            "linear_regression", ["optimizer": Self.optimizer("ftrl_proximal"), "l1": .number(0.1)]
        ).arguments
        #expect(
            declaration.conflict(arguments)
                == "l1 needs an optimizer with a step size; ftrl_proximal has an l1 of its own")
    }

    @Test func losesThatAnOptimizerLacksAreRefused() throws {
        let linear = try #require(Catalogue.declaration(named: "linear_regression"))
        let quantile: [String: Argument] = ["loss": Self.optimizer("quantile")]
        #expect(
            linear.conflict(component("linear_regression", quantile).arguments)
                == "the loss quantile needs an optimizer such as sgd")
        let invariant = quantile.merging(["optimizer": Self.optimizer("normalized_adaptive_invariant")]) { $1 }
        #expect(linear.conflict(component("linear_regression", invariant).arguments) == nil)
        let logistic = try #require(Catalogue.declaration(named: "logistic_regression"))
        let hinge: [String: Argument] = ["loss": Self.optimizer("hinge")]
        #expect(
            logistic.conflict(component("logistic_regression", hinge).arguments)
                == "the loss hinge needs an optimizer such as sgd")
        let averager = try #require(Catalogue.declaration(named: "averager"))
        #expect(
            averager.conflict(component("averager", ["optimizer": Self.optimizer("twin_ada_grad")]).arguments)
                == "an averager needs an optimizer such as sgd")
    }

    @Test func aPerceptronThatErredMovesByTheExample() {
        let inputs = LearnerInputs(task: .binary, numberCount: 1)
        let perceptron = component("perceptron", ["tempering": .boolean(false)])
        var (model, x, journal) = (Perceptron(perceptron, inputs: inputs), FeatureVector(), Journal())
        var row = FeatureRow(TestPipeline.layout)
        row.setNumber(1, at: 0)
        x.begin(row, slots: [0], columnCount: 1)
        #expect(model.learn(x, .label(1), weight: 1, journal: &journal))
        var answer: [Double] = []
        model.predict(x, into: &answer)
        #expect(isClose(answer[0], 0.8807970779778823))
        #expect(model.learn(x, .label(1), weight: 1, journal: &journal))
        model.predict(x, into: &answer)
        #expect(answer[0] == answer[1])
    }
}
