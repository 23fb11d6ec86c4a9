import Determinism

/// Tells several classes apart with one binary classifier for each, which learns that class against all the others. The
/// probabilities of the classes are theirs, divided by their sum.
///
/// - `classifier`: a binary classifier (default `logistic_regression`).
///
/// A class gets its classifier when it is first learned. Where all give their class a probability of 0, all classes
/// are equally likely. A classifier that cannot take an example stays as it was; the others learn.
///
/// Time and memory: those of one classifier, times the number of classes.
///
/// With `logistic_regression` by `sgd`, after learning that x = 1 is of one class and then of another, the answer to
/// x = 1 is 0.4987468775846787 and 0.5012531224153212.
///
/// Source: R. Rifkin and A. Klautau, *In defense of one-vs-all classification*, JMLR 5, 2004; River's
/// `multiclass.OneVsRestClassifier`.
public enum OneVsRestClassifier: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "one_vs_rest_classifier", .ensemble, parameters: [MulticlassParameters.classifier])
    public static let tasks = [Task.multiclass, .binary]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type {
        func type<Member: Learner>(_ member: Member.Type) -> any Learner.Type { OneVsRest<Member>.self }
        return type(member)
    }
}

/// ``OneVsRestClassifier`` over one kind of classifier.
struct OneVsRest<Member: Learner>: Learner {
    static var declaration: ComponentDeclaration { OneVsRestClassifier.declaration }
    static var tasks: [Task] { OneVsRestClassifier.tasks }
    static var takesCategories: Bool { Member.takesCategories }

    private let task: Task
    private let fresh: Member
    /// By slot; nil for a class never learned.
    private var members: [Member?] = []

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        task = inputs.task
        fresh = MulticlassParameters.member(arguments, inputs)
    }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        let start = answer.count
        var (total, knownCount) = (0.0, 0.0)
        for slot in members.indices {
            guard members[slot] != nil else {
                answer.append(.nan)
                continue
            }
            members[slot]?.predict(x, into: &answer)
            total += answer[start + slot]
            knownCount += 1
        }
        for slot in members.indices {
            guard total > 0 else {
                if members[slot] != nil { answer[start + slot] = 1 / knownCount }
                continue
            }
            answer[start + slot] /= total
        }
        guard task == .binary else { return }
        let isPositiveKnown = members.count > 1 && members[1] != nil
        let positive = isPositiveKnown ? answer[start + 1] : members.isEmpty ? 0.5 : 0
        answer.removeLast(members.count)
        answer.append(positive)
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let label) = target else { preconditionFailure("a classifier learns classes") }
        guard weight > 0 else { return true }
        let countBefore = members.count
        let isNew = label >= countBefore || members[label] == nil
        while members.count <= label { members.append(nil) }
        if isNew { members[label] = fresh }
        var hasLearned = false
        for slot in members.indices {
            let isLearned = members[slot]?.learn(
                x, .label(slot == label ? 1 : 0), weight: weight, journal: &journal)
            hasLearned = isLearned ?? false || hasLearned
        }
        if !hasLearned, isNew {
            members[label] = nil
            members.removeLast(members.count - countBefore)
        }
        return hasLearned
    }

    var byteCount: Int { members.reduce(0) { $0 + ($1?.byteCount ?? 0) } }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(members.count)
        for member in members { encoder.optional(member) { $1.encode(to: &$0) } }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        members = []
        for slot in 0..<(try decoder.count()) {
            guard try decoder.bool() else {
                members.append(nil)
                continue
            }
            members.append(fresh)
            try members[slot]?.restore(from: &decoder)
        }
    }
}
