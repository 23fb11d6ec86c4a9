import ModelLifecycle
import OnlineLearning
import Testing

@Suite("Specs: steps that name features and add numbers")
struct SpecTestsSteps {
    private let learner: SpecTree = "linear_regression"
    private let base = plainSpec.with(
        "features", ["a": "number", "b": "number", "f": "boolean", "c": "category", "d": "category", "w": "timestamp"])

    private func champion(
        _ steps: [SpecTree], _ learner: SpecTree = "linear_regression"
    ) throws -> PipelineDeclaration {
        try base.with("model", .list(steps + [learner])).spec.settings.model.pipeline
    }

    private func complaints(_ steps: SpecTree...) -> [String] {
        base.with("model", .list(steps + [learner])).complaints
    }

    @Test func numbersThatStepsAddCanBeNamedAfterThem() throws {
        let model = try champion([
            ["timestamp_parts": ["features": ["w"], "parts": ["hour", "hour_sin"]]], "standard_scaler",
            ["min_max_scaler": ["w_hour"]],
        ])
        #expect(model.derivedNumbers == ["w_hour", "w_hour_sin"])
        #expect(model.numbers == ["a", "b", "f"])
        // Without a list a step takes the contract's numbers alone.
        #expect(model.transformers.map(\.features) == [["w"], ["a", "b"], ["w_hour"]])
        #expect(
            complaints(["min_max_scaler": ["w_hour"]], ["timestamp_parts": ["w"]]) == [
                "model[0].min_max_scaler[0]: found 'w_hour', expected a feature"
            ])
    }

    @Test func aNameIsGivenOnce() {
        #expect(
            complaints(["ordinal_encoder": ["c"]], ["ordinal_encoder": ["c"]]) == [
                "model[1].ordinal_encoder: 'ordinal_encoder' would add 'c_ordinal', and there is a feature of that name"
            ])
        let named = base.with("features", ["a": "number", "a_2": "number"]).with("model", [["copy": ["a"]], learner])
        #expect(
            named.complaints == [
                "model[0].copy: 'copy' would add 'a_2', and there is a feature of that name"
            ])
    }

    @Test func featuresHaveKeysOfTheirOwnWhereTheyMeanDifferentThings() throws {
        let model = try champion([
            ["agg": ["on": "a", "by": ["c", "d"], "how": "max", "over": "24h"]], ["target_agg": ["by": "c"]],
        ])
        #expect(model.transformers.map(\.features) == [["a", "c", "d"], ["c"]])
        #expect(model.derivedNumbers == ["a_max_by_c_and_d", "y_mean_by_c"])
        #expect(try champion(["target_agg"]).derivedNumbers == ["y_mean"])
        #expect(
            complaints(["agg": ["by": ["c"]]]) == ["model[0].agg.on: found nothing, expected a feature"])
        #expect(
            complaints(["agg": ["on": "c", "over": "5"]]) == [
                "model[0].agg.on: found 'c', a category, expected a feature of type number or boolean, "
                    + "which 'agg' takes",
                "model[0].agg.over: found '5', expected a length of time from 1us to 3650d, such as 24h "
                    + "(with a unit: 5h, or w, d, m, s, ms, us)",
            ])
        #expect(
            complaints(["agg": ["on": "delay"]]) == [
                "model[0].agg.on: found 'delay', expected a feature "
                    + "(that is the target; its aggregates are target_agg's)"
            ])
        #expect(
            complaints(["agg": ["on": "a", "by": "c", "over": "1h", "buckets": "1000", "max_keys": "1e6"]]) == [
                "model[0].agg: buckets times max_keys must be at most 20000000"
            ])
        #expect(complaints(["agg": ["on": "a", "by": "c", "buckets": "1000", "max_keys": "1e6"]]) == [])
        #expect(complaints(["agg": ["a"]]).count == 1)
        #expect(complaints("agg").count == 1)
    }

    @Test func targetsOfSeveralClassesHaveNoMean() {
        let tree = multiclassSpec.with("model", [["target_encoder": ["carrier"]], "softmax_regression"])
        #expect(
            tree.complaints == [
                "model[0].target_encoder: 'target_encoder' learns from targets of type regression or binary, "
                    + "not multiclass"
            ])
    }

    @Test func whatIsNotSelectedDoesNotReachTheLearner() throws {
        let selected = try champion([["select": ["b", "c"]], "standard_scaler"], "hoeffding_tree_regressor")
        #expect(selected.numbers == ["b"])
        #expect(selected.categories == ["c"])
        #expect(selected.transformers.map(\.features) == [["b"]])
        let same = try champion([["discard": ["a", "f", "d", "w"]], "standard_scaler"], "hoeffding_tree_regressor")
        #expect(same == selected)
        // A number on which a step works before it is taken out.
        let worked = try champion([["polynomial_extender": ["a", "b"]], ["select": ["a*b"]]])
        #expect(worked.numbers == ["a", "b"])
        #expect(worked.hiddenNumbers == ["a", "b", "a*a", "b*b"])
        #expect(
            complaints(["discard": ["a"]], ["standard_scaler": ["a"]]) == [
                "model[1].standard_scaler[0]: found 'a', expected a feature "
                    + "(a step before has taken it out or given it another name)"
            ])
        #expect(
            complaints(["one_hot": ["c"]], ["select": ["a"]]) == [
                "model[1].select: the columns that 'one_hot' has added have no names to select them by "
                    + "(put select before one_hot)"
            ])
        let mistakes: [SpecTree] = [
            ["select": []], "select", ["select": "a"], ["discard": ["nope"]], ["select": ["a", "a"]],
        ]
        for wrong in mistakes {
            #expect(complaints(wrong).count == 1)
        }
    }

    @Test func aNewNameIsOnlyAName() throws {
        let renamed = try champion([["rename": ["a": "x", "b": "a"]], ["standard_scaler": ["x"]]])
        let plain = try champion([["standard_scaler": ["a"]]])
        #expect(renamed == plain)
        #expect(
            complaints(["rename": ["a": "b"]]) == [
                "model[0].rename.a: found 'b', expected a name that no feature has"
            ])
        #expect(complaints(["rename": ["a": "x"]], ["standard_scaler": ["a"]]).count == 1)
        let mistakes: [SpecTree] = [
            ["rename": ["nope": "x"]], ["rename": ["a"]], "rename", ["rename": ["a": "x", "b": "x"]],
        ]
        for wrong in mistakes {
            #expect(complaints(wrong).count == 1)
        }
        let closed = try champion([
            ["rename": ["c": "k"]], ["one_hot": ["features": ["k"], "categories": ["k": ["u", "v"]]]],
        ])
        #expect(
            closed.transformers[0].component.arguments[0]
                == .categories([Argument.FeatureCategories(feature: "c", names: ["u", "v"])]))
    }

    @Test func branchesOfAUnionWorkOnTheSameFeatures() throws {
        let model = try champion([
            ["union": [["standard_scaler"], [["min_max_scaler": ["a"]]], ["polynomial_extender"]]]
        ])
        // The second branch has a copy of what the first changes, the third reads copies that go no further.
        let names = ["copy", "copy", "standard_scaler", "min_max_scaler", "polynomial_extender", "discard"]
        #expect(model.transformers.map(\.component.name) == names)
        #expect(Set(model.derivedNumbers).isSuperset(of: ["a_2"]))
        #expect(model.transformers.first { $0.component.name == "standard_scaler" }?.features == ["a", "b"])
        #expect(model.transformers.first { $0.component.name == "min_max_scaler" }?.features == ["a_2"])
        #expect(!model.hiddenNumbers.contains("a") && !model.hiddenNumbers.contains("a_2"))
        // Afterwards both can be named.
        _ = try champion([["union": [["standard_scaler"], [["min_max_scaler": ["a"]]]]], ["binarizer": ["a", "a_2"]]])
        let parts = try champion([
            ["union": [[["select": ["a"]], "standard_scaler"], [["select": ["f", "c"]], ["one_hot": ["c"]]]]]
        ])
        #expect(parts.numbers == ["a", "f"])
    }

    @Test func unionsAreChecked() {
        #expect(
            complaints(["union": [["standard_scaler"]]]) == [
                "model[0].union: found a list, expected at least two branches"
            ])
        #expect(
            complaints(["union": [["standard_scaler"], [["union": [["normalizer"], ["binarizer"]]]]]]) == [
                "model[0].union[1][0].union: found 'union', expected a transformer "
                    + "(a union cannot be in a union; give the outer one more branches)"
            ])
        #expect(complaints(["union": [["standard_scaler"], ["linear_regression"]]]).count == 1)
        #expect(complaints("union").count == 1)
        #expect(complaints(["union": [[], ["standard_scaler"]]]).count == 1)
    }

    @Test func argumentsOfSeveralValues() throws {
        let texts = plainSpec.with("features", ["t": "text"])
        func text(_ arguments: SpecTree) -> [String] {
            texts.with("model", [["bag_of_words": arguments], "linear_regression"]).complaints
        }
        #expect(text(["ngram_range": ["1", "2"], "stop_words": ["the", "of"]]) == [])
        #expect(
            text(["ngram_range": ["2", "1"]]) == [
                "model[0].bag_of_words.ngram_range: found a list, expected two whole numbers from 1 to 5, [from, to]"
            ])
        #expect(text(["ngram_range": ["0", "1"]]).count == 1)
        #expect(text(["stop_words": ["a", "a"]]).count == 1)
        #expect(complaints(["timestamp_parts": ["parts": ["hour", "our"]]]).count == 1)
        #expect(complaints(["timestamp_parts": ["parts": []]]).count == 1)
    }

    @Test func classesHaveTheirNumbers() throws {
        func complaints(_ weights: SpecTree, _ tree: SpecTree = binarySpec) -> [String] {
            tree.with("model", ["standard_scaler", ["class_weighted": ["class_weights": weights]]]).complaints
        }
        let tree = binarySpec.with("target", ["name": "late", "type": "binary", "classes": ["no", "yes"]])
        let model = try tree.with(
            "model", [["class_weighted": ["class_weights": ["yes": "3", "no": "1"]]]]).spec.settings.model.pipeline
        #expect(model.learner.arguments[1] == .numbers([1, 3]))
        #expect(complaints(["false": "1", "true": "3"]) == [])
        #expect(
            complaints(["true": "3"]) == [
                "model[1].class_weighted.class_weights.false: found nothing, expected a number for each class"
            ])
        #expect(complaints(["false": "1", "true": "3", "yes": "1"]).count == 1)
        #expect(complaints(["false": "-1", "true": "3"]).count == 1)
        #expect(complaints(["a": "1"], multiclassSpec).count == 1)
    }

    @Test func aNumberSaysHowMuchAnExampleCounts() throws {
        let spec = try base.with("model", [["sample_weight": ["a"]], ["select": ["b"]], "statistic_regressor"]).spec
        #expect(spec.settings.model.pipeline.hiddenNumbers == ["a"])
        let layout = spec.contract.layout
        var model = Pipeline(spec.settings.model.pipeline, task: .regression, layout: layout)
        var (workspace, answer, row) = (Pipeline.Workspace(), [Double](), FeatureRow(layout))
        for (weight, y) in [(3.0, 1.0), (1, 5), (-2, 100), (.nan, 2)] {
            row.setNumber(weight, at: 0)
            row.setNumber(7, at: 1)
            #expect(model.learn(row, .value(y), workspace: &workspace))
            // What has no weight goes no further; else the weight itself is hidden from what follows.
            if !(weight < 0) { #expect(workspace.numbers == [7]) }
        }
        model.predict(row, into: &answer, workspace: &workspace)
        // 3 times 1, once 5, never 100, once 2.
        #expect(answer == [2])
        #expect(complaints("sample_weight").count == 1)
        #expect(complaints(["sample_weight": ["a", "b"]]).count == 1)
        #expect(complaints(["sample_weight": ["c"]]).count == 1)
    }

    @Test func theLearnerGetsWhatTheDeclarationSays() throws {
        let spec = try base.with(
            "model",
            .list([
                ["polynomial_extender": ["a", "b"]], ["discard": ["b", "a*a"]], ["standard_scaler": ["a*b"]],
                "knn_regressor",
            ])
        ).spec
        let layout = spec.contract.layout
        var model = Pipeline(spec.settings.model.pipeline, task: .regression, layout: layout)
        var (workspace, answer, row) = (Pipeline.Workspace(), [Double](), FeatureRow(layout))
        for (a, b) in [(2.0, 3.0), (4, 5)] {
            row.setNumber(a, at: 0)
            row.setNumber(b, at: 1)
            row.setNumber(1, at: 2)
            #expect(model.learn(row, .value(1), workspace: &workspace))
        }
        model.predict(row, into: &answer, workspace: &workspace)
        // a, f, then a*b scaled: 20 among 6 and 20; and b*b.
        #expect(workspace.numbers == [4, 1, 1, 25])
    }
}
