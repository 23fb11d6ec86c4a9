import Determinism
import OnlineLearning
import Testing

/// A learner with its parameters, as the tests know it by name.
struct TestModel: Sendable, CustomStringConvertible {
    let description: String
    let learner: Component

    init(_ description: String, _ learner: String, _ arguments: [String: Argument] = [:]) {
        self.description = description
        self.learner = component(learner, arguments)
    }

    var task: Task {
        switch learner.name {
        case "linear_regression": .regression
        case "logistic_regression": .binary
        default: .multiclass
        }
    }

    static let all = [
        TestModel("linear_sgd", "linear_regression", ["optimizer": sgd(0.01)]),
        TestModel(
            "linear_intercept", "linear_regression",
            [
                "optimizer": sgd(0.05), "intercept_init": .number(-5), "intercept_lr": .number(0.2),
                "clip_gradient": .number(2.5),
            ]),
        TestModel("linear_absolute", "linear_regression", ["optimizer": sgd(0.01), "loss": loss("absolute")]),
        TestModel("linear_huber", "linear_regression", ["optimizer": sgd(0.01), "loss": loss("huber")]),
        TestModel("linear_l1", "linear_regression", ["optimizer": sgd(0.01), "l1": .number(0.1)]),
        TestModel("linear_l2", "linear_regression", ["optimizer": sgd(0.01), "l2": .number(0.1)]),
        TestModel("logistic_sgd", "logistic_regression", ["optimizer": sgd(0.1)]),
        TestModel("logistic_l1", "logistic_regression", ["optimizer": sgd(0.1), "l1": .number(0.02)]),
        TestModel("logistic_l2", "logistic_regression", ["optimizer": sgd(0.1), "l2": .number(0.05)]),
        TestModel("softmax_sgd", "softmax_regression", ["optimizer": sgd(0.1)]),
        TestModel("softmax_l2", "softmax_regression", ["optimizer": sgd(0.1), "l2": .number(0.05)]),
        TestModel("linear_twin", "linear_regression", ["optimizer": twins]),
        TestModel("linear_twin_absolute", "linear_regression", ["optimizer": twins, "loss": loss("absolute")]),
        TestModel("linear_twin_huber", "linear_regression", ["optimizer": twins, "loss": loss("huber")]),
        TestModel("logistic_twin", "logistic_regression", ["optimizer": twins]),
        TestModel("softmax_twin", "softmax_regression", ["optimizer": twins]),
    ]

    /// What a spec gets that names no optimizer.
    static let ladders = [
        TestModel("linear_ladder", "linear_regression"),
        TestModel("linear_ladder_absolute", "linear_regression", ["loss": loss("absolute")]),
        TestModel("linear_ladder_huber", "linear_regression", ["loss": loss("huber")]),
        TestModel("logistic_ladder", "logistic_regression"),
        TestModel("softmax_ladder", "softmax_regression"),
    ]

    private static let twins = Argument.component(component("twin_ada_grad"))

    private static func sgd(_ rate: Double) -> Argument { .component(component("sgd", ["lr": .number(rate)])) }

    private static func loss(_ name: String) -> Argument { .component(component(name)) }
}

/// The component of a name, the other parameters at their defaults.
func component(_ name: String, _ arguments: [String: Argument] = [:]) -> Component {
    guard let declaration = Catalogue.declaration(named: name) else { preconditionFailure("no \(name)") }
    precondition(arguments.keys.allSatisfy { key in declaration.parameters.contains { $0.name == key } })
    return Component(
        name: name, arguments: declaration.parameters.map { arguments[$0.name] ?? $0.defaultValue })
}

/// One example of three numbers and a category.
struct Example: Sendable {
    var numbers: [Double]
    var category: String?
    var value: Double
    /// 0, 1 or 2; in a binary task 2 is the positive class.
    var label: Int

    func target(_ task: Task) -> Target {
        switch task {
        case .regression: .value(value)
        case .binary: .label(label == 2 ? 1 : 0)
        case .multiclass: .label(label)
        }
    }

    /// The same examples for the same seed, with missing numbers and categories.
    static func stream(_ count: Int, seed: UInt64) -> [Example] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            var numbers = [0.0, 10, -3].map { $0 + 4 * generator.uniform() - 2 }
            let letter = generator.below(5)
            let value = numbers[0] - 0.5 * numbers[1] + (letter == 2 ? 3 : 0) + generator.uniform()
            for i in numbers.indices where generator.below(8) == 0 { numbers[i] = .nan }
            return Example(
                numbers: numbers, category: generator.below(10) == 0 ? nil : ["a", "b", "c", "d", "e"][letter],
                value: value, label: value > -3 ? 2 : value > -5 ? 1 : 0)
        }
    }
}

/// A pipeline with all that a call needs.
struct TestPipeline {
    var pipeline: Pipeline
    private var row: FeatureRow
    private var workspace = Pipeline.Workspace()

    private static let numbers = ["n0", "n1", "n2"]
    static let layout = FeatureLayout(numbers.map { ($0, .number) } + [("c", .category)])

    init(_ model: TestModel, isScaled: Bool = true, encoder: Component = component("one_hot")) {
        var steps = [PipelineDeclaration.Step(encoder, features: ["c"])]
        if isScaled { steps.append(.init(component("standard_scaler"), features: Self.numbers)) }
        let declaration = PipelineDeclaration(numbers: Self.numbers, transformers: steps, learner: model.learner)
        pipeline = Pipeline(declaration, task: model.task, layout: Self.layout)
        row = FeatureRow(Self.layout)
    }

    private mutating func fill(_ example: Example) {
        row.removeAll()
        for i in example.numbers.indices { row.setNumber(example.numbers[i], at: i) }
        if let category = example.category { row.setString(category, at: 0) }
    }

    mutating func predict(_ example: Example) -> [Double] {
        fill(example)
        var answer: [Double] = []
        pipeline.predict(row, into: &answer, workspace: &workspace)
        return answer
    }

    @discardableResult
    mutating func learn(_ example: Example) -> Bool {
        fill(example)
        return pipeline.learn(row, example.target(pipeline.task), workspace: &workspace)
    }

    @discardableResult
    mutating func learn(_ example: Example, _ target: Target) -> Bool {
        fill(example)
        return pipeline.learn(row, target, workspace: &workspace)
    }

    var bytes: [UInt8] {
        var encoder = CanonicalEncoder()
        pipeline.encode(to: &encoder)
        return encoder.bytes
    }

    mutating func restore(_ bytes: [UInt8]) throws {
        var decoder = CanonicalDecoder(bytes)
        try pipeline.restore(from: &decoder)
        try decoder.finish()
    }
}

/// Equal to 10⁻⁹ relative.
func isClose(_ a: Double, _ b: Double) -> Bool {
    (a - b).magnitude <= 1e-9 * max(a.magnitude, b.magnitude)
}
