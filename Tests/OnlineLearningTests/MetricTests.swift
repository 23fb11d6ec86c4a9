import Determinism
import OnlineLearning
import Testing

/// The numbers in the metrics' documentation are River's.
@Suite struct MetricTests {
    static let values = zip([3, -0.5, 2, 7], [[2.5], [0], [2], [8]]).map { (Target.value($0), $1) }

    static func score<M: Metric>(_ type: M.Type, _ pairs: [(Target, [Double])]) -> Double {
        var metric = M()
        for (truth, answer) in pairs { metric.update(truth, answer) }
        return metric.value
    }

    @Test func regressionMetricsAreTheDocumentedNumbers() {
        #expect(Self.score(MAE.self, Self.values) == 0.5)
        #expect(Self.score(RMSE.self, Self.values) == 0.6123724356957945)
        #expect(isClose(Self.score(R2.self, Self.values), 0.9486081370449679))
    }

    @Test func logLossIsTheDocumentedNumber() {
        let pairs = zip([1, 0, 0, 1], [[0.9], [0.1], [0.2], [0.65]]).map { (Target.label($0), $1) }
        #expect(isClose(Self.score(LogLoss.self, pairs), 0.21616187468057912))
    }

    @Test func rocAUCIsTheDocumentedNumber() {
        let pairs = zip([0, 0, 1, 1], [[0.1], [0.4], [0.35], [0.8]]).map { (Target.label($0), $1) }
        #expect(isClose(Self.score(ROCAUC.self, pairs), 0.875))
    }

    @Test func crossEntropyIsRivers() {
        let answers = [
            [0.29450637, 0.34216758, 0.36332605], [0.21290077, 0.32728332, 0.45981591],
            [0.42860913, 0.33380113, 0.23758974], [0.44941979, 0.32962558, 0.22095463],
        ]
        let pairs = zip([0, 1, 2, 2], answers).map { (Target.label($0), $1) }
        #expect(isClose(Self.score(CrossEntropy.self, pairs), 1.321597868584659))
        #expect(isClose(Self.score(LogLoss.self, pairs), 1.321597868584659))
        #expect(Self.score(Accuracy.self, pairs) == 0)
    }

    @Test func aClassWithoutAProbabilityIsSurprisingToLogLossAndFreeInCrossEntropy() {
        for answer in [[], [1, .nan]] {
            #expect(isClose(Self.score(LogLoss.self, [(.label(1), answer)]), 34.538776394910684))
            #expect(Self.score(CrossEntropy.self, [(.label(1), answer)]) == 0)
        }
    }

    @Test func accuracyCountsAHalfAsNegativeAndNoAnswerAsWrong() {
        #expect(Self.score(Accuracy.self, [(.label(0), [0.5]), (.label(1), [0.5])]) == 0.5)
        #expect(Self.score(Accuracy.self, [(.label(0), []), (.label(1), [0.2, 0.5, .nan])]) == 0.5)
    }

    @Test func goesOnFromItsEncoding() throws {
        func check<M: Metric>(_ type: M.Type) throws {
            var generator = SeededGenerator(seed: 2)
            var metric = M()
            for _ in 0..<50 {
                metric = try M(canonicalBytes: metric.canonicalBytes)
                let truth = M.tasks[0] == .regression ? Target.value(generator.uniform()) : .label(generator.below(2))
                metric.update(truth, [generator.uniform()])
            }
            generator = SeededGenerator(seed: 2)
            var straight = M()
            for _ in 0..<50 {
                let truth = M.tasks[0] == .regression ? Target.value(generator.uniform()) : .label(generator.below(2))
                straight.update(truth, [generator.uniform()])
            }
            #expect(metric.canonicalBytes == straight.canonicalBytes)
            #expect(metric.value == straight.value)
        }
        for type in Metrics.all { try check(type) }
    }

    @Test func everyMetricIsFoundByItsNameAndEveryTaskHasDefaults() {
        for type in Metrics.all { #expect(Metrics.named(type.name) == type) }
        for task in Task.allCases {
            #expect(Metrics.defaults(for: task).allSatisfy { Metrics.names(for: task).contains($0) })
        }
    }
}
