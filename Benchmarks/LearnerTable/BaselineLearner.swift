import Determinism
import OnlineLearning

/// The trivial model in a learner's clothes, so that it is measured as the others are.
struct BaselineLearner: Learner {
    static let declaration = ComponentDeclaration("baseline", .ensemble)
    static let tasks = Task.allCases
    private var baseline: Baseline

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        baseline = Baseline(inputs.task)
    }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        baseline.predict(into: &answer)
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        baseline.learn(target)
        return true
    }

    var byteCount: Int { 24 }

    func encode(to encoder: inout CanonicalEncoder) { baseline.encode(to: &encoder) }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try baseline.restore(from: &decoder)
    }
}
