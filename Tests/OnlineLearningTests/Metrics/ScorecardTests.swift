import Determinism
import OnlineLearning
import Testing

/// What the task, the classes and missing answers mean, and how metrics are named.
@Suite struct ScorecardTests {
    private static func value(
        _ name: String, _ task: Task, _ pairs: [(Int, [Double])], classesMax: Int = 257
    ) -> Double {
        var scores = Scorecard([Component(named: name)], task: task, classesMax: classesMax)
        for (truth, answer) in pairs { scores.update(.label(truth), answer) }
        return scores.values[0].value
    }

    @Test func aClassWithoutAProbabilityIsSurprisingToLogLossAndFreeInCrossEntropy() {
        for answer in [[], [1, .nan]] {
            #expect(isClose(Self.value("log_loss", .multiclass, [(1, answer)]), 34.538776394910684))
            #expect(Self.value("cross_entropy", .multiclass, [(1, answer)]) == 0)
        }
        #expect(isClose(Self.value("cross_entropy", .multiclass, [(0, [0.5]), (1, [0.5])]), 0.34657359027997264))
    }

    @Test func oneKnownClassOfSeveralIsNoProbabilityOfTwo() {
        #expect(Self.value("accuracy", .multiclass, [(0, [0.9])]) == 1)
        #expect(Self.value("accuracy", .binary, [(1, [0.9])]) == 1)
        #expect(isClose(Self.value("log_loss", .multiclass, [(0, [0.9])]), 0.10536051565782628))
    }

    @Test func accuracyCountsAHalfAsNegativeAndNoAnswerAsWrong() {
        #expect(Self.value("accuracy", .binary, [(0, [0.5]), (1, [0.5])]) == 0.5)
        #expect(Self.value("accuracy", .multiclass, [(0, []), (1, [0.2, 0.5, .nan])]) == 0.5)
    }

    @Test func classesBeyondTheLastShareItsSlot() {
        #expect(Self.value("accuracy", .multiclass, [(7, [0, 0, 1]), (2, [0, 0, 1])], classesMax: 3) == 1)
    }

    @Test func aNameSaysWhatWasChosen() {
        func name(_ component: String, _ arguments: KeyValuePairs<String, Argument> = [:]) -> String {
            ScoredMetric(Component(named: component, arguments)).name
        }
        let mae = Argument.component(Component(named: "mae"))
        #expect(name("mae") == "mae")
        #expect(name("fbeta") == "fbeta")
        #expect(name("fbeta", ["beta": .number(2)]) == "fbeta(beta=2)")
        let quantile = name("quantile_loss", ["alpha": .number(0.25), "by": .choice("origin")])
        #expect(quantile == "quantile_loss(alpha=0.25) by origin")
        #expect(name("rolling", ["metric": mae]) == "mae[window_size=1000]")
        let sliced = name("rolling", ["metric": mae, "window_size": .integer(5), "by": .choice("a b")])
        #expect(sliced == "mae[window_size=5] by a b")
        #expect(name("time_rolling", ["metric": mae]) == "mae[period=1d]")
        #expect(name("rolling_pr_auc", ["window_size": .integer(7)]) == "rolling_pr_auc[window_size=7]")
    }

    @Test func lateSlicesAreOthersAndAbsentOnesMissing() {
        let layout = FeatureLayout([("flag", .boolean), ("place", .category)])
        let metrics = [
            Component(named: "mae", ["by": .choice("place"), "max_slices": .integer(3)]),
            Component(named: "mae", ["by": .choice("flag")]),
        ]
        var scores = Scorecard(metrics, task: .regression, layout: layout)
        let places: [String?] = ["a", nil, "b", "c", "a", "d", "other"]
        for (index, place) in places.enumerated() {
            var row = FeatureRow(layout)
            if let place { row.setString(place, at: 0) }
            if index > 0 { row.setNumber(index % 2 == 0 ? 1 : 0, at: 0) }
            [0.0].withUnsafeBufferPointer { scores.update(.value(Double(index)), $0, row) }
        }
        func slices(_ index: Int) -> [String] {
            guard case .slices(let slices) = scores.readings[index].reading else { return [] }
            return slices.map { "\($0.name) \($0.value)" }
        }
        #expect(slices(0) == ["a 2.0", "(missing) 1.0", "b 2.0", "(other) 4.666666666666667"])
        #expect(slices(1) == ["(missing) 0.0", "false 3.0", "true 4.0"])
        #expect(scores.values.isEmpty)
        #expect(scores["mae by flag"] == nil)
    }

    @Test func anOutlierThatLeavesTheWindowLeavesNothingBehind() {
        let rolling = Component(
            named: "rolling", ["metric": .component(Component(named: "mae")), "window_size": .integer(3)])
        var scores = Scorecard([rolling], task: .regression)
        scores.update(.value(1e300), [-1e300])
        for _ in 0..<3 { scores.update(.value(1), [0.75]) }
        #expect(scores.values[0].value == 0.25)
    }

    @Test func equalProbabilitiesShareTheirRank() {
        func area(_ name: String, _ pairs: [(Int, Double)]) -> Double {
            Self.value(name, .binary, pairs.map { ($0.0, [$0.1]) })
        }
        #expect(area("rolling_roc_auc", [(1, 0.5), (0, 0.5)]) == 0.5)
        #expect(area("rolling_roc_auc", [(0, 0.5), (1, 0.5), (1, 0.9), (0, 0.1)]) == 0.875)
        #expect(area("rolling_pr_auc", [(1, 0.5), (0, 0.5)]) == 0.5)
        #expect(area("rolling_roc_auc", [(1, 0.5), (1, 0.5)]) == 0)
    }

    @Test func aMetricOfYourOwnIsScoredBesideTheOthers() {
        struct Bias: Metric {
            static let declaration = ComponentDeclaration("bias", .metric)
            static let tasks = [Task.regression]
            static let biggerIsBetter = false
            let ingredients = [Ingredient.truthVariance, .sum(.absoluteError)]
            init() {}
            init(_ arguments: Arguments) {}
            func value(of tally: Tally) -> Double { tally.truths.mean.value + tally.sum(.absoluteError) }
        }
        var scores = Scorecard(
            [ScoredMetric(Component(named: "mae")), ScoredMetric(Bias())], task: .regression)
        for y in [1.0, 3] { scores.update(.value(y), [0]) }
        #expect(scores["bias"] == 6)
        #expect(scores["mae"] == 2)
    }

    @Test func whatNoWindowCanTakeIsAConflict() {
        let roc = Argument.component(Component(named: "rolling_roc_auc"))
        let sliced = Argument.component(Component(named: "mae", ["by": .choice("a")]))
        let mae = Argument.component(Component(named: "mae"))
        let nested = Argument.component(Component(named: "rolling", ["metric": mae]))
        let conflict = Rolling.declaration.conflict
        for metric in [Argument.none, roc, sliced, nested] {
            #expect(conflict([metric, .integer(5), .none, .integer(100)]) != nil)
        }
        #expect(conflict([mae, .integer(100_000), .choice("a"), .integer(101)]) != nil)
        #expect(conflict([mae, .integer(100_000), .none, .integer(101)]) == nil)
        #expect(TimeRolling.declaration.conflict([roc, .integer(5), .integer(5), .none, .integer(100)]) != nil)
    }
}
