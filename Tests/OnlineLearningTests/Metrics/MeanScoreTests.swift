import Determinism
import OnlineLearning
import Testing

/// A metric that is read from one sum is the one that a scorecard reads.
@Suite struct MeanScoreTests {
    private static func complete(_ declaration: ComponentDeclaration) -> Component {
        Component(named: declaration.name)
    }

    @Test(arguments: [Task.regression, .binary, .multiclass]) func everyMeanIsThatOfTheScorecard(_ task: Task) {
        var generator = SeededGenerator(seed: 11)
        var found: [String] = []
        for declaration in Catalogue.metrics.map({ $0.declaration }) {
            let component = Self.complete(declaration)
            guard ScoredMetric.tasks(of: component).contains(task) else { continue }
            let score = MeanScore(of: [component], task: task)
            guard score.name == ScoredMetric(component).name else {
                #expect(["mae", "log_loss"].contains(score.name), "\(declaration.name)")
                continue
            }
            found.append(score.name)
            var card = Scorecard([component], task: task, classesMax: 4)
            var (sum, count) = (0.0, 0)
            for _ in 0..<200 {
                let (truth, answer) = Self.pair(task, &generator)
                card.update(truth, answer)
                answer.withUnsafeBufferPointer { answer in
                    guard let numbers = score.numbers(of: answer, truth) else { return }
                    #expect(score.loss(of: answer, truth) == numbers.loss)
                    (sum, count) = (sum + numbers.loss, count + 1)
                }
            }
            #expect(count > 150)
            #expect(card[score.name] == score.value(sum: sum, count: count), "\(declaration.name)")
            #expect(score.biggerIsBetter == ScoredMetric(component).biggerIsBetter)
        }
        let expected = task == .regression ? ["mae", "mse", "rmse"] : ["accuracy", "log_loss"]
        #expect(Set(expected).isSubset(of: found), "\(found)")
    }

    private static func pair(_ task: Task, _ generator: inout SeededGenerator) -> (Target, [Double]) {
        // Now and then there is no answer.
        let isMissing = generator.below(20) == 0
        switch task {
        case .regression:
            return (.value(generator.uniform() * 9), [isMissing ? .nan : generator.uniform() * 9])
        case .binary: return (.label(generator.below(2)), [isMissing ? .nan : generator.uniform()])
        case .multiclass:
            let weights = (0..<4).map { _ in generator.uniform() }
            return (.label(generator.below(4)), weights.map { $0 / weights.reduce(0, +) })
        }
    }

    @Test func theFirstThatIsAMeanOverAllIsTaken() {
        let rolling = Component(
            named: "rolling", ["metric": .component(Component(named: "mae")), "window_size": .integer(2)])
        let metrics = [Component(named: "r2"), rolling, Component(named: "rmse"), Component(named: "mae")]
        let score = MeanScore(of: metrics, task: .regression)
        #expect(score.name == "rmse" && score.value(sum: 9, count: 1) == 3 && score.value(sum: 0, count: 0) == 0)
        #expect(MeanScore(of: [Component(named: "r2")], task: .regression).name == "mae")
        #expect(MeanScore(of: [Component(named: "roc_auc")], task: .binary).name == "log_loss")
        #expect(MeanScore(of: [], task: .multiclass).name == "log_loss")
    }

    @Test func answersAndTruthsAreThoseThatPeopleCompare() {
        func numbers(_ task: Task, _ answer: [Double], _ truth: Target) -> [Double]? {
            answer.withUnsafeBufferPointer { MeanScore(of: [], task: task).numbers(of: $0, truth) }
                .map { [$0.answer, $0.truth] }
        }
        #expect(numbers(.regression, [4], .value(6)) == [4, 6])
        #expect(numbers(.regression, [.infinity], .value(6)) == nil)
        #expect(numbers(.binary, [0.2], .label(1)) == [0.2, 1])
        #expect(numbers(.multiclass, [0.2, 0.7, 0.1], .label(1)) == [0.7, 1])
        #expect(numbers(.multiclass, [0.2, 0.7, 0.1], .label(3)) == [0.7, 0])
        #expect(numbers(.multiclass, [.nan, .nan], .label(0)) == nil)
    }
}
