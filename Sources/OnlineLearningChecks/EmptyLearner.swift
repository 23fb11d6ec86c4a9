import Determinism
import OnlineLearning

/// Learns nothing: what a pipeline costs without a learner.
struct EmptyLearner: Learner {
    static let declaration = ComponentDeclaration("empty", .ensemble)
    static let tasks = Task.allCases

    init(_ component: Component, inputs: LearnerInputs) {}

    init(_ arguments: Arguments, inputs: LearnerInputs) {}

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {}

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool { true }

    var byteCount: Int { 0 }

    func encode(to encoder: inout CanonicalEncoder) {}

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {}
}
