import Determinism
import ModelLifecycle
import OnlineLearning
import Testing

@Suite("Specs: models and components")
struct SpecTestsModel {
    private func complaints(_ model: SpecTree) -> [String] { plainSpec.with("model", model).complaints }
    private func champion(_ model: SpecTree) throws -> PipelineDeclaration {
        try plainSpec.with("model", model).spec.settings.model.pipeline
    }

    private let encoder: SpecTree = ["one_hot": ["carrier"]]

    @Test func aSingleLearnerMayStandWithoutAList() throws {
        let listed = try champion(["linear_regression"])
        #expect(try champion("linear_regression") == listed)
        #expect(try champion(["linear_regression": [:]]) == listed)
        #expect(listed.numbers == ["distance", "night"])
        #expect(listed.learner == Catalogue.declaration(named: "linear_regression")?.withDefaults)
        #expect(listed.transformers.isEmpty)
    }

    @Test func aTransformerTakesItsKindOrWhatItIsGiven() throws {
        let usual = try champion(["one_hot", "standard_scaler", "linear_regression"])
        #expect(usual.transformers.map(\.features) == [["carrier"], ["distance"]])
        let given = try champion([encoder, ["standard_scaler": ["night", "distance"]], "linear_regression"])
        #expect(given.transformers.map(\.features) == [["carrier"], ["night", "distance"]])
        let both = try champion([
            ["standard_scaler": ["with_std": "false", "features": ["distance"]]], "linear_regression",
        ])
        #expect(both.transformers[0].features == ["distance"])
        #expect(both.transformers[0].component == Component(name: "standard_scaler", arguments: [.boolean(false)]))
    }

    @Test func everyTransformerOfTheCatalogueFindsItsFeatures() {
        let all = plainSpec.with(
            "features", ["n": "number", "b": "boolean", "c": "category", "t": "text", "w": "timestamp"])
        for transformer in Catalogue.transformers.map({ $0.declaration }) {
            let name = SpecTree.plain(transformer.name)
            // Where features have keys of their own, `on` is what must be named.
            let step: SpecTree = transformer.name == "agg" ? ["agg": ["on": "n"]] : name
            #expect(all.with("model", [step, "linear_regression"]).complaints == [])
        }
    }

    @Test func everyLearnerOfTheCatalogueServesItsTask() {
        for learner in Catalogue.learners {
            for task in learner.tasks {
                let target: SpecTree = ["name": "y", "type": .plain(task.name)]
                let tree = plainSpec.with("target", target).with("model", .plain(learner.declaration.name))
                #expect(tree.complaints == [])
            }
        }
    }

    @Test func featuresOfATransformerMustBeThereAndFit() {
        #expect(
            complaints([
                ["one_hot": ["carier", "distance", "carrier", "carrier"]], ["standard_scaler": ["carrier"]],
                ["one_hot": []], ["one_hot": "carrier"], ["one_hot": ["features": ["nope"], "drop_zeros": "1"]],
                "linear_regression",
            ]) == [
                "model[0].one_hot[0]: found 'carier', expected a feature (did you mean 'carrier'?)",
                "model[0].one_hot[1]: found 'distance', a number, expected a feature of type category, "
                    + "which 'one_hot' takes",
                "model[0].one_hot[3]: found 'carrier' again, first on line 25, expected each feature once",
                "model[1].standard_scaler[0]: found 'carrier', a category, expected a feature of type number or "
                    + "boolean, which 'standard_scaler' takes",
                "model[2].one_hot: found an empty list, expected at least one feature",
                "model[3].one_hot: found 'carrier', expected a list of features or a map of parameters "
                    + "(in brackets: [carrier])",
                "model[4].one_hot.features[0]: found 'nope', expected a feature",
                "model[4].one_hot.drop_zeros: found '1', expected true or false",
            ])
    }

    @Test func aTransformerNeedsSomethingToWorkOn() {
        let tree = plainSpec.with("features", ["carrier": "category", "night": "boolean"])
        #expect(
            tree.complaints == ["model[1]: there is no feature of type number for 'standard_scaler' to work on"])
        // Not where the number may be the feature whose type is misspelt.
        #expect(plainSpec.with("features", ["carrier": "category", "distance": "nmber"]).complaints.count == 1)
    }

    @Test func aModelEndsInOneFittingLearner() {
        expect(
            ["linear_regression", "linear_regression"],
            "model[0]: found the learner 'linear_regression' before the end, expected a transformer",
            "15 more (a model has one learner, at its end)")
        expect(
            ["standard_scaler"],
            "model[0]: found the transformer 'standard_scaler' at the end, expected a learner for regression",
            "7 more (a learner must follow)")
        expect(
            ["logistic_regression"],
            "model[0]: found 'logistic_regression', a learner for binary, expected a learner for regression: one of "
                + "linear_regression",
            "7 more")
        expect(
            ["standard_scalar", "linear_regression"],
            "model[0]: found 'standard_scalar', expected a transformer: one of standard_scaler",
            "15 more (did you mean 'standard_scaler'?)")
        expect(
            ["LinearRegression"],
            "model[0]: found 'LinearRegression', expected a learner for regression: one of linear_regression",
            "7 more (here it is called 'linear_regression')")
    }

    /// One complaint, which begins and ends so; between lies a list of names, the nearest first.
    private func expect(_ model: SpecTree, _ beginning: String, _ end: String) {
        let found = complaints(model)
        #expect(found.count == 1 && found[0].hasPrefix(beginning) && found[0].hasSuffix(end), "\(found)")
    }

    @Test func parametersBesideTheNameHaveAHint() {
        #expect(
            complaints([["linear_regression": [:], "l2": "0.1"]]) == [
                "model[0].l2: found a second key beside 'linear_regression', expected one name "
                    + "(indent parameters further than the name they belong to)"
            ])
    }

    @Test func aColonWithoutParametersHasAHint() {
        #expect(
            complaints([["standard_scaler": ""], ["linear_regression": ["loss": ["huber": "~"]]]]) == [
                "model[0].standard_scaler: found nothing, expected features or parameters "
                    + "(without any, leave the colon out)",
                "model[1].linear_regression.loss.huber: found nothing, expected features or parameters "
                    + "(without any, leave the colon out)",
            ])
    }

    @Test func parametersAreTakenByName() throws {
        let learner = try champion([
            "linear_regression": [
                "optimizer": ["sgd": ["lr": "5e-2"]], "loss": ["huber": ["epsilon": "0.5"]], "l2": ".1",
                "intercept_init": "-1",
            ]
        ]).learner
        let declaration = try #require(Catalogue.declaration(named: "linear_regression"))
        let arguments = Arguments(learner, declaration: declaration)
        #expect(arguments.component("optimizer") == Component(name: "sgd", arguments: [.number(0.05)]))
        #expect(arguments.component("loss") == Component(name: "huber", arguments: [.number(0.5)]))
        #expect(arguments.number("l2") == 0.1)
        #expect(arguments.number("intercept_init") == -1)
        #expect(arguments.number("clip_gradient") == 1e12)
        let short = try champion(["linear_regression": ["loss": "absolute"]]).learner
        #expect(Arguments(short, declaration: declaration).component("loss")?.name == "absolute")
    }

    @Test func otherParametersAreRefused() {
        let losses = SpecMistake.alternatives(Catalogue.declarations(of: .regressionLoss).map(\.name))
        #expect(
            complaints([
                "linear_regression": [
                    "optimizer": ["sgd": ["lr": "-1", "rate": "1"]], "loss": "hubber", "l3": "1",
                    "clip_gradient": .quoted("1"),
                ]
            ]) == [
                "model.linear_regression.optimizer.sgd.lr: found '-1', expected a number ≥ 0",
                "model.linear_regression.optimizer.sgd.rate: found the unknown key 'rate', expected lr",
                "model.linear_regression.loss: found 'hubber', expected the name of a regression loss: \(losses) "
                    + "(did you mean 'huber'?)",
                "model.linear_regression.l3: found the unknown key 'l3', expected optimizer, loss, l2, l1, "
                    + "intercept_init, intercept_lr or clip_gradient (did you mean 'l2'?)",
                "model.linear_regression.clip_gradient: found '1' in quotes, expected a number ≥ 0 "
                    + "(write it without quotes)",
            ])
        #expect(
            complaints(["linear_regression": ["distance"]]) == [
                "model.linear_regression: found a list, expected a map of parameters: optimizer, loss, l2, l1, "
                    + "intercept_init, intercept_lr or clip_gradient (a learner takes all features that reach it)"
            ])
        #expect(complaints(["linear_regression": ["features": ["distance"]]]).count == 1)
        #expect(complaints([["one_hot": ["max_categories": "0"]], "linear_regression"]).count == 1)
        #expect(complaints([["one_hot": ["max_categories": "1e3"]], "linear_regression"]) == [])
        #expect(complaints(["linear_regression": ["optimizer": ["twin_ada_grad": ["lr": "1"]]]]).count == 1)
    }

    @Test func argumentsThatContradictEachOtherAreRefused() {
        #expect(
            complaints(["linear_regression": ["l2": "1"]]) == [
                "model.linear_regression: l2 needs an optimizer such as sgd"
            ])
        #expect(complaints(["linear_regression": ["optimizer": "sgd", "l1": "1", "l2": "1"]]).count == 1)
    }

    @Test func closedCategoriesAreForTheFeaturesOfTheStep() throws {
        let closed = try champion([
            ["one_hot": ["categories": ["carrier": ["UA", "DL"]]]], "linear_regression",
        ])
        #expect(
            closed.transformers[0].component.arguments[0]
                == .categories([Argument.FeatureCategories(feature: "carrier", names: ["UA", "DL"])]))
        #expect(
            complaints([["one_hot": ["categories": ["carier": ["UA"]]]], "linear_regression"]) == [
                "model[0].one_hot.categories.carrier: found nothing, expected the categories of 'carrier'",
                "model[0].one_hot.categories.carier: found 'carier', expected a feature of this step "
                    + "(did you mean 'carrier'?)",
            ])
        for wrong in [["carrier": []], ["carrier": ["a", "a"]], ["carrier": "UA"], ["carrier"]] as [SpecTree] {
            #expect(complaints([["one_hot": ["categories": wrong]], "linear_regression"]).count == 1)
        }
    }

    @Test func penaltiesNeedEncodersOfOneKind() {
        let tree = plainSpec.with("features", ["a": "category", "b": "category"])
        func model(_ first: SpecTree, _ second: SpecTree, _ learner: SpecTree) -> [String] {
            tree.with(
                "model",
                [
                    ["one_hot": ["features": ["a"], "drop_zeros": first]],
                    ["one_hot": ["features": ["b"], "drop_zeros": second]], ["linear_regression": learner],
                ]
            ).complaints
        }
        let penalty: SpecTree = ["optimizer": "sgd", "l2": "0.1"]
        #expect(
            model("true", "false", penalty) == [
                "model[2].linear_regression: with l2, encoders must all drop zeros or all keep them; here they are "
                    + "mixed (give each the same drop_zeros)"
            ])
        #expect(model("true", "true", penalty) == [])
        #expect(model("false", "false", penalty) == [])
        #expect(model("true", "false", [:]) == [])
    }

    @Test func whatNoStepUsesIsWarnedOf() throws {
        #expect(
            try plainSpec.with("model", "linear_regression").warnings == [
                "warning: model: 'carrier' (category) is not used by linear_regression "
                    + "(put one_hot: [carrier] before it)"
            ])
        let more = plainSpec.with("features", ["a": "category", "b": "category", "t": "text", "w": "timestamp"])
        #expect(
            try more.with("model", ["linear_regression"]).warnings == [
                "warning: features.t: no model uses this text (it is checked and recorded, nothing more)",
                "warning: features.w: no model uses this timestamp (it is checked and recorded, nothing more)",
                "warning: model[0]: 'a', 'b' (categories) are not used by linear_regression "
                    + "(put one_hot: [a, b] before it)",
            ])
        #expect(try plainSpec.with("challengers", ["c": "linear_regression"]).warnings.count == 1)
    }

    @Test func aCheckedSpecCanBeBuilt() throws {
        for tree in [plainSpec, binarySpec, multiclassSpec] {
            let spec = try tree.spec
            _ = Pipeline(
                spec.settings.model.pipeline, task: spec.contract.target.task, layout: spec.contract.layout)
            #expect(spec.settings.missingFeatures(in: spec.contract.layout).isEmpty)
        }
    }
}
