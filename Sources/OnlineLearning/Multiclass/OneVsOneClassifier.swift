import Determinism

/// Tells several classes apart with one binary classifier for each two of them, which learns only from examples of
/// those two. A class is as probable as its pairs' answers together say.
///
/// - `classifier`: a binary classifier (default `logistic_regression`).
/// - `probability`: `coupled` (default): of *k* classes, class *i* has 1 / (Σ 1/rᵢⱼ − (k − 2)), divided by the sum of
///   these, where rᵢⱼ is the probability of *i* in the pair with *j*, held from 1/64 to 63/64, as it says nothing of
///   examples of other classes; or `votes`: the share of the pairs that choose it, as in River.
/// - `max_classes`: from 2 to 1000 (default 100); an example of a class beyond is not learned. Not in River, where the
///   number of classifiers grows with the square of the classes, unbounded.
///
/// A pair gets its classifier when both classes are known and one is learned. Classes come in the order of first
/// learning, which decides equal votes; River's pairs are in the order of their names, and it answers with a class
/// alone. A classifier that cannot take an example stays as it was; the others learn.
///
/// Time: a learner's time per example, times the number of classes; per answer, times the number of pairs. Memory: that
/// of one classifier, times the number of pairs.
///
/// With `logistic_regression` by `sgd` and `votes`, after learning x = 1, 2 and 3 as three classes, the answer to x = 3
/// is 0, ⅓ and ⅔.
///
/// Source: S. Knerr, L. Personnaz and G. Dreyfus, *Single-layer learning revisited*, Neurocomputing, NATO ASI F 68,
/// 1990; D. Price, S. Knerr, L. Personnaz and G. Dreyfus, *Pairwise neural network classifiers with probabilistic
/// outputs*, NIPS 7, 1994 (the rule by which they are coupled); River's `multiclass.OneVsOneClassifier`.
public enum OneVsOneClassifier: LearnerWrapper {
    public static let declaration = ComponentDeclaration(
        "one_vs_one_classifier", .ensemble,
        parameters: [
            MulticlassParameters.classifier,
            ParameterDeclaration(
                "probability", .choice(["coupled", "votes"]), default: .choice("coupled"),
                "of a class: what all pairs together say, or how many choose it"),
            ParameterDeclaration("max_classes", .integer(2...1000), default: .integer(100), "classes told apart"),
        ])
    public static let tasks = [Task.multiclass]

    public static func wrapping(_ member: any Learner.Type) -> any Learner.Type {
        func type<Member: Learner>(_ member: Member.Type) -> any Learner.Type { OneVsOne<Member>.self }
        return type(member)
    }
}

/// ``OneVsOneClassifier`` over one kind of classifier.
struct OneVsOne<Member: Learner>: Learner {
    static var declaration: ComponentDeclaration { OneVsOneClassifier.declaration }
    static var tasks: [Task] { OneVsOneClassifier.tasks }
    static var takesCategories: Bool { Member.takesCategories }

    private let fresh: Member
    private let maxClasses: Int
    private let isCoupled: Bool
    /// By slot.
    private var isKnown: [Bool] = []
    /// The pairs (1, 0), (2, 0), (2, 1), (3, 0) …; nil where neither was learned since both were known. The later class
    /// is the positive one.
    private var members: [Member?] = []

    init(_ arguments: Arguments, inputs: LearnerInputs) {
        fresh = MulticlassParameters.member(arguments, inputs)
        maxClasses = arguments.integer("max_classes")
        isCoupled = arguments.choice("probability") == "coupled"
    }

    /// Where the classifier of two classes is.
    @inline(__always)
    private func index(_ later: Int, _ earlier: Int) -> Int { later * (later - 1) / 2 + earlier }

    func predict(_ x: borrowing FeatureVector, into answer: inout [Double]) {
        if isCoupled { couple(x, &answer) } else { count(x, &answer) }
    }

    /// Adds up the reciprocals of what each class has in its pairs; a pair without a classifier is even.
    private func couple(_ x: borrowing FeatureVector, _ answer: inout [Double]) {
        let start = answer.count
        for flag in isKnown { answer.append(flag ? 0 : .nan) }
        var knownCount = 0.0
        for flag in isKnown where flag { knownCount += 1 }
        for later in isKnown.indices {
            for earlier in 0..<later where isKnown[later] && isKnown[earlier] {
                let p = min(max(probability(index(later, earlier), x, &answer) ?? 0.5, 1.0 / 64), 63.0 / 64)
                answer[start + later] += 1 / p
                answer[start + earlier] += 1 / (1 - p)
            }
        }
        var sum = 0.0
        for slot in isKnown.indices where isKnown[slot] {
            answer[start + slot] = knownCount > 1 ? 1 / (answer[start + slot] - (knownCount - 2)) : 1
            sum += answer[start + slot]
        }
        for slot in isKnown.indices { answer[start + slot] /= sum }
    }

    /// The shares of the votes.
    private func count(_ x: borrowing FeatureVector, _ answer: inout [Double]) {
        let start = answer.count
        for flag in isKnown { answer.append(flag ? 0 : .nan) }
        var total = 0.0
        for later in isKnown.indices {
            for earlier in 0..<later {
                guard let p = probability(index(later, earlier), x, &answer) else { continue }
                answer[start + (p > 0.5 ? later : earlier)] += 1
                total += 1
            }
        }
        var knownCount = 0.0
        for flag in isKnown where flag { knownCount += 1 }
        for slot in isKnown.indices where isKnown[slot] {
            answer[start + slot] = total > 0 ? answer[start + slot] / total : 1 / knownCount
        }
    }

    /// What a pair's classifier gives to the later class; nil where there is none.
    @inline(__always)
    private func probability(_ index: Int, _ x: borrowing FeatureVector, _ scratch: inout [Double]) -> Double? {
        guard members[index] != nil else { return nil }
        members[index]?.predict(x, into: &scratch)
        return scratch.removeLast()
    }

    mutating func learn(
        _ x: borrowing FeatureVector, _ target: Target, weight: Double, journal: inout Journal
    ) -> Bool {
        guard case .label(let label) = target else { preconditionFailure("a classifier learns classes") }
        guard label < maxClasses else { return false }
        guard weight > 0 else { return true }
        let (countBefore, isNew) = (isKnown.count, label >= isKnown.count || !isKnown[label])
        while isKnown.count <= label {
            members.append(contentsOf: repeatElement(nil, count: isKnown.count))
            isKnown.append(false)
        }
        isKnown[label] = true
        var (hasLearned, hasRefused) = (false, false)
        for other in isKnown.indices where other != label && isKnown[other] {
            let pair = index(max(label, other), min(label, other))
            let isFirst = members[pair] == nil
            if isFirst { members[pair] = fresh }
            if members[pair]?.learn(x, .label(label > other ? 1 : 0), weight: weight, journal: &journal) == true {
                hasLearned = true
            } else {
                hasRefused = true
                if isFirst { members[pair] = nil }
            }
        }
        guard hasLearned || !hasRefused else {
            if isNew { forget(label, countBefore) }
            return false
        }
        return true
    }

    /// Takes a class back that was the last to become known.
    private mutating func forget(_ label: Int, _ countBefore: Int) {
        isKnown[label] = false
        isKnown.removeLast(isKnown.count - countBefore)
        members.removeLast(members.count - countBefore * (countBefore - 1) / 2)
    }

    var byteCount: Int { members.reduce(isKnown.count) { $0 + ($1?.byteCount ?? 0) } }

    func encode(to encoder: inout CanonicalEncoder) {
        encoder.count(isKnown.count)
        for flag in isKnown { encoder.bool(flag) }
        for member in members { encoder.optional(member) { $1.encode(to: &$0) } }
    }

    mutating func restore(from decoder: inout CanonicalDecoder) throws(CanonicalDecodingError) {
        let count = try decoder.count()
        guard count <= maxClasses else {
            throw CanonicalDecodingError(offset: decoder.offset, reason: "more classes than are told apart")
        }
        (isKnown, members) = ([], [])
        for _ in 0..<count { isKnown.append(try decoder.bool()) }
        for later in isKnown.indices {
            for earlier in 0..<later {
                guard try decoder.bool() else {
                    members.append(nil)
                    continue
                }
                guard isKnown[later], isKnown[earlier] else {
                    throw CanonicalDecodingError(offset: decoder.offset, reason: "a pair of classes not known")
                }
                members.append(fresh)
                try members[members.count - 1]?.restore(from: &decoder)
            }
        }
    }
}
