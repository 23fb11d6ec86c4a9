import Determinism
import OnlineLearning
import Testing

@Suite struct BaselineTests {
    @Test func theFrequencyOfAClassCountsHalfAnExampleMore() {
        var prior = PriorClassifier(classCount: 2)
        #expect(prior.probability(of: 1) == 0.5)
        for slot in [1, 0, 0] { prior.learn(slot) }
        #expect(prior.probability(of: 1) == 0.375)
    }

    @Test func openClassesAreKnownOnceLearned() {
        var baseline = Baseline(.multiclass)
        var answer: [Double] = []
        baseline.predict(into: &answer)
        #expect(answer.isEmpty)
        for slot in [0, 1, 1] { baseline.learn(.label(slot)) }
        baseline.predict(into: &answer)
        #expect(answer == [0.375, 0.625])
    }

    @Test func theMeanIsZeroBeforeThereIsAValue() {
        var baseline = Baseline(.regression)
        var answer: [Double] = []
        baseline.predict(into: &answer)
        for value in [1.0, 2, 6] { baseline.learn(.value(value)) }
        baseline.predict(into: &answer)
        #expect(answer == [0, 3])
    }

    @Test func theMeanOfTheLargestNumbersOfBothSignsIsFinite() {
        var baseline = Baseline(.regression)
        let largest = Double.greatestFiniteMagnitude
        var answers: [Double] = []
        for value in [largest, -largest, -largest, largest, 0, -largest] {
            baseline.learn(.value(value))
            baseline.predict(into: &answers)
        }
        #expect(answers.allSatisfy { $0.isFinite }, "\(answers)")
        #expect(answers[0] == largest && answers[1] == 0)
        #expect(abs(answers[5] + largest / 6) <= largest * 1e-15, "the mean of all six: \(answers[5])")
    }

    @Test(arguments: Task.allCases) func goesOnFromItsEncoding(_ task: Task) throws {
        var baseline = Baseline(task)
        for i in 0..<5 {
            baseline.learn(task == .regression ? .value(Double(i)) : .label(i % 2))
            var encoder = CanonicalEncoder()
            baseline.encode(to: &encoder)
            var decoder = CanonicalDecoder(encoder.bytes)
            var restored = Baseline(task)
            try restored.restore(from: &decoder)
            try decoder.finish()
            #expect(restored == baseline)
        }
    }
}
