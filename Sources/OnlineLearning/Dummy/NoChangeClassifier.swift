import Determinism

/// Answers the class that was learned last, with the frequency at which a class has come twice in a row; what remains
/// is divided evenly among the other classes known.
///
/// - `probability`: `repeats` (default): that frequency, each outcome counted half an example more than it was seen; or
///   `certain`: 1, which is River's answer, and infinitely surprised by every change.
///
/// Where classes have changed more often than not, its choice of two is the other one. It works on no feature.
///
/// Time: O(classes) per answer, O(1) per example learned. Memory: one byte a class, and 16.
///
/// After a positive and a negative example it has seen one change and no repetition: the positive class has
/// 1 − ½ / (1 + 1) = 0.75.
///
/// Source: River's `dummy.NoChangeClassifier`; A. Bifet, R. Gavaldà, G. Holmes and B. Pfahringer, *Machine Learning for
/// Data Streams*, MIT Press 2018, section 2; R. Krichevsky and V. Trofimov, *The performance of universal encoding*,
/// IEEE Trans. Inf. Theory 27(2), 1981 (the half).
public struct NoChangeClassifier: Learner {
    public static let declaration = ComponentDeclaration(
        "no_change_classifier", .classifier,
        parameters: [
            ParameterDeclaration(
                "probability", .choice(["repeats", "certain"]), default: .choice("repeats"),
                "of the last class: how often classes repeat, or 1")
        ])
    public static let tasks = [Task.binary, .multiclass]

    private let task: Task
    /// By slot.
    private var isKnown: [Bool] = []
    /// The slot learned last.
    private var last: Int?
    private var knownCount = 0
    private let isCertain: Bool
    /// Examples after another, and those of the same class as it.
    private var (pairs, repeats) = (0.0, 0.0)

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        task = inputs.task
        isCertain = arguments.choice("probability") == "certain"
    }

    /// The probability of the class learned last.
    private var share: Double { isCertain ? 1 : (repeats + 0.5) / (pairs + 1) }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        guard task == .multiclass else {
            answer.append(last.map { $0 == 1 ? share : 1 - share } ?? 0.5)
            return
        }
        let own = knownCount > 1 ? share : 1
        let other = knownCount > 1 ? (1 - own) / Double(knownCount - 1) : 0
        for slot in isKnown.indices { answer.append(isKnown[slot] ? (slot == last ? own : other) : .nan) }
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        guard (pairs + weight).isFinite else { return false }
        if slot >= isKnown.count { isKnown.append(contentsOf: repeatElement(false, count: slot + 1 - isKnown.count)) }
        if !isKnown[slot] { knownCount += 1 }
        isKnown[slot] = true
        if let last {
            pairs += weight
            if last == slot { repeats += weight }
        }
        last = slot
        return true
    }

    public var byteCount: Int { isKnown.count + 16 }

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(isKnown.count)
        for flag in isKnown { encoder.bool(flag) }
        encoder.optional(last) { $0.count($1) }
        encoder.double(pairs)
        encoder.double(repeats)
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        (isKnown, knownCount, last) = ([], 0, nil)
        for _ in 0..<(try decoder.count()) {
            isKnown.append(try decoder.bool())
            if isKnown[isKnown.count - 1] { knownCount += 1 }
        }
        if try decoder.bool() {
            let slot = try decoder.uint()
            guard slot < UInt64(isKnown.count), isKnown[Int(slot)] else {
                throw decoder.damage("the last class is not known")
            }
            last = Int(slot)
        }
        (pairs, repeats) = (try decoder.double(), try decoder.double())
        guard repeats >= 0, repeats <= pairs, pairs < .infinity else {
            throw decoder.damage("more repetitions than examples")
        }
    }
}

extension NoChangeClassifier: ExplainingLearner {
    func explain(
        _ x: borrowing FeatureVector, _ asked: ExplainedAnswer
    ) throws(Unexplained) -> ColumnContributions {
        asked.explanationWithoutFeatures(self, x)
    }
}
