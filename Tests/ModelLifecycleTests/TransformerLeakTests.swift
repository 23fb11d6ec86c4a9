import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

/// Nothing of the future: a label that becomes known after an instant changes no answer given at or before it, whatever
/// the model is made of. Through the whole fold, with labels that come late and in another order.
@Suite struct TransformerLeakTests {
    /// A form of every transformer, on the features of ``spec(_:_:)``.
    private static let steps: [SpecTree] = [
        ["one_hot": ["c"]], ["one_hot": ["features": ["d"], "max_categories": "3"]], ["ordinal_encoder": ["c"]],
        ["target_encoder": ["c", "d"]], ["target_encoder": ["features": ["d"], "prior_weight": "1"]],
        ["feature_hasher": ["features": ["d"], "n_features": "16"]], ["cross": ["c", "d"]], "standard_scaler",
        "min_max_scaler", "max_abs_scaler", "robust_scaler", "normalizer", ["binarizer": ["x"]],
        ["stat_imputer": ["features": ["x"], "how": "median"]], "previous_imputer", ["polynomial_extender": ["x", "z"]],
        ["agg": ["on": "x", "by": ["c"], "over": "20s", "buckets": "4"]], ["agg": ["on": "z", "how": "max"]],
        ["target_agg": ["by": ["c"], "over": "30s"]], ["target_agg": ["by": ["d", "x"], "how": "var"]],
        ["target_agg": ["by": "c", "how": "bayes_mean", "prior": "1"]], ["timestamp_parts": ["w"]],
        ["bag_of_words": ["t"]], ["tfidf": ["t"]], ["variance_threshold": ["threshold": "0.5"]],
        ["select_k_best": ["k": "1"]], ["copy": ["x"]], ["discard": ["z"]],
        ["union": [["standard_scaler"], [["select_k_best": ["features": ["x", "z"], "k": "1"]]]]],
    ]

    private static func spec(_ task: String, _ generator: inout SeededGenerator) -> SpecTree {
        var model: [SpecTree] = []
        for _ in 0...generator.below(5) { model.append(steps[generator.below(steps.count)]) }
        let learners: [SpecTree] =
            task == "regression"
            ? [
                ["linear_regression": ["optimizer": ["sgd": ["lr": "0.01"]], "clip_gradient": "10"]],
                ["hoeffding_tree_regressor": ["grace_period": "20", "max_depth": "4"]],
                ["knn_regressor": ["n_neighbors": "3"]],
            ]
            : [
                "logistic_regression", "gaussian_nb",
                ["hoeffding_tree_classifier": ["grace_period": "20", "max_depth": "4"]],
            ]
        return tenSecondSpec.with(
            "features",
            [
                "x": ["type": "number", "optional": "true"], "z": ["type": "number", "optional": "true"],
                "c": ["type": "category", "optional": "true"], "d": "category", "t": "text", "w": "timestamp",
            ]
        ).with("target", ["name": "y", "type": .plain(task), "horizon": "40s"]).with("metrics", nil).with(
            "model", .list(model + [learners[generator.below(learners.count)]]))
    }

    private struct Question {
        let time: Int64
        let labelTime: Int64
        let x: Double
        let z: Double
        let c: String?
        let d: String
    }

    private static func questions(_ generator: inout SeededGenerator) -> [Question] {
        var time: Int64 = 0
        return (0..<200).map { _ in
            time += Int64(generator.below(4))
            return Question(
                time: time, labelTime: time + Int64(1 + generator.below(30)),
                x: generator.below(6) == 0 ? .nan : 4 * generator.uniform() - 2, z: generator.uniform(),
                c: [nil, "a", "b", "e"][generator.below(4)], d: "d\(generator.below(7))")
        }
    }

    private static func row(_ question: Question, _ layout: FeatureLayout) -> FeatureRow {
        var row = FeatureRow(layout)
        func slot(_ name: String) -> Int { layout.index(of: name).map { layout.slots[$0] } ?? 0 }
        row.setNumber(question.x, at: slot("x"))
        row.setNumber(question.z, at: slot("z"))
        if let c = question.c { row.setString(c, at: slot("c")) }
        row.setString(question.d, at: slot("d"))
        row.setString("a \(question.d) of \(question.c ?? "none")", at: slot("t"))
        row.setTimestamp(question.time * 3_700_000_000, at: slot("w"))
        return row
    }

    /// The bits of all answers, in the order of the questions.
    private static func answers(
        _ spec: Spec, _ questions: [Question], task: String, labels: (Int) -> Int
    ) -> [[UInt64]] {
        var fold = TestFold(spec)
        var answers: [[UInt64]] = []
        var steps: [(time: Int64, index: Int, isLabel: Bool)] = []
        for (index, question) in questions.enumerated() {
            steps.append((question.time, index, false))
            steps.append((question.labelTime, index, true))
        }
        steps.sort { ($0.time, $0.index, $0.isLabel ? 1 : 0) < ($1.time, $1.index, $1.isLabel ? 1 : 0) }
        for step in steps {
            let id = EventID("id\(step.index)")
            if step.isLabel {
                let value = labels(step.index)
                let label: Label = task == "regression" ? .number(Double(value)) : .listed(value % 2)
                let event = Event(
                    .label(label), time: second(step.time), id: id, features: FeatureRow(fold.layout))
                #expect(fold.apply(event) == .learned)
            } else {
                let features = row(questions[step.index], fold.layout)
                let event = Event(.prediction, time: second(step.time), id: id, features: features)
                #expect(fold.apply(event) == .predicted)
                answers.append(fold.outcome.answer.map(\.bitPattern))
            }
        }
        return answers
    }

    @Test(arguments: ["regression", "binary"], Array(UInt64(1)...40))
    func labelsAfterAnInstantChangeNoAnswerUpToIt(_ task: String, _ seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var tree = Self.spec(task, &generator)
        // Steps drawn at random may not go together, as two that add the same number.
        while !tree.complaints.isEmpty { tree = Self.spec(task, &generator) }
        let (spec, questions) = (try tree.spec, Self.questions(&generator))
        let values = questions.map { _ in generator.below(10) }
        let shuffled = questions.map { _ in generator.below(10) }
        let instant = questions[100 + generator.below(40)].time
        let answers = Self.answers(spec, questions, task: task) { values[$0] }
        let others = Self.answers(spec, questions, task: task) {
            questions[$0].labelTime > instant ? shuffled[$0] : values[$0]
        }
        for (index, question) in questions.enumerated() where question.time <= instant {
            #expect(answers[index] == others[index], "\(tree) leaks into question \(index)")
        }
        #expect(answers != others, "labels teach nothing to \(tree)")
    }

    @Test func everyTransformerIsAmongTheSteps() {
        let names = Self.steps.map { step -> String in
            switch step {
            case .plain(let name): name
            case .map(let entries): entries[0].0
            default: ""
            }
        }
        for transformer in Catalogue.transformers { #expect(names.contains(transformer.declaration.name)) }
    }
}

/// Aggregates run on log time and on what is known by then.
@Suite struct AggregateFoldTests {
    private let spec = tenSecondSpec.with("target", ["name": "y", "type": "regression", "horizon": "100s"])

    /// What the aggregate is for a question at a time, told by what reaches the learner.
    @Test func aTargetCountsFromItsLabelOnAndForTheWindow() throws {
        let learner: SpecTree = ["knn_regressor": ["n_neighbors": "1"]]
        let nearest = spec.with(
            "model",
            [["target_agg": ["by": ["c"], "over": "20s", "buckets": "20"]], ["select": ["y_mean_by_c"]], learner])
        var fold = try TestFold(nearest)
        // Asked at 0, labelled at 10; asked again at 5, 15 and 40.
        fold.predict("a", at: 0, c: "k")
        fold.predict("b", at: 5, c: "k")
        fold.label("a", at: 10, 8)
        fold.predict("c", at: 15, c: "k")
        fold.label("b", at: 20, 2)
        fold.label("c", at: 21, 5)
        let known = fold.state.learned.models[0].pipeline
        func features(at second: Int64) -> [Double] {
            var (workspace, answer) = (Pipeline.Workspace(), [Double]())
            workspace.time = second * 1_000_000
            known.predict(fold.row(1, "k"), into: &answer, workspace: &workspace)
            return workspace.numbers
        }
        #expect(features(at: 21) == [5])
        #expect(features(at: 29) == [5])
        #expect(features(at: 30) == [3.5])
        #expect(features(at: 40) == [5])
        #expect(features(at: 41) == [0])
    }
}
