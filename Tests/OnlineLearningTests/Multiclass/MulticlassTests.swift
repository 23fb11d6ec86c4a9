import OnlineLearning
import Testing

@Suite struct MulticlassTests {
    static let logistic: [String: Argument] = [
        "classifier": .component(component("logistic_regression", ["optimizer": .component(component("sgd"))]))
    ]

    @Test func oneVersusRestDividesByTheSum() {
        var probe = LearnerProbe(component("one_vs_rest_classifier", Self.logistic), .multiclass)
        probe.learn([1], .label(0))
        probe.learn([1], .label(1))
        let answer = probe.predict([1])
        #expect(isClose(answer[0], 0.4987468775846787) && isClose(answer[1], 0.5012531224153212), "\(answer)")
    }

    @Test func oneVersusOneCountsVotes() {
        let votes = Self.logistic.merging(["probability": .choice("votes")]) { $1 }
        var probe = LearnerProbe(component("one_vs_one_classifier", votes), .multiclass)
        for slot in 0..<3 { probe.learn([Double(slot + 1)], .label(slot)) }
        #expect(probe.predict([3]) == [0, 1.0 / 3, 2.0 / 3])
    }

    @Test func coupledPairsOfTwoClassesSayWhatTheirClassifierSays() {
        var pairs = LearnerProbe(component("one_vs_one_classifier", Self.logistic), .multiclass)
        guard case .component(let logistic)? = Self.logistic["classifier"] else { return }
        var one = LearnerProbe(logistic, .binary)
        pairs.learn([1], .label(0))
        for index in 0..<30 {
            let (x, label) = (Double(index % 4), index % 4 < 2 ? 0 : 1)
            pairs.learn([x], .label(label))
            // No pair has learned before both classes were known.
            if index >= 2 { one.learn([x], .label(label)) }
        }
        let (answer, expected) = (pairs.predict([3]), one.predict([3])[0])
        #expect(expected > 0.5 && isClose(answer[1], expected) && isClose(answer[0], 1 - expected), "\(answer)")
    }

    @Test func coupledPairsRuleNoClassOut() {
        let certain = component("knn_classifier", ["prior_count": .number(0)])
        var probe = LearnerProbe(
            component("one_vs_one_classifier", ["classifier": .component(certain)]), .multiclass)
        for index in 0..<300 { probe.learn([Double(index % 3)], .label(index % 3)) }
        for x in 0..<3 {
            let answer = probe.predict([Double(x)])
            #expect(isClose(answer.reduce(0, +), 1))
            #expect(answer[x] > 0.9 && answer.allSatisfy { $0 > 0.005 }, "\(answer)")
        }
    }

    @Test func classesBeyondTheLimitAreNotLearned() {
        var probe = LearnerProbe(
            component("one_vs_one_classifier", Self.logistic.merging(["max_classes": .integer(2)]) { $1 }), .multiclass)
        for slot in 0..<2 { probe.learn([1], .label(slot)) }
        let before = probe.bytes
        let isLearned = probe.learn([1], .label(2))
        #expect(!isLearned)
        #expect(probe.bytes == before)
    }

    @Test func anExactCodeIsNeverUsedTwice() {
        let exact: [String: Argument] = ["code_size": .integer(2), "coding_method": .choice("exact")]
        var probe = LearnerProbe(component("output_code_classifier", exact), .multiclass)
        // Weights too small to move anything.
        for slot in 0..<2 { probe.learn([0], .label(slot), weight: 1e-300) }
        #expect(probe.predict([0]).allSatisfy { ($0 - 0.5).magnitude < 1e-12 })
        for slot in 2..<4 { probe.learn([0], .label(slot)) }
        let before = probe.bytes
        let isLearned = probe.learn([0], .label(4))
        #expect(!isLearned && probe.bytes == before)
    }

    @Test func theSeedDecidesTheCodes() {
        let probes = [1, 1, 2].map { seed in
            var probe = LearnerProbe(component("output_code_classifier", ["seed": .integer(seed)]), .multiclass)
            for slot in 0..<5 { probe.learn([Double(slot)], .label(slot)) }
            return probe.bytes
        }
        #expect(probes[0] == probes[1] && probes[0] != probes[2])
    }

    @Test func theClassifierDecidesWhatIsTaken() {
        let neighbors = component("knn_classifier", ["prior_count": .number(0)])
        let wrapped = component("one_vs_rest_classifier", ["classifier": .component(neighbors)])
        #expect(Catalogue.takesCategories(wrapped))
        var probe = LearnerProbe(wrapped, .multiclass, numbers: 0, categories: 1)
        for name in ["a", "b", "c", "a", "b", "c"] {
            probe.learn([], [name], .label(name == "a" ? 0 : name == "b" ? 1 : 2))
        }
        #expect(probe.predict([], ["b"]) == [0, 1, 0])
    }
}
