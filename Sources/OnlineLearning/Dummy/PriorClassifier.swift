import Determinism

/// Always answers the frequencies of the classes learned so far, each counted `prior_count` of an example more than it
/// was seen. The most frequent class is its choice.
///
/// - `prior_count`: from 0 (default ½, so that no class it knows is impossible; 0 makes it River's). Not in River,
///   which cites the estimator of Krichevsky and Trofimov, leaves its half out, and so gives infinite surprise to the
///   second class it meets: it would be the easier baseline to beat.
///
/// Time: O(classes) per answer, O(1) per example learned. Memory: 8 bytes a class.
///
/// Of two classes, after three examples of which one is positive, the positive one has (1 + ½) / (3 + 1) = 0.375.
///
/// Source: R. Krichevsky and V. Trofimov, *The performance of universal encoding*, IEEE Trans. Inf. Theory 27(2), 1981;
/// River's `dummy.PriorClassifier`.
public struct PriorClassifier: Learner, Equatable {
    public static let declaration = ComponentDeclaration(
        "prior_classifier", .classifier,
        parameters: [
            ParameterDeclaration(
                "prior_count", .number(0...1e10), default: .number(0.5), "what is added to the count of each class")
        ])
    public static let tasks = [Task.binary, .multiclass]

    private let task: Task
    private let priorCount: Double
    private var counts: [Double]
    private var total = 0.0

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        task = inputs.task
        priorCount = arguments.number("prior_count")
        counts = [Double](repeating: 0, count: task == .binary ? 2 : 0)
    }

    /// - Parameter classCount: how many classes are known from the start: 2 when binary, 0 where they are open.
    public init(classCount: Int) {
        (task, priorCount) = (classCount == 2 ? .binary : .multiclass, 0.5)
        counts = [Double](repeating: 0, count: classCount)
    }

    public var classCount: Int { counts.count }

    /// The probability of a class known; 0 ≤ slot < ``classCount``.
    public func probability(of slot: Int) -> Double {
        share(slot, of: counts.count)
    }

    private func share(_ slot: Int, of knownCount: Int) -> Double {
        (counts[slot] + priorCount) / (total + priorCount * Double(knownCount))
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        guard task == .multiclass else {
            answer.append(total + priorCount > 0 ? probability(of: 1) : 0.5)
            return
        }
        var knownCount = 0
        for count in counts where count > 0 { knownCount += 1 }
        for slot in counts.indices { answer.append(counts[slot] > 0 ? share(slot, of: knownCount) : .nan) }
    }

    public mutating func learn(_ slot: Int) {
        learn(slot, weight: 1)
    }

    /// - Precondition: an example of the wrong class was learned.
    mutating func learn(_ slot: Int, insteadOf wrong: Int) {
        learn(wrong, weight: -1)
        learn(slot, weight: 1)
    }

    private mutating func learn(_ slot: Int, weight: Double) {
        if slot >= counts.count { counts.append(contentsOf: repeatElement(0, count: slot + 1 - counts.count)) }
        counts[slot] += weight
        total += weight
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        guard (total + weight + priorCount * Double(max(slot + 1, counts.count))).isFinite else { return false }
        learn(slot, weight: weight)
        return true
    }

    /// Whether both learned the same and go on alike.
    public static func == (a: Self, b: Self) -> Bool {
        a.counts == b.counts && a.total == b.total && a.priorCount == b.priorCount
    }

    public var byteCount: Int { counts.count * 8 }

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.doubles(counts)
        encoder.double(total)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        counts = try decoder.doubles()
        total = try decoder.double()
        guard task != .binary || counts.count == 2 else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "a binary prior of other than two classes")
        }
    }
}

extension PriorClassifier: CanonicallyCodable {
    public init(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        self.init(classCount: 0)
        try restore(from: &decoder)
    }
}

extension PriorClassifier: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        asked.explanationWithoutFeatures(self, x)
    }
}
