import Determinism
import OnlineLearning
import Testing

@Suite struct TreeClassifierTests {
    static let hoeffding = "hoeffding_tree_classifier"
    static let adaptive = "hoeffding_adaptive_tree_classifier"
    static let fast = "extremely_fast_decision_tree_classifier"
    static let stream = TreeExample.stream(1500, seed: 4)

    struct Kind: Sendable, CustomStringConvertible {
        let description: String
        let name: String
        let arguments: [String: Argument]
        /// SHA-256 of the state after ``stream``: a change of one bit is a new revision.
        let golden: String
        var task = Task.multiclass

        func pipeline() -> TreePipeline {
            TreePipeline(name, arguments, task: task, numbers: 4, categories: 2)
        }

        func trained(_ count: Int = 1500) -> TreePipeline {
            var model = pipeline()
            for example in stream.prefix(count) { learn(example, &model) }
            return model
        }

        @discardableResult
        func learn(_ example: TreeExample, _ model: inout TreePipeline) -> Bool {
            let label = task == .binary ? example.label % 2 : example.label
            return model.learn(example.numbers, example.categories, label: label)
        }
    }

    static let eager: [String: Argument] = ["grace_period": .integer(40), "delta": .number(0.05)]

    static func splitter(_ name: String) -> [String: Argument] {
        eager.merging(["splitter": .component(component(name))]) { $1 }
    }

    static let kinds = [
        Kind(
            description: "gaussian", name: hoeffding, arguments: eager,
            golden: "19e3cf19396d87d8bdc965f12f1316fa5adb6e126b1717af8164c49c3e337903"),
        Kind(
            description: "binary", name: hoeffding, arguments: eager,
            golden: "bd43835ba6a64e9770b7bc15d165cde85461011eda425212a0153c2314a1b738", task: .binary),
        Kind(
            description: "histogram", name: hoeffding, arguments: splitter("histogram_splitter"),
            golden: "d2e18035ea988a3ce76b0e80968e76c49b47c731b82d21ffeaea80fb14438be4"),
        Kind(
            description: "exhaustive", name: hoeffding, arguments: splitter("exhaustive_splitter"),
            golden: "4bd2edfe5d2285af225f20fc339d338209d5f96cfe7e7ca886129cd72f0b9b03"),
        Kind(
            description: "majority", name: hoeffding,
            arguments: eager.merging(
                [
                    "leaf_prediction": .choice("mc"), "split_criterion": .choice("gini"),
                    "remove_poor_attrs": .boolean(true), "max_branches": .none, "max_values": .none,
                ]) { $1 }, golden: "576ca050625395701676d17bd3914c2424f9b3e5aa8ec0a0b0ce70adabfe1080"),
        Kind(
            description: "small", name: hoeffding,
            arguments: eager.merging(["max_size": .number(0.02), "max_values": .integer(3)]) { $1 },
            golden: "3829517bd63bafd48131c985acdaaaf97b5dfac829c118d171880c472f9ff53c"),
        Kind(
            description: "adaptive", name: adaptive, arguments: eager,
            golden: "5df742f9fbdadaf031a3bf6f183ab483dc7243e843154b2de19940f94f33e628"),
        Kind(
            description: "adaptive binary", name: adaptive, arguments: eager,
            golden: "a85c7004e17424c0942c171d29d23c07408526c67cee5c21e82ee85105f1108e", task: .binary),
        Kind(
            description: "fast", name: fast, arguments: eager,
            golden: "bccc9257b82b1e9a80d8c4658f2d2c507a81a9525fe721e9c07647632870a04d"),
        Kind(
            description: "fast exhaustive", name: fast, arguments: splitter("exhaustive_splitter"),
            golden: "ce9ad0ea545e3c43851a0579055374bf9841e11d2b22fe419b4db7ccd26e8616"),
    ]

    @Test(arguments: kinds) func learnsTheSameBitsAsEver(_ kind: Kind) {
        #expect(Digest(hashing: kind.trained().bytes).description == kind.golden)
    }

    @Test(arguments: kinds) func goesOnFromItsEncodingAsIfItHadNeverStopped(_ kind: Kind) throws {
        var straight = kind.trained(700)
        var restored = kind.pipeline()
        try restored.restore(straight.bytes)
        #expect(restored.bytes == straight.bytes)
        for example in Self.stream.suffix(800) {
            let answers = [straight, restored].map { model -> [UInt64] in
                var model = model
                return model.predict(example.numbers, example.categories).map(\.bitPattern)
            }
            #expect(answers[0] == answers[1])
            kind.learn(example, &straight)
            kind.learn(example, &restored)
        }
        #expect(restored.bytes == straight.bytes)
        #expect(restored.model.byteCount == straight.model.byteCount)
    }

    @Test(arguments: kinds) func damagedBytesAreRefusedOrHarmless(_ kind: Kind) {
        let damage = DamagedBytes<TreePipeline>(
            restore: { bytes in
                var model = kind.pipeline()
                try model.restore(bytes)
                return model
            },
            encode: { $0.bytes },
            step: { model, index in
                let example = Self.stream[index]
                return (model.predict(example.numbers, example.categories), kind.learn(example, &model))
            },
            fault: { kind.task == .multiclass || $0.count == 1 ? nil : "one number" })
        damage.areRefusedOrHarmless(kind.trained(600).bytes, rounds: 300, steps: 60)
    }

    @Test(arguments: kinds) func refusesNumbersThatNoSquareCouldHold(_ kind: Kind) {
        var model = kind.trained(300)
        let before = model.bytes
        for value in [1e76, -1e300, .infinity] {
            let isLearned = model.learn([1, value, 2, 3], ["v1", "w1"], label: 0)
            #expect(!isLearned)
        }
        #expect(model.bytes == before)
        let answer = model.predict([1e308, -1e308, 0, 1], ["new", nil]).filter { !$0.isNaN }
        #expect(answer.allSatisfy { $0 >= 0 && $0 <= 1 })
    }

    @Test(arguments: kinds) func probabilitiesAreProbabilities(_ kind: Kind) {
        var model = kind.pipeline()
        for example in Self.stream.prefix(800) {
            kind.learn(example, &model)
            let answer = model.predict(example.numbers, example.categories).filter { !$0.isNaN }
            #expect(answer.allSatisfy { $0 >= 0 && $0 <= 1 })
            if kind.task == .multiclass { #expect((answer.reduce(0, +) - 1).magnitude < 1e-12) }
        }
    }

    @Test func naiveBayesGivesTheDocumentedAnswer() {
        var model = TreePipeline(Self.hoeffding, ["leaf_prediction": .choice("nb")], numbers: 1)
        for (x, label) in [(0.0, 0), (1, 0), (2, 1), (4, 1)] { model.learn([x], label: label) }
        let answer = model.predict([1.5])[0]
        #expect((answer - 0.4364340270737217).magnitude < 1e-15)
    }

    @Test func theMixtureGivesTheDocumentedAnswer() {
        var model = TreePipeline(Self.hoeffding, ["leaf_prediction": .choice("mix")], numbers: 0)
        model.learn([], label: 1)
        #expect(model.predict([])[0] == 0.875)
        model.learn([], label: 1)
        #expect((model.predict([])[0] - 0.9284523809523809).magnitude < 1e-15)
    }

    /// The sum of log losses over a stream of which naive Bayes is sometimes much too sure.
    private static func lossOfOneLeaf(_ prediction: String) -> Double {
        var model = TreePipeline(
            hoeffding, ["leaf_prediction": .choice(prediction), "grace_period": .integer(1_000_000)], numbers: 3)
        var (generator, loss) = (SeededGenerator(seed: 5), 0.0)
        for index in 0..<400 {
            let label = generator.below(3) == 0 ? 1 : 0
            let x = Double(label) + (index % 40 == 39 ? 50 : 1) * generator.uniform()
            let answer = model.predict([x, x, x])[0]
            loss -= Elementary.log(max(label == 1 ? answer : 1 - answer, 1e-300))
            model.learn([x, x, x], label: label)
        }
        return loss
    }

    @Test func theMixtureLosesLittleMoreThanNaiveBayesAndMuchLessThanItsWorst() {
        let (mixed, bayes, majority) = (
            Self.lossOfOneLeaf("mix"), Self.lossOfOneLeaf("nb"), Self.lossOfOneLeaf("mc")
        )
        // The bound for no change: ln 2 + (T − 1) ln 1/(1 − σ).
        #expect(mixed <= bayes + Elementary.log(2) - 399 * Elementary.log(0.995))
        #expect(mixed < bayes - 10 && mixed < majority - 10)
    }

    @Test func theMixtureLeavesSomethingToAClassThatTheLeafNeverMet() {
        var model = TreePipeline(Self.hoeffding, ["leaf_prediction": .choice("mix")], task: .multiclass, numbers: 1)
        for index in 0..<4000 {
            let label = index % 3
            model.learn([label == 2 ? 9 : Double(index % 5)], label: label)
        }
        let answer = model.predict([9])
        #expect(answer[2] > 0.99 && answer[0] > 0 && answer[1] > 0)
        #expect((answer.reduce(0, +) - 1).magnitude < 1e-12)
    }

    /// The answers to (1, 1) after so many examples whose class is both features.
    private static func equalFeatures(_ learner: String, _ count: Int) -> Double {
        var model = TreePipeline(learner, numbers: 2)
        for index in 0..<count {
            model.learn([Double(index % 2), Double(index % 2)], label: index % 2)
        }
        return model.predict([1, 1])[0]
    }

    @Test func equalFeaturesAreToldApartWhenTheBoundIsBelowTau() {
        #expect((Self.equalFeatures(Self.hoeffding, 3399) - 0.5).magnitude < 1e-3)
        #expect(Self.equalFeatures(Self.hoeffding, 3400) == 1)
        #expect(Self.equalFeatures(Self.fast, 200) == 1)
    }

    @Test func theAdaptiveTreeForgets() {
        func answer(_ learner: String) -> Double {
            let isAdaptive = learner == Self.adaptive
            var model = TreePipeline(learner, isAdaptive ? ["tempering": .boolean(false)] : [:], numbers: 1)
            for index in 0..<2300 {
                model.learn([Double(index % 2)], label: index < 2000 ? index % 2 : 1 - index % 2)
            }
            return model.predict([1])[0]
        }
        #expect((answer(Self.hoeffding) - 1000.0 / 1150).magnitude < 1e-9)
        #expect(answer(Self.adaptive) == 0)
    }

    @Test func aWeightIsThatManyExamples() {
        var (weighted, repeated) = (
            TreePipeline(Self.hoeffding, Self.eager, numbers: 4),
            TreePipeline(Self.hoeffding, Self.eager, numbers: 4)
        )
        for example in Self.stream.prefix(30) where example.numbers.allSatisfy({ !$0.isNaN }) {
            weighted.learn(example.numbers, label: example.label % 2, weight: 2)
            for _ in 0..<2 { repeated.learn(example.numbers, label: example.label % 2) }
            weighted.learn(example.numbers, label: 0, weight: 0)
        }
        let probe = Self.stream[40].numbers
        let answers = (weighted.predict(probe)[0], repeated.predict(probe)[0])
        #expect((answers.0 - answers.1).magnitude < 0.05)
    }
}
