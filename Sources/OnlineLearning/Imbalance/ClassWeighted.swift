import Determinism

/// A classifier that learns examples of some classes with more weight than others, so that mistakes on a rare class
/// count for more. Nothing is drawn and nothing left out; its probabilities are shifted towards the heavier classes.
///
/// - `classifier`: what learns (default `hoeffding_tree_classifier`).
/// - `class_weights`: a weight for each class, at least 0; null (default) balances: a class that came n times of N,
///   with k classes known, has the weight N / (k · n). An example that has a weight counts for as many, and is learned
///   with both weights multiplied.
///
/// Time and memory: the classifier's. Which learners take weights says their page.
///
/// With weights 1 and 3, learning a positive example is the same as learning it with weight 3.
///
/// Source: G. King and L. Zeng, *Logistic regression in rare events data*, Political Analysis 9(2), 2001, section 4.2,
/// for the weights; River leaves them to `learn_one(x, y, w)`.
public enum ClassWeighted: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "class_weighted", .ensemble, revision: 2,
        parameters: [
            ImbalanceParameters.classifier,
            ParameterDeclaration(
                "class_weights", .optional(.classNumbers(0...1e6)), default: .none,
                "a weight for each class; null balances them"),
        ])
    public static let tasks = [Task.binary, .multiclass]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type { wrap(member) }

    private static func wrap<M: Learner>(_: M.Type) -> any Learner.Type { ClassWeightedClassifier<M>.self }
}

/// What ``ClassWeighted`` makes of a learner.
struct ClassWeightedClassifier<M: Learner>: Learner {
    static var declaration: ComponentDeclaration { ClassWeighted.declaration }
    static var tasks: [Task] { ClassWeighted.tasks }
    static var takesCategories: Bool { M.takesCategories }

    private let weights: [Double]
    private var member: M
    private var counts = ClassCounts(wanted: [])

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        weights = arguments.numbers("class_weights")
        member = ImbalanceParameters.member(arguments, inputs)
    }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) { member.predict(x, into: &answer) }

    var voiceCount: Int { member.voiceCount }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double], voices: inout [Double]) {
        member.predict(x, into: &answer, voices: &voices)
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        learn(x, target, weight: weight, asked: .now, journal: &journal)
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, asked: Asked, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        counts.insert(slot, weight: weight)
        guard counts.total.isFinite else {
            counts.remove(slot)
            return false
        }
        let own =
            weights.isEmpty
            ? counts.total / (counts.knownCount * counts.counts[slot]) : slot < weights.count ? weights[slot] : 1
        if member.learn(x, target, weight: weight * own, asked: asked, journal: &journal) { return true }
        counts.remove(slot)
        return false
    }

    var byteCount: Int { member.byteCount + counts.counts.count * 8 }

    func encode(to encoder: inout CanonicalEncoder) {
        counts.encode(to: &encoder)
        member.encode(to: &encoder)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        try counts.restore(from: &decoder)
        try member.restore(from: &decoder)
    }
}

extension ClassWeightedClassifier: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        try member.explainIfAble(x, asked)
    }
}
