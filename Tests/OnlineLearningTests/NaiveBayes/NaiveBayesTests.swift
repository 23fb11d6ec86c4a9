import OnlineLearning
import Testing

@Suite struct NaiveBayesTests {
    /// The documents of *Introduction to Information Retrieval*, table 13.1, as counts of Beijing, Chinese, Japan,
    /// Macao, Shanghai and Tokyo; a word that does not occur is no feature.
    static let documents: [(counts: [Double], label: Int)] = [
        ([1, 2, .nan, .nan, .nan, .nan], 0), ([.nan, 2, .nan, .nan, 1, .nan], 0), ([.nan, 1, .nan, 1, .nan, .nan], 0),
        ([.nan, 1, 1, .nan, .nan, 1], 1),
    ]
    /// "Chinese Chinese Chinese Tokyo Japan".
    static let question: [Double] = [.nan, 3, 1, .nan, .nan, 1]

    /// As River has them.
    private static let untempered: [String: Argument] = ["tempering": .boolean(false)]

    static func taught(_ learner: String) -> LearnerProbe {
        var probe = LearnerProbe(component(learner, untempered), .multiclass, numbers: 6)
        for document in documents { probe.learn(document.counts, .label(document.label)) }
        return probe
    }

    @Test(arguments: [
        ("multinomial_nb", 0.6897586117634673), ("bernoulli_nb", 0.19106678988221457),
        ("complement_nb", 0.4256500727917068),
    ])
    func theDocumentsOfTheTextbook(_ learner: String, _ expected: Double) {
        let probe = Self.taught(learner)
        let answer = probe.predict(Self.question)
        #expect(isClose(answer[0], expected), "\(learner) \(answer[0])")
    }

    @Test func theNormalDistributionsOfTwoClasses() {
        var probe = LearnerProbe(component("gaussian_nb", Self.untempered), .binary)
        for x in [1.0, 2, 3] {
            probe.learn([-x], .label(0))
            probe.learn([x], .label(1))
        }
        let answer = 1 - probe.predict([-0.8])[0]
        #expect(isClose(answer, 0.9918374229668796), "\(answer)")
    }

    @Test(arguments: ["gaussian_nb", "multinomial_nb", "bernoulli_nb", "complement_nb"])
    func aWeightOfTwoIsTwoExamples(_ learner: String) {
        var (once, twice) = (Self.taught(learner), Self.taught(learner))
        let (counts, label) = Self.documents[0]
        once.learn(counts, .label(label), weight: 2)
        for _ in 0..<2 { twice.learn(counts, .label(label)) }
        for (a, b) in zip(once.predict(Self.question), twice.predict(Self.question)) { #expect(isClose(a, b)) }
    }

    @Test(arguments: ["gaussian_nb", "multinomial_nb", "bernoulli_nb", "complement_nb"])
    func encodedColumnsAreAsGoodAsNumbers(_ learner: String) {
        // Two categories as columns, and as numbers of 0 and 1; the second is there from the first example on.
        var encoded = LearnerProbe(component(learner), .multiclass, numbers: 0, categories: 1, oneHot: true)
        var numbers = LearnerProbe(component(learner), .multiclass, numbers: 2)
        var columns = ["a"]
        for (index, name) in ["a", "b", "a", "b", "b", "a", "a"].enumerated() {
            if !columns.contains(name) { columns.append(name) }
            let label = [0, 1, 0, 0, 1, 2, 1][index]
            encoded.learn([], [name], .label(label))
            numbers.learn(["a", "b"].map { columns.contains($0) ? ($0 == name ? 1 : 0) : .nan }, .label(label))
        }
        for name in ["a", "b"] {
            let pairs = zip(encoded.predict([], [name]), numbers.predict(name == "a" ? [1, 0] : [0, 1]))
            for (a, b) in pairs { #expect(isClose(a, b)) }
        }
    }

    @Test(arguments: ["multinomial_nb", "complement_nb"])
    func countsBelowNothingDoNoHarm(_ learner: String) {
        var probe = LearnerProbe(component(learner), .binary, numbers: 2)
        for i in 0..<20 { probe.learn([-Double(i), 1], .label(i % 3 == 0 ? 1 : 0)) }
        let answer = probe.predict([-5, 2])
        #expect(answer[0] >= 0 && answer[0] <= 1)
    }
}
