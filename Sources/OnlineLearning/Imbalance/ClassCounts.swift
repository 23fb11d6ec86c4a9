import Determinism

/// How often each class was learned, an example as often as it weighs, and how often it should be: what samplers and
/// class weights go by.
struct ClassCounts: Sendable {
    /// By slot.
    private(set) var counts: [Double] = []
    /// The count that the last example changed, as it was.
    private var before = 0.0
    /// The wanted share of each slot, in any unit; where it is empty all are wanted as often.
    private let wanted: [Double]
    private let wantedMean: Double

    init(wanted: [Double]) {
        self.wanted = wanted
        wantedMean = wanted.isEmpty ? 1 : wanted.reduce(0, +) / Double(wanted.count)
    }

    /// The wanted share of a class; of one that nobody listed the mean of the others.
    @inline(__always)
    func wanted(_ slot: Int) -> Double { slot < wanted.count ? wanted[slot] : wantedMean }

    @inline(__always)
    mutating func insert(_ slot: Int, weight: Double) {
        while slot >= counts.count { counts.append(0) }
        before = counts[slot]
        counts[slot] += weight
    }

    /// Takes back the last `insert`.
    @inline(__always)
    mutating func remove(_ slot: Int) {
        counts[slot] = before
        while let last = counts.last, last == 0 { counts.removeLast() }
    }

    /// The class of those learned that comes first by a score; the first of equals.
    func best(_ score: (_ wanted: Double, _ count: Double) -> Double) -> Int {
        var (best, bestScore) = (0, -Double.infinity)
        for slot in counts.indices where counts[slot] > 0 {
            let score = score(wanted(slot), counts[slot])
            if score > bestScore { (best, bestScore) = (slot, score) }
        }
        return best
    }

    /// What all classes were learned; not kept, as a sum of weights depends on the order in which they come.
    var total: Double { counts.reduce(0, +) }

    /// How many classes were learned.
    var knownCount: Double {
        var known = 0.0
        for count in counts where count > 0 { known += 1 }
        return known
    }

    func encode(to encoder: inout CanonicalEncoder) { encoder.doubles(counts) }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let counts = try decoder.doubles()
        guard counts.allSatisfy({ $0 >= 0 && $0.isFinite }), counts.last != 0 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "no class was learned so often")
        }
        self.counts = counts
    }
}

/// The parameters that the classifiers of this folder share.
enum ImbalanceParameters {
    static let classifier = ParameterDeclaration(
        "classifier", .learner(nil), default: .component(HoeffdingTreeClassifier.declaration.withDefaults),
        "what learns")

    static func desiredDist(_ summary: String) -> ParameterDeclaration {
        ParameterDeclaration("desired_dist", .optional(.classNumbers(1e-6...1e6)), default: .none, summary)
    }

    static func member<M: Learner>(_ arguments: Arguments, _ inputs: LearnerInputs) -> M {
        guard let component = arguments.component("classifier") else { preconditionFailure("no classifier is given") }
        return M(component, inputs: inputs)
    }
}
