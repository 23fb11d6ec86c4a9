import Determinism
import Dispatch
import OnlineLearning
import Testing

/// An ensemble with its parameters and a task, as the tests know it by name.
struct Ensemble: Sendable, CustomStringConvertible {
    let description: String
    let component: Component
    let task: OnlineLearning.Task

    init(
        _ description: String, _ name: String, _ task: OnlineLearning.Task, _ arguments: [String: Argument] = [:]
    ) {
        (self.description, self.task) = (description, task)
        component = Self.component(name, arguments)
    }

    static let logistic = Argument.component(
        component(
            "logistic_regression", ["optimizer": .component(component("sgd", ["lr": .number(0.1)]))]))
    static let linear = Argument.component(
        component(
            "linear_regression", ["optimizer": .component(component("sgd", ["lr": .number(0.01)]))]))
    private static let softmax = Argument.component(component("softmax_regression"))
    private static let tree = Argument.component(
        component("hoeffding_tree_classifier", ["grace_period": .integer(20), "delta": .number(0.1)]))
    private static let regressionTree = Argument.component(
        component("hoeffding_tree_regressor", ["grace_period": .integer(20), "delta": .number(0.1)]))
    private static let few: (name: String, value: Argument) = ("n_models", .integer(4))

    static let all: [Ensemble] =
        ["bagging_classifier", "adwin_bagging_classifier", "ada_boost_classifier", "bole_classifier"].flatMap { name in
            [
                Ensemble("\(name) binary", name, .binary, ["model": logistic, "n_models": .integer(4)]),
                Ensemble("\(name) multiclass", name, .multiclass, ["model": softmax, "n_models": .integer(4)]),
            ]
        }
        + ["bag", "me", "half", "wt", "subag"].map { method in
            Ensemble(
                "leveraging \(method)", "leveraging_bagging_classifier", .binary,
                ["model": tree, "n_models": .integer(4), "bagging_method": .choice(method)])
        }
        + ["patches", "subspaces", "resampling"].map { method in
            Ensemble(
                "srp \(method)", "srp_classifier", .multiclass,
                ["model": tree, "n_models": .integer(4), "training_method": .choice(method)])
        }
        + [
            Ensemble("bagging trees", "bagging_classifier", .multiclass, ["model": tree, "n_models": .integer(4)]),
            Ensemble("bagging regressor", "bagging_regressor", .regression, ["model": linear]),
            Ensemble(
                "srp regressor", "srp_regressor", .regression,
                ["model": regressionTree, "n_models": .integer(4), "disable_weighted_vote": .boolean(false)]),
            Ensemble(
                "srp median", "srp_regressor", .regression,
                ["model": linear, "n_models": .integer(4), "aggregation_method": .choice("median")]),
            Ensemble("voting", "voting_classifier", .binary, ["models": .components(voters)]),
            Ensemble(
                "voting choices", "voting_classifier", .binary,
                ["models": .components(voters), "use_probabilities": .boolean(false)]),
            Ensemble("forest binary", "arf_classifier", .binary, ["n_models": .integer(5)]),
            Ensemble(
                "forest multiclass", "arf_classifier", .multiclass,
                ["n_models": .integer(5), "warning_detector": .component(component("ddm"))]),
            Ensemble("regression forest", "arf_regressor", .regression, ["n_models": .integer(5)]),
            Ensemble(
                "regression forest mean", "arf_regressor", .regression,
                [
                    "n_models": .integer(3), "aggregation_method": .choice("mean"),
                    "disable_weighted_vote": .boolean(false),
                ]),
        ]

    private static let voters = [component("logistic_regression"), component("hoeffding_tree_classifier")]

    static func component(_ name: String, _ arguments: [String: Argument] = [:]) -> Component {
        guard let declaration = Catalogue.declaration(named: name) else { preconditionFailure("no \(name)") }
        precondition(arguments.keys.allSatisfy { key in declaration.parameters.contains { $0.name == key } })
        return Component(
            name: name, arguments: declaration.parameters.map { arguments[$0.name] ?? $0.defaultValue })
    }

    /// The learner, without what it would be wrapped in elsewhere.
    static func make(_ component: Component, _ task: OnlineLearning.Task) -> any Learner {
        type(component).init(component, inputs: LearnerInputs(task: task, numberCount: Flow.featureCount))
    }

    private static func type(_ component: Component) -> any Learner.Type {
        if let type = Catalogue.learners.first(where: { $0.declaration.name == component.name }) { return type }
        guard let wrapper = Catalogue.wrappers.first(where: { $0.declaration.name == component.name }),
            case .component(let member) = component.arguments[0]
        else { preconditionFailure("no \(component.name)") }
        return wrapper.wrapping(type(member))
    }
}

/// Examples of four numbers, whose rule turns around in the middle.
struct Flow: Sendable {
    struct Example: Sendable {
        var numbers: [Double]
        var value: Double
        var label: Int
    }

    static let featureCount = 4
    static let layout = FeatureLayout((0..<featureCount).map { ("n\($0)", .number) })
    static let slots = Array(0..<featureCount)

    static func examples(_ count: Int, seed: UInt64) -> [Example] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { index in
            var numbers = (0..<featureCount).map { _ in 4 * generator.uniform() - 2 }
            let sign = index < count / 2 ? 1.0 : -1
            let value = sign * (3 * numbers[0] - numbers[1]) + 0.3 * generator.uniform()
            if generator.below(10) == 0 { numbers[generator.below(featureCount)] = .nan }
            return Example(numbers: numbers, value: value, label: value > 1.5 ? 2 : value > -1.5 ? 1 : 0)
        }
    }

    static func target(_ example: Example, _ task: OnlineLearning.Task) -> Target {
        switch task {
        case .regression: .value(example.value)
        case .binary: .label(example.label > 0 ? 1 : 0)
        case .multiclass: .label(example.label)
        }
    }
}

/// A learner with all that a call needs.
struct Subject {
    var learner: any Learner
    let task: OnlineLearning.Task
    var journal = Journal()
    private var vector = FeatureVector()
    private var row = FeatureRow(Flow.layout)

    init(_ ensemble: Ensemble, workers: (any Workers)? = nil) {
        task = ensemble.task
        learner = Ensemble.make(ensemble.component, ensemble.task)
        journal.workers = workers
    }

    private mutating func fill(_ example: Flow.Example) {
        row.removeAll()
        for index in example.numbers.indices { row.setNumber(example.numbers[index], at: index) }
        vector.begin(row, slots: Flow.slots, columnCount: Flow.featureCount)
    }

    @discardableResult
    mutating func learn(_ example: Flow.Example, weight: Double = 1) -> Bool {
        fill(example)
        return learner.learn(vector, Flow.target(example, task), weight: weight, journal: &journal)
    }

    mutating func predict(_ example: Flow.Example) -> [Double] {
        fill(example)
        var answer = [7.0]
        learner.predict(vector, into: &answer)
        #expect(answer[0] == 7)
        return Array(answer.dropFirst())
    }

    var bytes: [UInt8] {
        var encoder = CanonicalEncoder()
        learner.encode(to: &encoder)
        return encoder.bytes
    }

    mutating func restore(_ bytes: [UInt8]) throws {
        var decoder = CanonicalDecoder(bytes)
        try learner.restore(from: &decoder)
        try decoder.finish()
    }
}

/// Works on all cores.
struct ThreadedWorkers: Workers {
    func perform(_ count: Int, _ body: @Sendable (Int) -> Void) {
        DispatchQueue.concurrentPerform(iterations: count, execute: body)
    }
}

/// Works alone, from the last to the first.
struct BackwardWorkers: Workers {
    func perform(_ count: Int, _ body: @Sendable (Int) -> Void) {
        for index in (0..<count).reversed() { body(index) }
    }
}
