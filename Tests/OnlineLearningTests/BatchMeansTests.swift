import Determinism
import OnlineLearning
import Testing

@Suite struct BatchMeansTests {
    @Test func itsDocumentedNumbersAreRight() throws {
        var means = BatchMeans()
        for x in [3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3] { means.update(x) }
        #expect(means.mean == 3.9)
        #expect(abs(try #require(means.halfWidth) - 1.766801) < 1e-6)
        #expect(ProperLoss.absoluteError.of([2.5], .value(3), task: .regression) == 0.5)
    }

    @Test func fewNumbersHaveAMeanAndNoInterval() {
        var means = BatchMeans()
        #expect(means.mean == 0 && means.halfWidth == nil)
        for count in 1...9 {
            means.update(Double(count))
            #expect(means.halfWidth == nil)
        }
        #expect(means.mean == 5)
    }

    @Test func batchesGrowWithTheStreamAndEveryNumberCounts() {
        var means = BatchMeans()
        var sum = 0.0
        for index in 0..<10_001 {
            means.update(Double(index % 17))
            sum += Double(index % 17)
            #expect(means.batchCount < 32 && means.batchCount * means.batchSize <= means.count)
        }
        #expect(means.batchCount >= 16 && means.batchSize == 512)
        #expect(abs(means.mean - sum / 10_001) < 1e-12)
    }

    /// Of a stream in which each number keeps nine tenths of the last, the interval holds the true mean nearly as often
    /// as it says; taken for independent, the same numbers would say so much less often.
    @Test func dependentNumbersWidenTheInterval() throws {
        var generator = SeededGenerator(seed: 11)
        var (covered, naivelyCovered) = (0, 0)
        for _ in 0..<300 {
            var means = BatchMeans()
            var (x, sum, squares) = (0.0, 0.0, 0.0)
            for _ in 0..<4_000 {
                x = 0.9 * x + generator.uniform() - 0.5
                means.update(x)
                sum += x
                squares += x * x
            }
            if means.mean.magnitude <= (try #require(means.halfWidth)) { covered += 1 }
            let (mean, n) = (sum / 4_000, 4_000.0)
            if mean.magnitude <= 1.96 * ((squares / n - mean * mean) / n).squareRoot() { naivelyCovered += 1 }
        }
        #expect(covered > 270 && covered < 300, "\(covered)")
        #expect(naivelyCovered < 150, "\(naivelyCovered)")
    }

    @Test func theLossFollowsTheTaskAndTheFirstMetric() {
        #expect(ProperLoss(.regression, metric: Component(named: "rmse")) == .squaredError)
        #expect(ProperLoss(.regression, metric: Component(named: "r2")) == .squaredError)
        #expect(ProperLoss(.regression, metric: Component(named: "mae")) == .absoluteError)
        let rolling = Component(
            named: "rolling", ["metric": .component(Component(named: "mse")), "window_size": .integer(5)])
        #expect(ProperLoss(.regression, metric: rolling) == .squaredError)
        #expect(ProperLoss(.binary, metric: Component(named: "accuracy")) == .logLoss)
        #expect(ProperLoss.logLoss.of([0], .label(1), task: .binary).map { $0 > 34 && $0 < 35 } == true)
        #expect(ProperLoss.logLoss.of([.nan], .label(1), task: .binary) == nil)
        #expect(ProperLoss.logLoss.of([1], .value(1), task: .regression) == nil)
    }
}
