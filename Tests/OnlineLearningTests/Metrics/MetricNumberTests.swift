import Determinism
import OnlineLearning
import Testing

/// The numbers in the metrics' documentation.
@Suite struct MetricNumberTests {
    private static func score(
        _ name: String, _ task: Task, _ truths: [Target], _ answers: [[Double]],
        _ arguments: KeyValuePairs<String, Argument> = [:]
    ) -> Double {
        var scores = Scorecard([Component(named: name, arguments)], task: task)
        for (truth, answer) in zip(truths, answers) { scores.update(truth, answer) }
        return scores.values[0].value
    }

    /// A certain choice of each class.
    private static func chosen(_ classes: [Int]) -> [[Double]] {
        classes.map { chosen in (0...chosen).map { $0 == chosen ? 1 : .nan } }
    }

    private static func labels(_ classes: [Int]) -> [Target] { classes.map { .label($0) } }

    @Test(arguments: [
        ("mae", 0.5), ("mse", 0.375), ("rmse", 0.6123724356957945), ("r2", 0.9486081370449679),
        ("mape", 32.73809523809524), ("quantile_loss", 0.25),
        ("rmsle", 0.35782554765656366),
    ])
    func ofNumbers(_ name: String, _ value: Double) {
        let truths = [3, -0.5, 2, 7].map { Target.value($0) }
        #expect(isClose(Self.score(name, .regression, truths, [[2.5], [0], [2], [8]]), value))
    }

    @Test func ofOtherNumbers() {
        let small = [0, 2, 5].map { Target.value($0) }
        #expect(isClose(Self.score("smape", .regression, small, [[0], [3], [5]]), 13.333333333333336))
        let truths = [3, -0.5, 2, 7].map { Target.value($0) }
        let pinball = Self.score(
            "quantile_loss", .regression, truths, [[2.5], [0], [2], [8]], ["alpha": .number(0.9)])
        #expect(isClose(pinball, 0.15))
    }

    /// A loss is exact up to 1e290, and counts as 1e290 beyond (docs/limits.md).
    @Test func ofHugeNumbers() {
        for (truth, mae, mse) in [(1e140, 1e140, 1e280), (1e150, 1e150, 1e290), (1e300, 1e290, 1e290)] {
            let truths = [Target.value(truth), .value(-truth)]
            #expect(isClose(Self.score("mae", .regression, truths, [[0], [0]]), mae), "\(truth)")
            #expect(isClose(Self.score("mse", .regression, truths, [[0], [0]]), mse), "\(truth)")
            #expect(isClose(Self.score("rmse", .regression, truths, [[0], [0]]), mse.squareRoot()), "\(truth)")
            #expect(Self.score("r2", .regression, truths, [[0], [0]]).isFinite, "\(truth)")
        }
    }

    @Test func ofIntervals() {
        let truths = [1, 2, 3, 4].map { Target.value($0) }
        let answers: [[Double]] = [[1, 0, 2], [2, 2, 3], [3, 4, 5], [4]]
        #expect(isClose(Self.score("interval_coverage", .regression, truths, answers), 0.6666666666666666))
        #expect(isClose(Self.score("interval_width", .regression, truths, answers), 1.3333333333333333))
    }

    @Test(arguments: [
        ("accuracy", 0.6), ("macro_precision", 0.5), ("micro_precision", 0.6), ("weighted_precision", 0.7),
        ("macro_recall", 0.5555555555555555), ("micro_recall", 0.6), ("weighted_recall", 0.6),
        ("macro_jaccard", 0.38888888888888884), ("micro_jaccard", 0.42857142857142855), ("weighted_jaccard", 0.5),
        ("macro_f1", 0.48888888888888893), ("weighted_f1", 0.6133333333333334),
    ])
    func ofThreeClasses(_ name: String, _ value: Double) {
        let answers = Self.chosen([0, 0, 2, 2, 1])
        #expect(isClose(Self.score(name, .multiclass, Self.labels([0, 1, 2, 2, 2]), answers), value))
    }

    @Test func ofThreeClassesWithParameters() {
        let (truths, answers) = (Self.labels([0, 1, 2, 2, 2]), Self.chosen([0, 0, 2, 2, 1]))
        let beta: KeyValuePairs<String, Argument> = ["beta": .number(0.8)]
        #expect(isClose(Self.score("macro_fbeta", .multiclass, truths, answers, beta), 0.4859822716965574))
        #expect(isClose(Self.score("weighted_fbeta", .multiclass, truths, answers, beta), 0.6262832405689548))
        let (others, chosen) = (Self.labels([0, 1, 2, 2, 0]), Self.chosen([0, 1, 1, 2, 1]))
        #expect(isClose(Self.score("micro_fbeta", .multiclass, others, chosen, ["beta": .number(2)]), 0.6))
        #expect(isClose(Self.score("micro_f1", .multiclass, others, chosen), 0.6))
    }

    @Test func ofAnimals() {
        // cat 0, ant 1, bird 2
        let kappa = Self.score(
            "cohen_kappa", .multiclass, Self.labels([0, 1, 0, 0, 1, 2]), Self.chosen([1, 1, 0, 0, 1, 0]))
        #expect(isClose(kappa, 0.42857142857142855))
        let mean = Self.score(
            "geometric_mean", .multiclass, Self.labels([0, 1, 0, 0, 1, 2, 2]), Self.chosen([1, 1, 0, 0, 1, 0, 2]))
        #expect(isClose(mean, 0.6933612743506347))
    }

    @Test func ofTwoClasses() {
        func score(
            _ name: String, _ truths: [Int], _ chosen: [Double], _ arguments: KeyValuePairs<String, Argument> = [:]
        ) -> Double {
            Self.score(name, .binary, Self.labels(truths), chosen.map { [$0] }, arguments)
        }
        #expect(score("precision", [1, 0, 1, 1, 1], [1, 1, 0, 1, 1]) == 0.75)
        #expect(score("recall", [1, 0, 1, 1, 1], [1, 1, 0, 1, 1]) == 0.75)
        #expect(isClose(score("jaccard", [0, 1, 1], [1, 1, 1]), 0.6666666666666666))
        let f2 = score("fbeta", [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 0, 0], ["beta": .number(2)])
        #expect(isClose(f2, 0.35714285714285715))
        #expect(isClose(score("f1", [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 0, 0]), 0.4))
        #expect(isClose(score("mcc", [1, 1, 1, 0], [1, 0, 1, 1]), -0.3333333333333333))
        #expect(isClose(score("balanced_accuracy", [0, 1, 0, 0, 1, 0], [0, 1, 0, 0, 0, 1]), 0.625))
    }

    @Test func ofProbabilities() {
        let (truths, answers) = (Self.labels([1, 0, 0, 1]), [[0.9], [0.1], [0.2], [0.65]])
        #expect(isClose(Self.score("log_loss", .binary, truths, answers), 0.21616187468057912))
        #expect(isClose(Self.score("brier", .binary, truths, answers), 0.045625))
        let pairs = answers.map { [1 - $0[0], $0[0]] }
        #expect(isClose(Self.score("brier", .multiclass, truths, pairs), 2 * 0.045625))
        let bins = Self.score("calibration_error", .binary, truths, [[0.9], [0.1], [0.2], [0.35]])
        #expect(isClose(bins, 0.2625))
    }

    @Test func ofRanks() {
        let (truths, answers) = (Self.labels([0, 0, 1, 1]), [[0.1], [0.4], [0.35], [0.8]])
        #expect(isClose(Self.score("roc_auc", .binary, truths, answers), 0.875))
        #expect(isClose(Self.score("roc_auc", .binary, truths, answers, ["n_thresholds": .integer(20)]), 0.75))
        #expect(isClose(Self.score("rolling_roc_auc", .binary, truths, answers), 0.75))
        #expect(isClose(Self.score("rolling_pr_auc", .binary, truths, answers), 0.8333333333333333))
    }

    @Test func crossEntropyIsRivers() {
        let answers = [
            [0.29450637, 0.34216758, 0.36332605], [0.21290077, 0.32728332, 0.45981591],
            [0.42860913, 0.33380113, 0.23758974], [0.44941979, 0.32962558, 0.22095463],
        ]
        let truths = Self.labels([0, 1, 2, 2])
        #expect(isClose(Self.score("cross_entropy", .multiclass, truths, answers), 1.321597868584659))
        #expect(isClose(Self.score("log_loss", .multiclass, truths, answers), 1.321597868584659))
        #expect(Self.score("accuracy", .multiclass, truths, answers) == 0)
    }

    @Test func ofWindows() {
        let (truths, answers) = ([3, -0.5, 2, 7].map { Target.value($0) }, [[2.5], [0], [2], [8]])
        let mae = Argument.component(Component(named: "mae"))
        let rolling = Self.score(
            "rolling", .regression, truths, answers, ["metric": mae, "window_size": .integer(2)])
        #expect(rolling == 0.5)
        let timed = Component(named: "time_rolling", ["metric": mae, "period": .integer(2_000_000)])
        var scores = Scorecard([timed], task: .regression)
        for (index, (truth, answer)) in zip(truths, answers).enumerated() {
            scores.update(truth, answer, at: Int64(index) * 1_000_000)
        }
        #expect(scores["mae[period=2s]"] == 0.5)
    }
}
