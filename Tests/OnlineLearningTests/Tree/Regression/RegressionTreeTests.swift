import Determinism
import OnlineLearning
import Testing

/// What the tree regressors promise themselves.
@Suite struct RegressionTreeTests {
    private static func example(_ x: Double, _ y: Double) -> Example {
        Example(numbers: [x, .nan, .nan], category: nil, value: y, label: 0)
    }

    @Test func documentedNumbers() {
        var tree = RegressionTreePipeline(
            component(
                "hoeffding_tree_regressor",
                [
                    "leaf_prediction": .choice("mean"), "grace_period": .integer(2), "delta": .number(1),
                    "min_samples_split": .integer(1),
                ]))
        tree.learn(Self.example(0, 1))
        tree.learn(Self.example(4, 3))
        let answers = (tree.predict(Self.example(2, 0)), tree.predict(Self.example(-2, 0)))
        #expect(answers == (3, 1))
        var adaptive = RegressionTreePipeline(
            component(
                "hoeffding_adaptive_tree_regressor",
                ["leaf_prediction": .choice("mean"), "bootstrap_sampling": .boolean(false)]))
        for y in [1.0, 2, 6] { adaptive.learn(Self.example(0, y)) }
        let answer = adaptive.predict(Self.example(0, 0))
        #expect(answer == 3)
    }

    /// Python: `[round(x, d) for …]`.
    @Test func roundsAsPythonDoes() {
        let cases: [(Double, Int, Double)] = [
            (0.25, 1, 0.2), (0.35, 1, 0.3), (0.45, 1, 0.5), (2.675, 2, 2.67), (1.005, 2, 1.0), (-0.25, 1, -0.2),
            (2.5, 0, 2), (3.5, 0, 4), (-0.05, 1, -0.1), (0.05, 1, 0.1), (0.15, 1, 0.1), (5.015, 2, 5.01),
            (1234567.885, 2, 1234567.89), (1e300, 3, 1e300), (0.1234565, 6, 0.123456), (8.5e-7, 6, 1e-6),
            (1.0000000005, 9, 1.000000001), (0.285, 2, 0.28), (1.115, 2, 1.11), (4.35, 1, 4.3),
        ]
        for (value, digits, expected) in cases {
            #expect(DecimalRounding(digits: digits)(value) == expected, "\(value) to \(digits) places")
        }
    }

    /// What a tree needs to find that y is 3 more above s / 2, whatever s is.
    static let steps: [RegressionTreeModel] = ["ebst_splitter", "tebst_splitter", "qo_splitter"].map { splitter in
        RegressionTreeModel(
            splitter, "hoeffding_tree_regressor",
            ["leaf_prediction": .choice("mean"), "splitter": .component(component(splitter))])
    } + [
        RegressionTreeModel("tree", "hoeffding_tree_regressor", [:]),
        RegressionTreeModel("adaptive", "hoeffding_adaptive_tree_regressor", ["leaf_prediction": .choice("mean")]),
        RegressionTreeModel("forest", "arf_regressor", ["n_models": .integer(3)]),
        RegressionTreeModel("patches", "srp_regressor", ["n_models": .integer(3)]),
        RegressionTreeModel("bags", "bagging_regressor", ["model": .component(component("hoeffding_tree_regressor"))]),
        RegressionTreeModel("mondrian", "amf_regressor", [:]),
    ]

    @Test(arguments: steps) func seesAStepInAFeatureOfAnyScale(_ model: RegressionTreeModel) {
        for scale in [1, 0.1, 0.05, 1e-6, 1e6, 1e-60, 1e60] {
            for offset in [0, 5 * scale] {
                let r2 = Self.r2(ofStep: model, scale: scale, offset: offset)
                // 2.25 of the variance of 2.46 is the step's.
                #expect(r2 > 0.85 && r2 < 0.95, "\(scale) \(offset): \(r2)")
            }
        }
    }

    private static func r2(ofStep model: RegressionTreeModel, scale: Double, offset: Double) -> Double {
        var (tree, generator) = (RegressionTreePipeline(model.learner), SeededGenerator(seed: 6))
        var (errors, squares, sum, count) = (0.0, 0.0, 0.0, 0.0)
        for index in 0..<3_000 {
            let x = generator.uniform()
            let y = (x > 0.5 ? 3 : 0) + 1.6 * (generator.uniform() - 0.5)
            let example = Self.example(offset + scale * x, y)
            if index >= 1_000 {
                let error = tree.predict(example) - y
                errors += error * error
                squares += y * y
                sum += y
                count += 1
            }
            tree.learn(example)
        }
        return 1 - errors / (squares - sum * sum / count)
    }

    /// River's digits, or a radius, are in the feature's unit: what is closer is one value.
    @Test func aGivenUnitIsKept() {
        for splitter in [
            component("tebst_splitter", ["digits": .integer(1)]), component("qo_splitter", ["radius": .number(0.25)]),
        ] {
            let model = RegressionTreeModel(
                "", "hoeffding_tree_regressor",
                ["leaf_prediction": .choice("mean"), "splitter": .component(splitter)])
            #expect(Self.r2(ofStep: model, scale: 1, offset: 0) > 0.85)
            #expect(Self.r2(ofStep: model, scale: 1e-6, offset: 0.02) < 0.01)
        }
    }

    @Test func aStepSuitsTheValuesAndNeverShrinks() {
        var step = BinaryStep()
        #expect(step.length == 0 && step.roundedUp(0.3) == 0.3)
        // From 0 to 127 and an outlier: three quarters of 127 by 128 is 0.74.
        step.widen((0..<127).map { Double($0) } + [1e9])
        #expect(step.length == 0.5)
        for (value, expected) in [(0.3, 0.5), (0.5, 0.5), (-0.3, 0), (-0.5, -0.5), (1e300, 1e300), (0, 0)] {
            #expect(step.roundedUp(value) == expected)
        }
        step.widen((0..<256).map { Double($0) / 4 })
        #expect(step.length == 0.5)
        step.widen((0..<256).map { Double($0) })
        #expect(step.length == 2)
        step.widen([Double](repeating: 0, count: 256))
        #expect(step.length == 2)
    }

    /// What a leaf keeps of a number is bounded long before `max_nodes`, whatever comes.
    @Test(arguments: ["uniform", "rising", "heavy"]) func aLeafKeepsFewValues(_ kind: String) {
        var tree = RegressionTreePipeline(
            component(
                "hoeffding_tree_regressor", ["leaf_prediction": .choice("mean"), "grace_period": .integer(1_000_000)]))
        var generator = SeededGenerator(seed: 8)
        for index in 0..<50_000 {
            let u = generator.uniform()
            tree.learn(Self.example(kind == "uniform" ? u : kind == "rising" ? Double(index) : 1 / (u + 1e-9), u))
        }
        // 33 bytes and more a value.
        #expect(tree.bytes.count < 60_000, "\(tree.bytes.count)")
    }

    /// The limit is on what is in use; the arrays' freed places are counted besides.
    @Test(arguments: ["hoeffding_tree_regressor", "hoeffding_adaptive_tree_regressor"])
    func staysBelowItsByteLimit(_ name: String) {
        for splitter in ["ebst_splitter", "tebst_splitter", "qo_splitter"] {
            for stops in [false, true] {
                var tree = RegressionTreePipeline(
                    component(
                        name,
                        [
                            "max_size": .number(0.25), "grace_period": .integer(50), "delta": .number(0.5),
                            "splitter": .component(component(splitter)), "stop_mem_management": .boolean(stops),
                        ]))
                var generator = SeededGenerator(seed: 1)
                for index in 0..<30_000 {
                    let x = (0..<3).map { _ in 1e4 * generator.uniform() }
                    tree.learn(
                        Example(
                            numbers: x, category: "c\(generator.below(300))", value: x[0] > 5e3 ? x[1] : Double(index),
                            label: 0))
                }
                // What the pipeline keeps of 300 names comes on top.
                #expect(tree.pipeline.byteCount < 262_144 * 3 / 2 + 30_000, "\(splitter) \(stops)")
            }
        }
    }

    @Test func aDeepSearchTreeHasNoMoreNodesThanItMay() throws {
        var tree = RegressionTreePipeline(
            component(
                "hoeffding_tree_regressor",
                ["splitter": .component(component("ebst_splitter", ["max_nodes": .integer(100)]))]))
        for index in 0..<5_000 { tree.learn(Self.example(Double(index), 1)) }
        #expect(tree.pipeline.byteCount < 20_000)
        var restored = RegressionTreePipeline(
            component(
                "hoeffding_tree_regressor",
                ["splitter": .component(component("ebst_splitter", ["max_nodes": .integer(100)]))]))
        try restored.restore(tree.bytes)
        #expect(restored.bytes == tree.bytes)
    }

    /// Numbers of any scale, outliers and change do no worse than twice the running mean.
    @Test(arguments: ["hoeffding_tree_regressor", "hoeffding_adaptive_tree_regressor"])
    func defaultsDoNotDiverge(_ name: String) {
        for scale in [1e-12, 1.0, 1e12] {
            for outlier in [1.0, 1e9] {
                var tree = RegressionTreePipeline(component(name))
                var baseline = Baseline(.regression)
                var (own, trivial) = (0.0, 0.0)
                var generator = SeededGenerator(seed: 9)
                for index in 0..<4_000 {
                    let x = (0..<3).map { _ in scale * (generator.uniform() - 0.5) }
                    let sign: Double = index < 2_000 ? 1 : -3
                    let y = sign * x[0] / scale + 0.1 * generator.uniform() + (index == 1_000 ? outlier : 0)
                    let example = Example(numbers: x, category: nil, value: y, label: 0)
                    var answer: [Double] = []
                    baseline.predict(into: &answer)
                    own += (tree.predict(example) - y).magnitude
                    trivial += (answer[0] - y).magnitude
                    tree.learn(example)
                    baseline.learn(.value(y))
                }
                #expect(own < 2 * trivial, "\(scale) \(outlier): \(own), baseline \(trivial)")
            }
        }
    }

    @Test func theAdaptiveTreeForgetsWhatNoLongerHolds() {
        func lateError(_ name: String) -> Double {
            var tree = RegressionTreePipeline(component(name, ["leaf_prediction": .choice("mean")]))
            var generator = SeededGenerator(seed: 2)
            var sum = 0.0
            for index in 0..<12_000 {
                let x = generator.uniform()
                let y = (x > 0.5) == (index < 6_000) ? 10.0 : 0
                let example = Self.example(x, y)
                if index >= 6_000 { sum += (tree.predict(example) - y).magnitude }
                tree.learn(example)
            }
            return sum / 6_000
        }
        #expect(lateError("hoeffding_adaptive_tree_regressor") < 0.5)
        #expect(lateError("hoeffding_adaptive_tree_regressor") < lateError("hoeffding_tree_regressor"))
    }

    @Test func theUpperTailOfTheNormalDistribution() {
        // Python: 0.5 * math.erfc(x / math.sqrt(2))
        let known: [(Double, Double)] = [
            (0, 0.5), (0.5, 0.3085375387259869), (1.959963984540054, 0.025), (2.999, 0.0013543365337271066),
            (3, 0.0013498980316300933), (5, 2.866515718791933e-07), (10, 7.61985302416047e-24),
        ]
        for (x, probability) in known {
            #expect((NormalDistribution.upperTail(x) / probability - 1).magnitude < 1e-12, "\(x)")
        }
    }

    @Test func aSplitterOfClassificationTreesIsRefused() throws {
        let declaration = try #require(Catalogue.declaration(named: "hoeffding_tree_regressor"))
        var arguments = declaration.parameters.map(\.defaultValue)
        let index = try #require(declaration.parameters.firstIndex { $0.name == "splitter" })
        #expect(declaration.conflict(arguments) == nil)
        arguments[index] = .component(Component(name: "gaussian_splitter", arguments: []))
        #expect(declaration.conflict(arguments)?.contains("needs classes") == true)
    }

    @Test func anyRegressorCanBeALeafModel() throws {
        let inner = component("hoeffding_tree_regressor", ["leaf_prediction": .choice("mean")])
        let outer = component(
            "hoeffding_tree_regressor", ["leaf_model": .component(inner), "grace_period": .integer(30)])
        var tree = RegressionTreePipeline(outer)
        for example in Example.stream(600, seed: 4) {
            let isLearned = tree.learn(example)
            #expect(isLearned)
        }
        var restored = RegressionTreePipeline(outer)
        try restored.restore(tree.bytes)
        #expect(restored.bytes == tree.bytes)
    }
}
