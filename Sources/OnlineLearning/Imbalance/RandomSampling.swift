import Determinism

/// What ``RandomUnderSampler``, ``RandomOverSampler`` and ``RandomSampler`` differ in.
protocol SamplingKind: Sendable {
    static var declaration: ComponentDeclaration { get }
    static var tasks: [Task] { get }
    init(_ arguments: Arguments)

    /// How often an example of a class is learned, the class being counted already.
    /// - Parameter pivot: the class by which the others are measured, −1 before the first example; changed in place.
    func draw(_ slot: Int, _ counts: ClassCounts, _ pivot: inout Int, _ generator: inout SeededGenerator) -> Int
}

/// A classifier that learns a sample of its examples: what samplers make of a learner. An example that is not in the
/// sample is learned all the same, as one that was left out.
struct SampledClassifier<M: Learner, Kind: SamplingKind>: Learner {
    static var declaration: ComponentDeclaration { Kind.declaration }
    static var tasks: [Task] { Kind.tasks }
    static var takesCategories: Bool { M.takesCategories }

    private let kind: Kind
    private var member: M
    private var counts: ClassCounts
    private var generator: SeededGenerator
    private var pivot = -1

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        kind = Kind(arguments)
        member = ImbalanceParameters.member(arguments, inputs)
        counts = ClassCounts(wanted: arguments.numbers("desired_dist"))
        generator = SeededGenerator(seed: arguments.seed)
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
        let before = (generator, pivot)
        counts.insert(slot, weight: weight)
        guard counts.total.isFinite else {
            counts.remove(slot)
            return false
        }
        let times = kind.draw(slot, counts, &pivot, &generator)
        for time in 0..<times where !member.learn(x, target, weight: weight, asked: asked, journal: &journal) {
            // What was learned once stays learned.
            guard time == 0 else { return true }
            (generator, pivot) = before
            counts.remove(slot)
            return false
        }
        return true
    }

    var byteCount: Int { member.byteCount + counts.counts.count * 8 }

    func encode(to encoder: inout CanonicalEncoder) {
        generator.encode(to: &encoder)
        encoder.int(Int64(pivot))
        counts.encode(to: &encoder)
        member.encode(to: &encoder)
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        generator = try SeededGenerator(from: &decoder)
        let pivot = try decoder.int()
        try counts.restore(from: &decoder)
        guard pivot >= -1, pivot < Int64(counts.counts.count), pivot < 0 || counts.counts[Int(pivot)] > 0 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "no class was learned that others go by")
        }
        self.pivot = Int(pivot)
        try member.restore(from: &decoder)
    }
}

extension SampledClassifier: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        try member.explainIfAble(x, asked)
    }
}
