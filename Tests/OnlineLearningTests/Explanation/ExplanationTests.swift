import Determinism
import OnlineLearning
import Testing

/// What features contributed, against what can be computed by hand.
@Suite struct ExplanationTests {
    /// A model over two numbers, `n0` and `n1`, and two categories, `a` and `b`.
    private struct Model {
        let declaration: PipelineDeclaration
        var pipeline: Pipeline
        private var workspace = Pipeline.Workspace()
        static let layout = FeatureLayout([
            ("n0", .number), ("n1", .number), ("a", .category), ("b", .category),
        ])

        init(
            _ learner: Component, _ task: Task = .regression, numbers: [String] = ["n0", "n1"],
            categories: [String] = [], _ steps: [PipelineDeclaration.Step] = []
        ) {
            declaration = PipelineDeclaration(
                numbers: numbers, categories: categories, transformers: steps, learner: learner)
            pipeline = Pipeline(declaration, task: task, layout: Self.layout)
        }

        private func row(_ numbers: [Double], _ a: String?, _ b: String?) -> FeatureRow {
            var row = FeatureRow(Self.layout)
            for (slot, number) in numbers.enumerated() { row.setNumber(number, at: slot) }
            if let a { row.setString(a, at: 0) }
            if let b { row.setString(b, at: 1) }
            return row
        }

        mutating func learn(_ numbers: [Double], _ a: String? = nil, _ b: String? = nil, y target: Target) {
            #expect(pipeline.learn(row(numbers, a, b), target, workspace: &workspace))
        }

        mutating func explain(_ numbers: [Double], _ a: String? = nil, _ b: String? = nil) throws -> Explanation {
            try pipeline.explain(
                row(numbers, a, b), declaration: declaration, layout: Self.layout, workspace: &workspace)
        }

        var bytes: [UInt8] {
            var encoder = CanonicalEncoder()
            pipeline.encode(to: &encoder)
            return encoder.bytes
        }
    }

    private func sgd(_ rate: Double) -> Argument { .component(Component(named: "sgd", ["lr": .number(rate)])) }

    private func expect(
        _ explanation: Explanation, bias: Double, _ contributions: [(String, Double)],
        _ place: SourceLocation = #_sourceLocation
    ) {
        #expect(isClose(explanation.bias, bias), "\(explanation.bias)", sourceLocation: place)
        #expect(explanation.contributions.map(\.name) == contributions.map(\.0), sourceLocation: place)
        for (found, (name, value)) in zip(explanation.contributions, contributions) {
            #expect((found.value - value).magnitude < 1e-12, "\(name): \(found.value)", sourceLocation: place)
        }
        let error = (explanation.total - explanation.answer).magnitude
        #expect(error <= 1e-12 * explanation.magnitude, sourceLocation: place)
    }

    @Test func aLinearModelIsItsInterceptAndWeightTimesValue() throws {
        var model = Model(
            Component(
                named: "linear_regression",
                ["optimizer": sgd(1), "intercept_init": .number(1), "intercept_lr": .number(0)]),
            numbers: ["n0"])
        model.learn([1], y: .value(2))
        expect(try model.explain([3]), bias: 1, [("n0", 6)])
        #expect(try model.explain([3]).scale == .value)
        #expect(try model.explain([.nan]).contributions.isEmpty)
    }

    /// After the second example the scaler has mean 3 and deviation 1. The first error was 1, the second 2.98, for the
    /// intercept and `z` had 0.02 each; every weight present moved by 0.02 times the error.
    @Test func scaledNumbersAndOneHotColumnsGoByTheirFeatures() throws {
        var model = Model(
            Component(named: "linear_regression", ["optimizer": sgd(0.01)]), numbers: ["n0"],
            [
                .init(Component(named: "one_hot"), features: ["a", "b"]),
                .init(Component(named: "standard_scaler"), features: ["n0"]),
            ])
        model.learn([2], "x", "z", y: .value(1))
        model.learn([4], "y", "z", y: .value(3.02))
        expect(
            try model.explain([5], "x", "z"), bias: 0.02 + 0.0596,
            [("n0", 2 * 0.0596), ("a", 0.02), ("b", 0.02 + 0.0596)])
    }

    @Test func whatSeveralFeaturesMakeTogetherGoesByTheirNames() throws {
        var model = Model(
            Component(named: "linear_regression", ["optimizer": sgd(0.5), "intercept_lr": .number(0)]),
            numbers: ["n0", "n1"],
            [
                .init(Component(named: "cross"), features: ["a", "b"]),
                .init(Component(named: "polynomial_extender"), features: ["n0", "n1"]),
            ])
        model.learn([1, 0.5], "x", "z", y: .value(1))
        // Every column moved by 0.5 · 2 · its value: n0, n1, n0², n0 n1, n1², and the cross.
        expect(
            try model.explain([1, 0.5], "x", "z"), bias: 0,
            [("n0", 1 + 1), ("n1", 0.25 + 0.0625), ("n0*n1", 0.25), ("a × b", 1)])
        #expect(try model.explain([1, 0.5], "x", "new").contributions.last?.name == "n0*n1")
    }

    @Test func encodedTargetsAndHashesGoByTheFeaturesTheyAreOf() throws {
        var encoded = Model(
            Component(named: "linear_regression", ["optimizer": sgd(0.1)]), numbers: [],
            [.init(Component(named: "target_encoder"), features: ["a", "b"])])
        var hashed = Model(
            Component(named: "linear_regression", ["optimizer": sgd(0.1)]), numbers: [],
            [.init(Component(named: "feature_hasher", ["n_features": .integer(2)]), features: ["a", "b"])])
        for value in [1.0, 4, 2, 8] {
            encoded.learn([], value > 3 ? "x" : "y", "z", y: .value(value))
            hashed.learn([], value > 3 ? "x" : "y", "z", y: .value(value))
        }
        for explanation in [try encoded.explain([], "x", "z"), try hashed.explain([], "x", "z")] {
            #expect(explanation.contributions.map(\.name) == ["a", "b"])
            #expect((explanation.total - explanation.answer).magnitude <= 1e-12 * explanation.magnitude)
        }
    }

    @Test func aLogisticModelIsExplainedInLogOdds() throws {
        var model = Model(
            Component(named: "logistic_regression", ["optimizer": sgd(0.01)]), .binary, numbers: ["n0"])
        model.learn([1], y: .label(1))
        let explanation = try model.explain([1])
        #expect(explanation.scale == .logOdds)
        #expect((explanation.slot, explanation.other) == (1, 0))
        expect(explanation, bias: 0.005, [("n0", 0.005)])
    }

    @Test func naiveBayesAddsItsFeaturesLogLikelihoods() throws {
        var model = Model(
            Component(named: "gaussian_nb", ["tempering": .boolean(false)]), .binary, numbers: ["n0", "n1"])
        for (value, slot) in [(-1.0, 0), (-2, 0), (-3, 0), (1, 1), (2, 1), (3, 1)] {
            model.learn([value, value * value], y: .label(slot))
        }
        let explanation = try model.explain([-0.8, 4])
        // Both classes are as frequent and square alike, so that only n0 tells them apart.
        #expect(explanation.bias.magnitude < 1e-12)
        #expect(explanation.contributions[1].value.magnitude < 1e-12)
        let first = 0.9918374229668796
        #expect(isClose(explanation.contributions[0].value, Elementary.log((1 - first) / first)))
    }

    @Test func aMixtureOfSoftmaxesMovesByTheSecant() {
        let mixture = SoftmaxMixture(components: [
            SoftmaxMixture.Component(weight: 1, bases: [0, 0], deltas: [0, Elementary.log(3)])
        ])
        let (bias, factors) = mixture.factors(ExplainedAnswer(.binary).inProbability)
        #expect(bias == 0.5)
        #expect(isClose(factors[0][1], 0.25 / Elementary.log(3)))
        #expect(mixture.factors(ExplainedAnswer(.binary)).factors == [[-1, 1]])
    }

    @Test func aTreeCreditsEachSplitWithTheChangeOfItsMean() throws {
        var model = Model(
            Component(
                named: "hoeffding_tree_regressor",
                [
                    "leaf_prediction": .choice("mean"), "grace_period": .integer(2), "delta": .number(1),
                    "min_samples_split": .integer(1),
                ]), numbers: ["n0"])
        model.learn([0], y: .value(1))
        expect(try model.explain([2]), bias: 1, [])
        model.learn([4], y: .value(3))
        expect(try model.explain([2]), bias: 2, [("n0", 1)])
        expect(try model.explain([0]), bias: 2, [("n0", -1)])
        #expect(try model.explain([0]).biasName == "root of the tree")
    }

    @Test func aClassificationTreeIsExplainedInProbability() throws {
        var model = Model(
            Component(named: "extremely_fast_decision_tree_classifier", ["leaf_prediction": .choice("mc")]), .binary,
            numbers: ["n0"])
        for index in 0..<600 { model.learn([Double(index % 2)], y: .label(index % 2)) }
        let explanation = try model.explain([1])
        #expect(explanation.scale == .probability)
        expect(explanation, bias: 0.5, [("n0", 0.5)])
    }

    @Test func aForestIsTheMeanOfItsTrees() throws {
        var model = Model(
            Component(
                named: "arf_classifier", ["leaf_prediction": .choice("mc"), "max_features": .choice("all")]),
            .binary, numbers: ["n0"], categories: ["a"])
        for index in 0..<2_000 { model.learn([Double(index % 2)], index % 3 == 0 ? "x" : "y", y: .label(index % 2)) }
        let explanation = try model.explain([1], "x")
        #expect(explanation.answer > 0.9)
        #expect(explanation.contributions.first?.name == "n0")
        #expect((explanation.contributions.first?.value ?? 0) > 0.3)
        #expect((explanation.total - explanation.answer).magnitude < 1e-12)
    }

    @Test func explainingChangesNothing() throws {
        var model = Model(
            Component(named: "auto"), .binary, numbers: ["n0", "n1"], categories: ["a"],
            [.init(Component(named: "standard_scaler"), features: ["n0"])])
        for index in 0..<60 {
            model.learn([Double(index % 7), Double(index % 3)], index % 2 == 0 ? "x" : "y", y: .label(index % 2))
        }
        let before = model.bytes
        let first = try model.explain([1, 2], "x")
        #expect(model.bytes == before)
        #expect(try model.explain([1, 2], "x") == first)
        // Neighbours are a part of their own, never a zero for each feature.
        #expect(first.contributions.contains { $0.name == "neighbors, which is not explained" })
    }

    @Test func whatCannotBeTakenApartSaysSo() throws {
        var neighbours = Model(Component(named: "knn_regressor"), numbers: ["n0"])
        neighbours.learn([1], y: .value(2))
        let reason = #expect(throws: Unexplained.self) { try neighbours.explain([1]) }
        #expect(reason?.description.hasPrefix("not explained: k nearest neighbours") == true)
        var bayes = Model(Component(named: "gaussian_nb"), .binary, numbers: ["n0"])
        bayes.learn([1], y: .label(1))
        #expect(throws: Unexplained.self) { try bayes.explain([1]) }
        var unlearned = Model(Component(named: "softmax_regression"), .multiclass, numbers: ["n0"])
        #expect(throws: Unexplained.self) { try unlearned.explain([1]) }
    }
}
