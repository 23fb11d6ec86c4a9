import Determinism
import OnlineLearning
import Testing

@Suite struct ImbalanceTests {
    /// A learner that counts what it is shown: the answer is the share of positive examples by weight.
    private func share(
        _ name: String, _ arguments: KeyValuePairs<String, Argument>, positiveEvery n: Int, _ count: Int = 20_000
    ) -> Double {
        let prior = Argument.component(Component(named: "prior_classifier"))
        let component = Component(
            named: name, [("classifier", prior)] + arguments.map { ($0.key, $0.value) })
        let declaration = PipelineDeclaration(numbers: ["x"], transformers: [], learner: component)
        let layout = FeatureLayout([("x", .number)])
        var model = Pipeline(declaration, task: .binary, layout: layout)
        var (workspace, answer, generator) = (Pipeline.Workspace(), [Double](), SeededGenerator(seed: 5))
        for _ in 0..<count {
            model.learn(FeatureRow(layout), .label(generator.below(n) == 0 ? 1 : 0), workspace: &workspace)
        }
        model.predict(FeatureRow(layout), into: &answer, workspace: &workspace)
        return answer[0]
    }

    @Test(arguments: ["random_under_sampler", "random_over_sampler"])
    func samplersMakeTheSharesThatAreWanted(_ name: String) {
        #expect((share(name, [:], positiveEvery: 10) - 0.5).magnitude < 0.03)
        let wanted = share(name, ["desired_dist": .numbers([1, 3])], positiveEvery: 10)
        #expect((wanted - 0.75).magnitude < 0.03)
    }

    @Test func aRandomSampleHasItsShares() {
        let wanted = share(
            "random_sampler", ["desired_dist": .numbers([0.4, 0.6]), "sampling_rate": .number(0.5)], positiveEvery: 5)
        #expect((wanted - 0.6).magnitude < 0.03)
        #expect((share("random_sampler", [:], positiveEvery: 5) - 0.2).magnitude < 0.03)
    }

    @Test func weightsBalanceWithoutChance() {
        let rate = Component(named: "sgd", ["lr": .number(0.01)])
        func answer(_ learner: Component, _ weights: [Double]) -> Double {
            let layout = FeatureLayout([("x", .number)])
            var model = Pipeline(
                PipelineDeclaration(numbers: ["x"], transformers: [], learner: learner), task: .binary, layout: layout)
            var (workspace, answer, row) = (Pipeline.Workspace(), [Double](), FeatureRow(layout))
            row.setNumber(1, at: 0)
            for index in 0..<40 {
                let slot = index % 4 == 0 ? 1 : 0
                model.learn(row, .label(slot), weight: weights.isEmpty ? 1 : weights[slot], workspace: &workspace)
            }
            model.predict(row, into: &answer, workspace: &workspace)
            return answer[0]
        }
        let logistic = Component(named: "logistic_regression", ["optimizer": .component(rate)])
        let weighted = Component(
            named: "class_weighted", ["classifier": .component(logistic), "class_weights": .numbers([1, 3])])
        #expect(answer(weighted, []) == answer(logistic, [1, 3]))
        #expect(answer(weighted, []) != answer(logistic, []))
    }
}

extension Component {
    /// The same with arguments in an array.
    init(named name: String, _ arguments: [(String, Argument)]) {
        guard let declaration = Catalogue.declaration(named: name) else { preconditionFailure("no \(name)") }
        self.init(
            name: name,
            arguments: declaration.parameters.map { parameter in
                arguments.first { $0.0 == parameter.name }?.1 ?? parameter.defaultValue
            })
    }
}
