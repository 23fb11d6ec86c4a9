import Determinism
import OnlineLearning
import Testing

/// The numbers in the documentation of the ensembles, and what each of them promises.
@Suite struct EnsembleDocumentationTests {
    static let one = Flow.Example(numbers: [1, .nan, .nan, .nan], value: 2, label: 2)

    private static func logistic(_ rate: Double) -> Component {
        Ensemble.component(
            "logistic_regression",
            ["optimizer": .component(Ensemble.component("sgd", ["lr": .number(rate)]))])
    }

    @Test func baggingAnswersTheMeanOfZeroToThreeSteps() {
        var bag = Subject(
            Ensemble("bag", "bagging_classifier", .binary, ["model": .component(Self.logistic(0.01))]))
        bag.learn(Self.one)
        #expect(isClose(bag.predict(Self.one)[0], 0.5028108986073843))
    }

    @Test func votingAnswersTheMeanOfItsMembers() {
        var voting = Subject(
            Ensemble(
                "two", "voting_classifier", .binary,
                ["models": .components([Self.logistic(0.01), Self.logistic(0.1)])]))
        voting.learn(Self.one)
        #expect(isClose(voting.predict(Self.one)[0], 0.508123257034615))
    }

    /// How often a model is right over a stretch of the stream, test then train.
    private static func accuracy(_ ensemble: Ensemble, _ stretch: Range<Int>) -> Double {
        var subject = Subject(ensemble)
        var hits = 0
        for (index, example) in Flow.examples(stretch.upperBound, seed: 9).enumerated() {
            if stretch.contains(index) {
                let isRight = (subject.predict(example)[0] > 0.5) == (example.label > 0)
                hits += isRight ? 1 : 0
            }
            subject.learn(example)
        }
        return Double(hits) / Double(stretch.count)
    }

    @Test(arguments: ["arf_classifier", "srp_classifier"])
    func detectorsBringItBackAfterTheRuleHasTurnedAround(_ name: String) {
        let none = Argument.component(Ensemble.component("no_drift"))
        let watched = Ensemble("watched", name, .binary)
        let blind = Ensemble("blind", name, .binary, ["drift_detector": none, "warning_detector": none])
        let stretch = 5000..<8000
        #expect(Self.accuracy(watched, stretch) > Self.accuracy(blind, stretch))
        #expect(Self.accuracy(watched, stretch) > 0.85)
    }

    @Test func membersThatHaveASeedGetDifferentOnes() {
        let forest = Argument.component(Ensemble.component("arf_classifier", ["n_models": .integer(1)]))
        let bag = Ensemble(
            "bag", "leveraging_bagging_classifier", .binary,
            ["model": forest, "n_models": .integer(2), "bagging_method": .choice("wt")])
        let subject = EnsembleTests.trained(bag)
        #expect(!subject.bytes.isEmpty)
    }
}
