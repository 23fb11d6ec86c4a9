import Determinism

/// Always answers the class that was learned last, with certainty.
///
/// It has no parameters. Time: O(classes) per answer, O(1) per example learned. Memory: one byte a class. It works on
/// no feature.
///
/// Of two classes, after learning the positive one it answers 1, and after the other 0.
///
/// Source: River's `dummy.NoChangeClassifier`; A. Bifet, R. Gavaldà, G. Holmes and B. Pfahringer, *Machine Learning for
/// Data Streams*, MIT Press 2018, section 2.
public struct NoChangeClassifier: Learner {
    public static let declaration = ComponentDeclaration("no_change_classifier", .classifier)
    public static let tasks = [Task.binary, .multiclass]

    private let task: Task
    /// By slot.
    private var isKnown: [Bool] = []
    /// The slot learned last.
    private var last: Int?

    public init(_ arguments: Arguments, inputs: LearnerInputs) {
        task = inputs.task
    }

    public func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        guard task == .multiclass else {
            answer.append(last.map { $0 == 1 ? 1 : 0 } ?? 0.5)
            return
        }
        for slot in isKnown.indices { answer.append(isKnown[slot] ? (slot == last ? 1 : 0) : .nan) }
    }

    public mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let slot) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        if slot >= isKnown.count { isKnown.append(contentsOf: repeatElement(false, count: slot + 1 - isKnown.count)) }
        isKnown[slot] = true
        last = slot
        return true
    }

    public var byteCount: Int { isKnown.count }

    public func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(isKnown.count)
        for flag in isKnown { encoder.bool(flag) }
        encoder.optional(last) { $0.count($1) }
    }

    public mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        isKnown = []
        for _ in 0..<(try decoder.count()) { isKnown.append(try decoder.bool()) }
        guard try decoder.bool() else {
            last = nil
            return
        }
        let slot = try decoder.uint()
        guard slot < UInt64(isKnown.count) else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "the last class is not known")
        }
        last = Int(slot)
    }
}
