import Determinism
import OnlineLearning

/// A tree regressor under test, with the parameters that reach different code.
struct RegressionTreeModel: Sendable, CustomStringConvertible {
    let description: String
    let learner: Component

    init(_ description: String, _ learner: String, _ arguments: [String: Argument]) {
        self.description = description
        self.learner = component(learner, arguments)
    }

    private init(_ description: String, _ learner: Component) {
        (self.description, self.learner) = (description, learner)
    }

    /// The same with leaves that answer the mean.
    var withoutModels: RegressionTreeModel? {
        guard let declaration = Catalogue.declaration(named: learner.name),
            let index = declaration.parameters.firstIndex(where: { $0.name == "leaf_prediction" })
        else { return nil }
        var arguments = learner.arguments
        arguments[index] = .choice("mean")
        return RegressionTreeModel(description, Component(name: learner.name, arguments: arguments))
    }

    /// Trees that split early and often.
    static let all: [RegressionTreeModel] = ["hoeffding_tree_regressor", "hoeffding_adaptive_tree_regressor"].flatMap {
        name in
        let prefix = name == "hoeffding_tree_regressor" ? "htr" : "hatr"
        let eager: [String: Argument] = ["grace_period": .integer(20), "delta": .number(0.2), "tau": .number(0.2)]
        return [
            RegressionTreeModel("\(prefix)", name, eager),
            RegressionTreeModel("\(prefix)_mean", name, eager.merging(["leaf_prediction": .choice("mean")]) { $1 }),
            RegressionTreeModel(
                "\(prefix)_river_model", name,
                eager.merging([
                    "leaf_prediction": .choice("model"), "clamp_models": .boolean(false), "leaf_model": sgd,
                ]) { $1 }),
            RegressionTreeModel(
                "\(prefix)_qo", name,
                eager.merging([
                    "splitter": .component(
                        component(
                            "qo_splitter", ["radius": .number(0.25), "allow_multiway_splits": .boolean(true)])),
                    "min_samples_split": .integer(1), "merit_preprune": .boolean(false),
                ]) { $1 }),
            RegressionTreeModel(
                "\(prefix)_ebst", name,
                eager.merging([
                    "splitter": .component(component("ebst_splitter", ["max_nodes": .integer(50)])),
                    "remove_poor_attrs": .boolean(true), "max_depth": .integer(3), "binary_split": .boolean(true),
                ]) { $1 }),
            RegressionTreeModel("\(prefix)_small", name, eager.merging(["max_size": .number(0.03)]) { $1 }),
            RegressionTreeModel(
                "\(prefix)_stopping", name,
                eager.merging(["max_size": .number(0.03), "stop_mem_management": .boolean(true)]) { $1 }),
        ]
    }

    private static let sgd = Argument.component(
        component("linear_regression", ["optimizer": .component(component("sgd"))]))
}

/// A pipeline of three numbers and a category that end in a tree as they are, with all that a call needs.
struct RegressionTreePipeline {
    var pipeline: Pipeline
    private var row: FeatureRow
    private var workspace = Pipeline.Workspace()

    private static let numbers = ["n0", "n1", "n2"]
    private static let layout = FeatureLayout(numbers.map { ($0, .number) } + [("c", .category)])

    /// - Parameter encoder: what encodes the category; nil where it goes to the tree as it is.
    init(_ learner: Component, encoder: Component? = nil) {
        let declaration = PipelineDeclaration(
            numbers: Self.numbers, categories: encoder == nil ? ["c"] : [],
            transformers: encoder.map { [PipelineDeclaration.Step($0, features: ["c"])] } ?? [], learner: learner)
        pipeline = Pipeline(declaration, task: .regression, layout: Self.layout)
        row = FeatureRow(Self.layout)
    }

    private mutating func fill(_ example: Example) {
        row.removeAll()
        for i in example.numbers.indices { row.setNumber(example.numbers[i], at: i) }
        if let category = example.category { row.setString(category, at: 0) }
    }

    mutating func predict(_ example: Example) -> Double {
        fill(example)
        var answer: [Double] = []
        pipeline.predict(row, into: &answer, workspace: &workspace)
        return answer[0]
    }

    @discardableResult
    mutating func learn(_ example: Example, weight: Double = 1) -> Bool {
        fill(example)
        return pipeline.learn(row, .value(example.value), weight: weight, workspace: &workspace)
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

    static func trained(_ model: RegressionTreeModel, _ stream: [Example], encoder: Component? = nil)
        -> RegressionTreePipeline
    {
        var pipeline = RegressionTreePipeline(model.learner, encoder: encoder)
        for example in stream { pipeline.learn(example) }
        return pipeline
    }

    /// Examples in which the category and the first number matter, and what they mean changes halfway.
    static func drifting(_ count: Int, seed: UInt64) -> [Example] {
        var stream = Example.stream(count, seed: seed)
        for index in stream.indices where index > count / 2 {
            stream[index].value = 30 - 4 * (stream[index].numbers[2].isNaN ? 0 : stream[index].numbers[2])
        }
        return stream
    }
}
