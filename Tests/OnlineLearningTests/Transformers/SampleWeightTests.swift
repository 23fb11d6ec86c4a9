import Determinism
import OnlineLearning
import Testing

/// `sample_weight` and what comes after it: an example of weight 0 ends there, one of weight 2 counts twice.
@Suite struct SampleWeightTests {
    /// A pipeline of numbers `w`, which weighs, and `x`, and a category `c`.
    private struct Weighted {
        private static let layout = FeatureLayout([("w", .number), ("x", .number), ("c", .category)])
        private let task: Task
        private var model: Pipeline
        private var workspace = Pipeline.Workspace()

        init(_ steps: [PipelineDeclaration.Step], _ learner: Component, task: Task, takesCategory: Bool = false) {
            let weighting = PipelineDeclaration.Step(Catalogue.sampleWeight.withDefaults, features: ["w"])
            let hiding = PipelineDeclaration.Step(Catalogue.discard.withDefaults, features: ["w"])
            let declaration = PipelineDeclaration(
                numbers: ["w", "x"], categories: takesCategory ? ["c"] : [],
                transformers: [weighting] + steps + [hiding], learner: learner)
            self.task = task
            model = Pipeline(declaration, task: task, layout: Self.layout)
        }

        private func row(_ w: Double, _ x: Double, _ c: String) -> FeatureRow {
            var row = FeatureRow(Self.layout)
            row.setNumber(w, at: 0)
            row.setNumber(x, at: 1)
            row.setString(c, at: 0)
            return row
        }

        mutating func learn(_ w: Double, _ x: Double, _ c: String = "a", _ y: Double = 0) {
            let target = task == .regression ? Target.value(y) : .label(y > 0 ? 1 : 0)
            let isLearned = model.learn(row(w, x, c), target, workspace: &workspace)
            #expect(isLearned)
        }

        /// The numbers that reach the learner.
        mutating func numbers(_ x: Double, _ c: String = "a") -> [Double] {
            var answer: [Double] = []
            model.predict(row(.nan, x, c), into: &answer, workspace: &workspace)
            return workspace.numbers
        }

        mutating func answer(_ x: Double) -> Double {
            var answer: [Double] = []
            model.predict(row(.nan, x, "a"), into: &answer, workspace: &workspace)
            return answer[0]
        }

        var bytes: [UInt8] {
            var encoder = CanonicalEncoder()
            model.encode(to: &encoder)
            return encoder.bytes
        }
    }

    private static func step(
        _ name: String, _ features: [String], _ arguments: KeyValuePairs<String, Argument> = [:]
    ) -> PipelineDeclaration.Step {
        PipelineDeclaration.Step(Component(named: name, arguments), features: features)
    }

    private static let statistic = Component(named: "statistic_regressor")

    /// Mean 2 and variance 1 of (x, w) = (1, 1), (3, 1), (1000, 0).
    @Test func aScalerKnowsWeights() {
        var model = Weighted([Self.step("standard_scaler", ["x"])], Self.statistic, task: .regression)
        for (w, x) in [(1.0, 1.0), (1, 3), (0, 1000)] { model.learn(w, x) }
        #expect(model.numbers(2) == [0])
        #expect(model.numbers(3) == [1])
        // Of 1, 3, 7, 7: mean 4.5, variance 6.75.
        model.learn(2, 7)
        #expect(model.numbers(4.5) == [0])
        #expect((model.numbers(4.5 + 6.75.squareRoot())[0] - 1).magnitude < 1e-15)
    }

    @Test func meansKnowWeights() {
        var model = Weighted(
            [
                Self.step("target_agg", ["c"]), Self.step("agg", ["x", "c"]),
                Self.step("target_encoder", ["c"], ["prior_weight": .number(0)]), Self.step("stat_imputer", ["x"]),
            ], Self.statistic, task: .regression)
        // A weight that is missing is 1, a negative one 0.
        for (w, x, y) in [(3.0, 1.0, 8.0), (.nan, 5, 4), (-1, 100, 100)] { model.learn(w, x, "a", y) }
        #expect(model.numbers(.nan) == [2, 7, 2, 7])
    }

    /// Whatever stands behind: transformers of every kind, categories, random draws, trees.
    @Test(arguments: [
        "auto", "arf_classifier", "random_over_sampler", "random_under_sampler", "random_sampler", "class_weighted",
        "bagging_classifier", "leveraging_bagging_classifier", "bole_classifier", "srp_classifier", "amf_classifier",
        "fm_classifier", "hofm_classifier",
    ])
    func anExampleOfWeightZeroEndsThere(_ name: String) {
        let steps = [
            Self.step("target_encoder", ["c"]), Self.step("one_hot", ["c"]), Self.step("cross", ["c"]),
            Self.step("standard_scaler", ["x"]), Self.step("robust_scaler", ["x"]), Self.step("agg", ["x", "c"]),
        ]
        let learner = Component(named: name)
        var plain = Weighted(steps, learner, task: .binary, takesCategory: Catalogue.takesCategories(learner))
        var (weighted, generator) = (plain, SeededGenerator(seed: 3))
        for index in 0..<200 {
            let (x, c) = (generator.uniform(), ["a", "b", "c"][generator.below(3)])
            let y = x > 0.7 ? 1.0 : 0
            weighted.learn(0, 1000 * x, "new \(index)", 1 - y)
            weighted.learn(1, x, c, y)
            plain.learn(1, x, c, y)
            guard index % 20 != 19 || weighted.bytes == plain.bytes else {
                Issue.record("\(name) has learned an example of weight 0 by \(index)")
                return
            }
        }
    }

    /// Classes are balanced by what they weigh.
    @Test func classesAreBalancedByTheirWeights() {
        let prior = Argument.component(Component(named: "prior_classifier"))
        let learner = Component(named: "class_weighted", ["classifier": prior])
        var (weighted, light) = (
            Weighted([], learner, task: .binary), Weighted([], learner, task: .binary)
        )
        for index in 0..<30 { weighted.learn(index % 3 == 0 ? 2 : 1, 0, "a", index % 3 == 0 ? 1 : 0) }
        for index in 0..<30 { light.learn(index % 3 == 0 ? 1 : 0.5, 0, "a", index % 3 == 0 ? 1 : 0) }
        // Ten of weight 2 against twenty of weight 1 are in balance, whatever the unit.
        let (a, b) = (weighted.answer(0), light.answer(0))
        #expect((a - 0.5).magnitude < 0.06)
        #expect((a - b).magnitude < 0.02)
    }
}
