import OnlineLearning
import OnlineLearningChecks

/// Learners at other parameters than their defaults, where another path of the code is taken.
enum Variants {
    static let all: [LearnerSubject] = [
        linear("sgd", ["optimizer": sgd(0.01)]),
        linear(
            "intercept",
            [
                "optimizer": sgd(0.05), "intercept_init": .number(-5), "intercept_lr": .number(0.2),
                "clip_gradient": .number(2.5),
            ]),
        linear("absolute", ["optimizer": sgd(0.01), "loss": part("absolute")]),
        linear("huber", ["optimizer": sgd(0.01), "loss": part("huber")]),
        linear("l1", ["optimizer": sgd(0.01), "l1": .number(0.1)]),
        linear("l2", ["optimizer": sgd(0.01), "l2": .number(0.1)]),
        linear("standard, absolute", ["loss": part("absolute")]),
        linear("standard, huber", ["loss": part("huber")]),
        linear("standard before the ladder", ["optimizer": part("twin_ada_grad")]),
        linear("standard before the ladder, absolute", ["optimizer": part("twin_ada_grad"), "loss": part("absolute")]),
        linear("standard before the ladder, huber", ["optimizer": part("twin_ada_grad"), "loss": part("huber")]),
        logistic("standard before the ladder", ["optimizer": part("twin_ada_grad")]),
        softmax("standard before the ladder", ["optimizer": part("twin_ada_grad")]),
        logistic("sgd", ["optimizer": sgd(0.1)]),
        logistic("l1", ["optimizer": sgd(0.1), "l1": .number(0.02)]),
        logistic("l2", ["optimizer": sgd(0.1), "l2": .number(0.05)]),
        softmax("sgd", ["optimizer": sgd(0.1)]),
        softmax("l2", ["optimizer": sgd(0.1), "l2": .number(0.05)]),
        mixed("hoeffding_tree_classifier", .binary),
        mixed("hoeffding_tree_classifier", .multiclass),
        mixed("extremely_fast_decision_tree_classifier", .multiclass),
        mixed("arf_classifier", .binary),
        mixed("arf_classifier", .multiclass),
    ] + untempered + counting + plainTrees + before

    /// As it was before experts were judged by what they said when asked.
    private static let before = Task.allCases.map { task in
        LearnerSubject(
            Component(named: "auto", ["judged": .choice("labelled")]), task: task,
            description: "auto, judged when labelled")
    }

    /// Trees whose leaves answer by means or frequencies, with every splitter.
    private static let plainTrees =
        ["ebst_splitter", "qo_splitter", "tebst_splitter"].flatMap { splitter in
            ["hoeffding_tree_regressor", "hoeffding_adaptive_tree_regressor"].map { name in
                plain(name, .regression, "mean", ["splitter": part(splitter)], splitter)
            }
        } + ["exhaustive_splitter", "gaussian_splitter", "histogram_splitter"].map { splitter in
            plain("hoeffding_tree_classifier", .multiclass, "mc", ["splitter": part(splitter)], splitter)
        } + [
            plain("arf_regressor", .regression, "mean", [:]),
            plain("arf_classifier", .binary, "mc", [:]),
            plain("hoeffding_adaptive_tree_classifier", .multiclass, "mc", [:]),
        ]

    private static func plain(
        _ name: String, _ task: Task, _ leaf: String, _ arguments: [String: Argument], _ splitter: String? = nil
    ) -> LearnerSubject {
        // Eager, so that they split within the stream.
        let all = arguments.merging([
            "leaf_prediction": .choice(leaf), "grace_period": .integer(50), "delta": .number(0.05),
        ]) { $1 }
        let values = Catalogue.declaration(named: name)?.parameters.map { all[$0.name] ?? $0.defaultValue } ?? []
        return LearnerSubject(
            Component(name: name, arguments: values), task: task,
            description: "\(name), \(leaf)\(splitter.map { ", \($0)" } ?? "")")
    }

    /// As River has them.
    private static let untempered = ["bernoulli_nb", "complement_nb", "gaussian_nb", "multinomial_nb"].map { name in
        LearnerSubject(
            Component(named: name, ["tempering": .boolean(false)]), task: .multiclass,
            description: "\(name), not tempered")
    }

    /// Learners that count as long as nothing is split or balanced: a weight of 2 is two examples.
    private static let counting = [
        unsplit("hoeffding_tree_classifier", "mc", .multiclass), unsplit("hoeffding_tree_classifier", "nb", .binary),
        unsplit("extremely_fast_decision_tree_classifier", "nb", .multiclass),
        unsplit("hoeffding_tree_regressor", "mean", .regression),
        around("one_vs_rest_classifier", ["classifier": untemperedBayes], .multiclass),
        around("one_vs_one_classifier", ["classifier": untemperedBayes], .multiclass),
        around("output_code_classifier", ["classifier": untemperedBayes], .multiclass),
        around(
            "class_weighted", ["classifier": part("prior_classifier"), "class_weights": .numbers([1, 3])], .binary),
    ]

    private static let untemperedBayes = Argument.component(
        Component(named: "gaussian_nb", ["tempering": .boolean(false)]))

    /// A tree that never looks for a split.
    private static func unsplit(_ name: String, _ leaf: String, _ task: Task) -> LearnerSubject {
        let component = Component(
            named: name, ["leaf_prediction": .choice(leaf), "grace_period": .integer(1_000_000_000)])
        var subject = LearnerSubject(component, task: task, description: "\(name), \(leaf), unsplit")
        subject.weightIsRepetition = true
        // One leaf may be sure and wrong.
        subject.isCalibrated = false
        return subject
    }

    private static func around(
        _ name: String, _ arguments: KeyValuePairs<String, Argument>, _ task: Task
    ) -> LearnerSubject {
        var subject = LearnerSubject(
            Component(named: name, arguments), task: task, description: "\(name) of counts")
        subject.weightIsRepetition = true
        return subject
    }

    /// Trees whose leaves answer by a mixture.
    private static func mixed(_ name: String, _ task: Task) -> LearnerSubject {
        LearnerSubject(
            Component(named: name, ["leaf_prediction": .choice("mix")]), task: task, description: "\(name), mix")
    }

    private static func linear(_ what: String, _ arguments: KeyValuePairs<String, Argument>) -> LearnerSubject {
        subject("linear_regression", what, .regression, arguments)
    }

    private static func logistic(_ what: String, _ arguments: KeyValuePairs<String, Argument>) -> LearnerSubject {
        subject("logistic_regression", what, .binary, arguments)
    }

    private static func softmax(_ what: String, _ arguments: KeyValuePairs<String, Argument>) -> LearnerSubject {
        subject("softmax_regression", what, .multiclass, arguments)
    }

    private static func subject(
        _ name: String, _ what: String, _ task: Task, _ arguments: KeyValuePairs<String, Argument>
    ) -> LearnerSubject {
        var subject = LearnerSubject(Component(named: name, arguments), task: task, description: "\(name), \(what)")
        // No default diverges; descent at a rate that somebody chose may.
        if what.contains("standard") { return subject }
        subject.exceptions[.hostileStreamsAreSurvived] = "the step size is chosen, not the default"
        return subject
    }

    private static func sgd(_ rate: Double) -> Argument { .component(Component(named: "sgd", ["lr": .number(rate)])) }

    private static func part(_ name: String) -> Argument { .component(Component(named: name)) }
}
